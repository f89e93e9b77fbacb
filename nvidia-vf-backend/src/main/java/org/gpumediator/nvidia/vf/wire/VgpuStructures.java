package org.gpumediator.nvidia.vf.wire;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Controls of virtual GPUs.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
public final class VgpuStructures {

    // spotless:off
    private static final String CTRL2080VGPUMGRINTERNAL = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080vgpumgrinternal.h";
    private static final String CTRLA081                = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrla081.h";

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_BOOTLOAD_GSP_VGPU_PLUGIN_TASK_PARAMS. */
    public static final class Bootload {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_BOOTLOAD_GSP_VGPU_PLUGIN_TASK_PARAMS", 6616, CTRL2080VGPUMGRINTERNAL);
        public static final WireField DBDF                                  = LAYOUT.field("dbdf", 0, 4);
        public static final WireField GFID                                  = LAYOUT.field("gfid", 4, 4);
        public static final WireField VGPU_TYPE                             = LAYOUT.field("vgpuType", 8, 4);
        public static final WireField VM_PID                                = LAYOUT.field("vmPid", 12, 4);
        public static final WireField SWIZZ_ID                              = LAYOUT.field("swizzId", 16, 4);
        public static final WireField NUM_CHANNELS                          = LAYOUT.field("numChannels", 20, 4);
        public static final WireField NUM_PLUGIN_CHANNELS                   = LAYOUT.field("numPluginChannels", 24, 4);
        public static final WireField CHID_OFFSET                           = LAYOUT.field("chidOffset", 28, 336);
        public static final WireField NUM_GUEST_FB_SEGMENTS                 = LAYOUT.field("numGuestFbSegments", 368, 4);
        public static final WireField GUEST_FB_PHYS_ADDR_LIST               = LAYOUT.field("guestFbPhysAddrList", 376, 3072);
        public static final WireField GUEST_FB_LENGTH_LIST                  = LAYOUT.field("guestFbLengthList", 3448, 3072);
        public static final WireField PLUGIN_HEAP_MEMORY_PHYS_ADDR          = LAYOUT.field("pluginHeapMemoryPhysAddr", 6520, 8);
        public static final WireField PLUGIN_HEAP_MEMORY_LENGTH             = LAYOUT.field("pluginHeapMemoryLength", 6528, 8);
        public static final WireField INIT_TASK_LOG_BUFF_OFFSET             = LAYOUT.field("initTaskLogBuffOffset", 6544, 8);
        public static final WireField INIT_TASK_LOG_BUFF_SIZE               = LAYOUT.field("initTaskLogBuffSize", 6552, 8);
        public static final WireField VGPU_TASK_LOG_BUFF_OFFSET             = LAYOUT.field("vgpuTaskLogBuffOffset", 6560, 8);
        public static final WireField VGPU_TASK_LOG_BUFF_SIZE               = LAYOUT.field("vgpuTaskLogBuffSize", 6568, 8);
        public static final WireField KERNEL_LOG_BUFF_OFFSET                = LAYOUT.field("kernelLogBuffOffset", 6576, 8);
        public static final WireField KERNEL_LOG_BUFF_SIZE                  = LAYOUT.field("kernelLogBuffSize", 6584, 8);

        private Bootload() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SHUTDOWN_GSP_VGPU_PLUGIN_TASK_PARAMS. */
    public static final class ShutDown {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SHUTDOWN_GSP_VGPU_PLUGIN_TASK_PARAMS", 4, CTRL2080VGPUMGRINTERNAL);
        public static final WireField GFID = LAYOUT.field("gfid", 0, 4);

        private ShutDown() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_PGPU_ADD_VGPU_TYPE_PARAMS. */
    public static final class AddTypes {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_PGPU_ADD_VGPU_TYPE_PARAMS", 334344, CTRL2080VGPUMGRINTERNAL);
        public static final WireField DISCARD_VGPU_TYPES = LAYOUT.field("discardVgpuTypes", 0, 1);
        public static final WireField VGPU_INFO_COUNT    = LAYOUT.field("vgpuInfoCount", 4, 4);
        public static final WireField VGPU_INFO          = LAYOUT.field("vgpuInfo", 8, 334336);

