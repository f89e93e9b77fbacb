package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Records of the facts that a guest driver fetches of its virtual GPU.
 *
 * <p>Source: public headers of the open guest driver, release 555.58.02, compiled for x86-64; the
 * names are theirs, and so are those of the files.
 */
final class GspStaticStructures {

    // spotless:off
    private static final String G_SDK_STRUCTURES = "555.58.02 src/nvidia/generated/g_sdk-structures.h";

    /** VGPU_STATIC_DATA_v25_0E. */
    static final class MainRecord {
        static final WireStructure LAYOUT = new WireStructure("VGPU_STATIC_DATA_v25_0E", 472, G_SDK_STRUCTURES);
        static final WireField FB_LENGTH                       = LAYOUT.field("fbLength", 8, 8);
        static final WireField FB_BUS_WIDTH                    = LAYOUT.field("fbBusWidth", 16, 4);
        static final WireField FBIO_MASK                       = LAYOUT.field("fbioMask", 20, 4);
        static final WireField FBP_MASK                        = LAYOUT.field("fbpMask", 24, 4);
        static final WireField LTC_MASK                        = LAYOUT.field("ltcMask", 28, 4);
        static final WireField LTS_COUNT                       = LAYOUT.field("ltsCount", 32, 4);
        static final WireField ENGINE_LIST                     = LAYOUT.field("engineList", 40, 8);
        static final WireField SIZE_L2_CACHE                   = LAYOUT.field("sizeL2Cache", 48, 4);
        static final WireField GUEST_MANAGED_HW_ALLOC          = LAYOUT.field("guestManagedHwAlloc", 53, 1);
        static final WireField GPU_NAME                        = LAYOUT.field("gpuName", 54, 256);
        static final WireField SPLIT_VAS                       = LAYOUT.field("bSplitVasBetweenServerClientRm", 310, 1);
        static final WireField MAX_SUPPORTED_PAGE_SIZE         = LAYOUT.field("maxSupportedPageSize", 312, 8);
        static final WireField PER_RUNLIST_CHANNEL_RAM_ENABLED = LAYOUT.field("bPerRunlistChannelRamEnabled", 321, 1);
        static final WireField CE_FAULT_METHOD_BUFFER_DEPTH    = LAYOUT.field("ceFaultMethodBufferDepth", 336, 4);

        private MainRecord() {}
    }

    /** VGPU_STATIC_PROPERTIES_v1B_01. */
    static final class Properties {
        static final WireStructure LAYOUT = new WireStructure("VGPU_STATIC_PROPERTIES_v1B_01", 16, G_SDK_STRUCTURES);
        static final WireField CHANNEL_COUNT = LAYOUT.field("channelCount", 8, 4);

        private Properties() {}
    }

    /** VGPU_STATIC_PROPERTIES_v26_03: as the older one, and more. */
    static final class NewerProperties {
        static final WireStructure LAYOUT = new WireStructure("VGPU_STATIC_PROPERTIES_v26_03", 24, G_SDK_STRUCTURES);
        static final WireField VMMU_SEGMENT_SIZE = LAYOUT.field("vmmuSegmentSize", 16, 8);

        private NewerProperties() {}
    }

    /** NV_DEVICE_NAME_v13_06. */
    static final class Names {
        static final WireStructure LAYOUT = new WireStructure("NV_DEVICE_NAME_v13_06", 256, G_SDK_STRUCTURES);
        static final WireField ADAPTER_NAME          = LAYOUT.field("adapterName", 0, 64);
        static final WireField SHORT_GPU_NAME_STRING = LAYOUT.field("shortGpuNameString", 64, 64);
        static final WireField ADAPTER_NAME_UNICODE  = LAYOUT.field("adapterName_Unicode", 128, 128);

        private Names() {}
    }

    /** NV2080_CTRL_CMD_FB_GET_FB_REGION_INFO_PARAMS_v03_00. */
    static final class Regions {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_CMD_FB_GET_FB_REGION_INFO_PARAMS_v03_00", 776, G_SDK_STRUCTURES);
        static final WireField NUM_FB_REGIONS = LAYOUT.field("numFBRegions", 0, 4);
        static final WireField FB_REGION      = LAYOUT.field("fbRegion", 8, 768);

