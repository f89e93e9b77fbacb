package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Controls of virtual GPUs.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspVgpuStructures {

    // spotless:off
    private static final String CTRL2080VGPUMGRINTERNAL = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080vgpumgrinternal.h";
    private static final String CTRLA081                = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrla081.h";

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_BOOTLOAD_GSP_VGPU_PLUGIN_TASK_PARAMS. */
    static final class Bootload {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_BOOTLOAD_GSP_VGPU_PLUGIN_TASK_PARAMS", 6616, CTRL2080VGPUMGRINTERNAL);
        static final WireField GFID                                  = LAYOUT.field("gfid", 4, 4);
        static final WireField VGPU_TYPE                             = LAYOUT.field("vgpuType", 8, 4);
        static final WireField NUM_CHANNELS                          = LAYOUT.field("numChannels", 20, 4);
        static final WireField CHID_OFFSET                           = LAYOUT.field("chidOffset", 28, 336);
        static final WireField NUM_GUEST_FB_SEGMENTS                 = LAYOUT.field("numGuestFbSegments", 368, 4);
        static final WireField GUEST_FB_PHYS_ADDR_LIST               = LAYOUT.field("guestFbPhysAddrList", 376, 3072);
        static final WireField GUEST_FB_LENGTH_LIST                  = LAYOUT.field("guestFbLengthList", 3448, 3072);
        static final WireField PLUGIN_HEAP_MEMORY_PHYS_ADDR          = LAYOUT.field("pluginHeapMemoryPhysAddr", 6520, 8);
        static final WireField PLUGIN_HEAP_MEMORY_LENGTH             = LAYOUT.field("pluginHeapMemoryLength", 6528, 8);

        private Bootload() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SHUTDOWN_GSP_VGPU_PLUGIN_TASK_PARAMS. */
    static final class ShutDown {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SHUTDOWN_GSP_VGPU_PLUGIN_TASK_PARAMS", 4, CTRL2080VGPUMGRINTERNAL);
        static final WireField GFID = LAYOUT.field("gfid", 0, 4);

        private ShutDown() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_PGPU_ADD_VGPU_TYPE_PARAMS. */
    static final class AddTypes {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_PGPU_ADD_VGPU_TYPE_PARAMS", 334344, CTRL2080VGPUMGRINTERNAL);
        static final WireField DISCARD_VGPU_TYPES = LAYOUT.field("discardVgpuTypes", 0, 1);
        static final WireField VGPU_INFO_COUNT    = LAYOUT.field("vgpuInfoCount", 4, 4);
        static final WireField VGPU_INFO          = LAYOUT.field("vgpuInfo", 8, 334336);

        private AddTypes() {}
    }

    /** NVA081_CTRL_VGPU_INFO. */
    static final class VgpuType {
        static final WireStructure LAYOUT = new WireStructure("NVA081_CTRL_VGPU_INFO", 5224, CTRLA081);
        static final WireField VGPU_TYPE            = LAYOUT.field("vgpuType", 0, 4);
        static final WireField VGPU_NAME            = LAYOUT.field("vgpuName", 4, 32);
        static final WireField MAX_INSTANCE         = LAYOUT.field("maxInstance", 324, 4);
        static final WireField FRL_CONFIG           = LAYOUT.field("frlConfig", 344, 4);
        static final WireField VDEV_ID              = LAYOUT.field("vdevId", 368, 8);
        static final WireField PDEV_ID              = LAYOUT.field("pdevId", 376, 8);
        static final WireField PROFILE_SIZE         = LAYOUT.field("profileSize", 384, 8);
        static final WireField FB_LENGTH            = LAYOUT.field("fbLength", 392, 8);
        static final WireField GSP_HEAP_SIZE        = LAYOUT.field("gspHeapSize", 400, 8);
        static final WireField BAR1_LENGTH          = LAYOUT.field("bar1Length", 432, 8);

        private VgpuType() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_ENUMERATE_VGPU_PER_PGPU_PARAMS. */
    static final class Enumerate {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_ENUMERATE_VGPU_PER_PGPU_PARAMS", 4872, CTRL2080VGPUMGRINTERNAL);
        static final WireField NUM_VGPU   = LAYOUT.field("numVgpu", 0, 4);
        static final WireField VGPU_GUEST = LAYOUT.field("vgpuGuest", 8, 4864);

        private Enumerate() {}
    }

    /** NV2080_VGPU_GUEST. */
    static final class Guest {
        static final WireStructure LAYOUT = new WireStructure("NV2080_VGPU_GUEST", 152, CTRL2080VGPUMGRINTERNAL);
        static final WireField GFID                    = LAYOUT.field("vgpuDevice.gfid", 104, 4);
        static final WireField ENCODER_CAPACITY        = LAYOUT.field("vgpuDevice.encoderCapacity", 136, 4);

        private Guest() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_ENCODER_CAPACITY_PARAMS. */
    static final class Encoder {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_ENCODER_CAPACITY_PARAMS", 8, CTRL2080VGPUMGRINTERNAL);
        static final WireField GFID             = LAYOUT.field("gfid", 0, 4);
        static final WireField ENCODER_CAPACITY = LAYOUT.field("encoderCapacity", 4, 4);

        private Encoder() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_VGPU_PLUGIN_CLEANUP_PARAMS. */
    static final class CleanUp {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_VGPU_PLUGIN_CLEANUP_PARAMS", 4, CTRL2080VGPUMGRINTERNAL);
        static final WireField GFID = LAYOUT.field("gfid", 0, 4);

        private CleanUp() {}
    }

    /** NV2080_CTRL_VGPU_MGR_GET_FRAME_RATE_LIMITER_STATUS_PARAMS. */
    static final class FrameRateLimiter {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_GET_FRAME_RATE_LIMITER_STATUS_PARAMS", 1, CTRL2080VGPUMGRINTERNAL);
        static final WireField FLR_DISABLED = LAYOUT.field("bFlrDisabled", 0, 1);

        private FrameRateLimiter() {}
    }

    /** NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_HETEROGENEOUS_MODE_PARAMS. */
    static final class Heterogeneous {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_VGPU_MGR_INTERNAL_SET_VGPU_HETEROGENEOUS_MODE_PARAMS", 1, CTRL2080VGPUMGRINTERNAL);
        static final WireField HETEROGENEOUS_MODE = LAYOUT.field("bHeterogeneousMode", 0, 1);

        private Heterogeneous() {}
    }
    // spotless:on

    private GspVgpuStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(
                Bootload.LAYOUT,
                ShutDown.LAYOUT,
                AddTypes.LAYOUT,
                VgpuType.LAYOUT,
                Enumerate.LAYOUT,
                Guest.LAYOUT,
                Encoder.LAYOUT,
                CleanUp.LAYOUT,
                FrameRateLimiter.LAYOUT,
                Heterogeneous.LAYOUT);
    }
}