        private AddTypes() {}
    }

    /** NVA081_CTRL_VGPU_INFO. */
    public static final class VgpuType {
        public static final WireStructure LAYOUT = new WireStructure("NVA081_CTRL_VGPU_INFO", 5224, CTRLA081);
        public static final WireField VGPU_TYPE            = LAYOUT.field("vgpuType", 0, 4);
        public static final WireField VGPU_NAME            = LAYOUT.field("vgpuName", 4, 32);
        public static final WireField MAX_INSTANCE         = LAYOUT.field("maxInstance", 324, 4);
        public static final WireField NUM_HEADS            = LAYOUT.field("numHeads", 328, 4);
        public static final WireField MAX_RESOLUTION_X     = LAYOUT.field("maxResolutionX", 332, 4);
        public static final WireField MAX_RESOLUTION_Y     = LAYOUT.field("maxResolutionY", 336, 4);
        public static final WireField MAX_PIXELS           = LAYOUT.field("maxPixels", 340, 4);
        public static final WireField FRL_CONFIG           = LAYOUT.field("frlConfig", 344, 4);
        public static final WireField CUDA_ENABLED         = LAYOUT.field("cudaEnabled", 348, 4);
        public static final WireField ECC_SUPPORTED        = LAYOUT.field("eccSupported", 352, 4);
        public static final WireField MULTI_VGPU_SUPPORTED = LAYOUT.field("multiVgpuSupported", 360, 4);
        public static final WireField VDEV_ID              = LAYOUT.field("vdevId", 368, 8);
        public static final WireField PDEV_ID              = LAYOUT.field("pdevId", 376, 8);
        public static final WireField PROFILE_SIZE         = LAYOUT.field("profileSize", 384, 8);
        public static final WireField FB_LENGTH            = LAYOUT.field("fbLength", 392, 8);
        public static final WireField GSP_HEAP_SIZE        = LAYOUT.field("gspHeapSize", 400, 8);
        public static final WireField FB_RESERVATION       = LAYOUT.field("fbReservation", 408, 8);
        public static final WireField MAPPABLE_VIDEO_SIZE  = LAYOUT.field("mappableVideoSize", 416, 8);
        public static final WireField ENCODER_CAPACITY     = LAYOUT.field("encoderCapacity", 424, 4);
        public static final WireField BAR1_LENGTH          = LAYOUT.field("bar1Length", 432, 8);
        public static final WireField FRL_ENABLE           = LAYOUT.field("frlEnable", 440, 4);

        private VgpuType() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_ENCODER_CAPACITY_PARAMS. */
    public static final class Encoder {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_ENCODER_CAPACITY_PARAMS", 8, CTRL2080VGPUMGRINTERNAL);
        public static final WireField GFID             = LAYOUT.field("gfid", 0, 4);
        public static final WireField ENCODER_CAPACITY = LAYOUT.field("encoderCapacity", 4, 4);

        private Encoder() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_VGPU_PLUGIN_CLEANUP_PARAMS. */
    public static final class CleanUp {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_VGPU_PLUGIN_CLEANUP_PARAMS", 4, CTRL2080VGPUMGRINTERNAL);
        public static final WireField GFID = LAYOUT.field("gfid", 0, 4);

        private CleanUp() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_HETEROGENEOUS_MODE_PARAMS. */
    public static final class Heterogeneous {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_HETEROGENEOUS_MODE_PARAMS", 1, CTRL2080VGPUMGRINTERNAL);
        public static final WireField HETEROGENEOUS_MODE = LAYOUT.field("bHeterogeneousMode", 0, 1);

        private Heterogeneous() {}
    }
    // spotless:on

    private VgpuStructures() {}

    /** Returns all of them. */
    public static List<WireStructure> all() {
        return List.of(
                Bootload.LAYOUT,
                ShutDown.LAYOUT,
                AddTypes.LAYOUT,
                VgpuType.LAYOUT,
                Encoder.LAYOUT,
                CleanUp.LAYOUT,
                Heterogeneous.LAYOUT);
    }
}