        private Regions() {}
    }

    /** NV2080_CTRL_CMD_FB_GET_FB_REGION_FB_REGION_INFO_v03_00. */
    static final class Region {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_CMD_FB_GET_FB_REGION_FB_REGION_INFO_v03_00", 48, G_SDK_STRUCTURES);
        static final WireField LIMIT              = LAYOUT.field("limit", 8, 8);
        static final WireField PERFORMANCE        = LAYOUT.field("performance", 24, 4);
        static final WireField SUPPORT_COMPRESSED = LAYOUT.field("supportCompressed", 28, 1);
        static final WireField SUPPORT_ISO        = LAYOUT.field("supportISO", 29, 1);

        private Region() {}
    }

    /** NV2080_CTRL_GPU_GET_GID_INFO_PARAMS_v03_00. */
    static final class Gid {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_GPU_GET_GID_INFO_PARAMS_v03_00", 268, G_SDK_STRUCTURES);
        static final WireField LENGTH = LAYOUT.field("length", 8, 4);
        static final WireField DATA   = LAYOUT.field("data", 12, 256);

        private Gid() {}
    }

    /** NV2080_CTRL_FIFO_GET_DEVICE_INFO_TABLE_PARAMS_v19_01. */
    static final class Devices {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_GET_DEVICE_INFO_TABLE_PARAMS_v19_01", 3212, G_SDK_STRUCTURES);
        static final WireField ENTRIES     = LAYOUT.field("entries", 4, 3200);
        static final WireField NUM_ENTRIES = LAYOUT.field("numEntries", 3204, 4);

        private Devices() {}
    }

    /** NV2080_CTRL_FIFO_DEVICE_ENTRY_v19_01. */
    static final class DeviceEntry {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_DEVICE_ENTRY_v19_01", 100, G_SDK_STRUCTURES);
        static final WireField ENGINE_DATA     = LAYOUT.field("engineData", 0, 64);
        static final WireField PBDMA_IDS       = LAYOUT.field("pbdmaIds", 64, 8);
        static final WireField PBDMA_FAULT_IDS = LAYOUT.field("pbdmaFaultIds", 72, 8);
        static final WireField NUM_PBDMAS      = LAYOUT.field("numPbdmas", 80, 4);
        static final WireField ENGINE_NAME     = LAYOUT.field("engineName", 84, 16);

        private DeviceEntry() {}
    }

    /** NV2080_CTRL_MC_GET_ENGINE_NOTIFICATION_INTR_VECTORS_PARAMS_v16_00. */
    static final class Notifications {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_MC_GET_ENGINE_NOTIFICATION_INTR_VECTORS_PARAMS_v16_00", 2052, G_SDK_STRUCTURES);
        static final WireField NUM_ENTRIES = LAYOUT.field("numEntries", 0, 4);
        static final WireField ENTRIES     = LAYOUT.field("entries", 4, 2048);

        private Notifications() {}
    }

    /** ENGINE_NOTIFICATION_INTR_VECTOR_ENTRY_v16_00. */
    static final class NotificationEntry {
        static final WireStructure LAYOUT = new WireStructure("ENGINE_NOTIFICATION_INTR_VECTOR_ENTRY_v16_00", 8, G_SDK_STRUCTURES);
        static final WireField ENGINE_TYPE              = LAYOUT.field("nv2080EngineType", 0, 4);
        static final WireField NOTIFICATION_INTR_VECTOR = LAYOUT.field("notificationIntrVector", 4, 4);

        private NotificationEntry() {}
    }

    /** NV2080_CTRL_MC_GET_STATIC_INTR_TABLE_PARAMS_v1E_09. */
    static final class Interrupts {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_MC_GET_STATIC_INTR_TABLE_PARAMS_v1E_09", 516, G_SDK_STRUCTURES);
        static final WireField NUM_ENTRIES = LAYOUT.field("numEntries", 0, 4);
        static final WireField ENTRIES     = LAYOUT.field("entries", 4, 512);

        private Interrupts() {}
    }

    /** STATIC_INTR_ENTRY_v1E_09. */
    static final class InterruptEntry {
        static final WireStructure LAYOUT = new WireStructure("STATIC_INTR_ENTRY_v1E_09", 16, G_SDK_STRUCTURES);
        static final WireField NV2080_INTR_TYPE      = LAYOUT.field("nv2080IntrType", 0, 4);
        static final WireField PMC_INTR_MASK         = LAYOUT.field("pmcIntrMask", 4, 4);
        static final WireField INTR_VECTOR_STALL     = LAYOUT.field("intrVectorStall", 8, 4);
        static final WireField INTR_VECTOR_NON_STALL = LAYOUT.field("intrVectorNonStall", 12, 4);

        private InterruptEntry() {}
    }

    /** NV2080_CTRL_INTERNAL_STATIC_GR_GET_INFO_PARAMS_v24_07. */
    static final class GraphicsInfo {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_STATIC_GR_GET_INFO_PARAMS_v24_07", 3584, G_SDK_STRUCTURES);
        static final WireField ENGINE_INFO = LAYOUT.field("engineInfo", 0, 3584);

        private GraphicsInfo() {}
    }

    /** NV2080_CTRL_INTERNAL_STATIC_GR_INFO_v24_07. */
    static final class GraphicsEngineInfo {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_STATIC_GR_INFO_v24_07", 448, G_SDK_STRUCTURES);
        static final WireField INFO_LIST = LAYOUT.field("infoList", 0, 448);

        private GraphicsEngineInfo() {}
    }

    /** NV2080_CTRL_INTERNAL_STATIC_GR_CONTEXT_BUFFERS_INFO_v25_07. */
    static final class ContextBuffers {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_STATIC_GR_CONTEXT_BUFFERS_INFO_v25_07", 208, G_SDK_STRUCTURES);
        static final WireField ENGINE = LAYOUT.field("engine", 0, 208);

        private ContextBuffers() {}
    }

    /** NV2080_CTRL_INTERNAL_ENGINE_CONTEXT_BUFFER_INFO_v1B_05. */
    static final class ContextBuffer {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_ENGINE_CONTEXT_BUFFER_INFO_v1B_05", 8, G_SDK_STRUCTURES);
        static final WireField SIZE      = LAYOUT.field("size", 0, 4);
        static final WireField ALIGNMENT = LAYOUT.field("alignment", 4, 4);

        private ContextBuffer() {}
    }

    /** NV2080_CTRL_INTERNAL_STATIC_GR_FLOORSWEEPING_MASKS_v1D_03. */
    static final class FloorsweepingMasks {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_STATIC_GR_FLOORSWEEPING_MASKS_v1D_03", 288, G_SDK_STRUCTURES);
        static final WireField GPC_MASK  = LAYOUT.field("gpcMask", 0, 4);
        static final WireField TPC_MASK  = LAYOUT.field("tpcMask", 4, 48);
        static final WireField TPC_COUNT = LAYOUT.field("tpcCount", 52, 48);

        private FloorsweepingMasks() {}
    }
    // spotless:on

    private GspStaticStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(
                Properties.LAYOUT,
                NewerProperties.LAYOUT,
                MainRecord.LAYOUT,
                Names.LAYOUT,
                Regions.LAYOUT,
                Region.LAYOUT,
                Gid.LAYOUT,
                Devices.LAYOUT,
                DeviceEntry.LAYOUT,
                Notifications.LAYOUT,
                NotificationEntry.LAYOUT,
                Interrupts.LAYOUT,
                InterruptEntry.LAYOUT,
                GraphicsInfo.LAYOUT,
                GraphicsEngineInfo.LAYOUT,
                ContextBuffers.LAYOUT,
                ContextBuffer.LAYOUT,
                FloorsweepingMasks.LAYOUT);
    }
}
