package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * What the firmware is handed when it is booted, and what it answers to that.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspBootStructures {

    // spotless:off
    private static final String GSP_INIT_ARGS     = "570.144 src/nvidia/inc/kernel/gpu/gsp/gsp_init_args.h";
    private static final String LIBOS_INIT_ARGS   = "570.144 src/common/uproc/os/common/include/libos_init_args.h";
    private static final String GSP_FW_WPR_META   = "570.144 src/nvidia/arch/nvalloc/common/inc/gsp/gsp_fw_wpr_meta.h";
    private static final String GSP_STATIC_CONFIG = "570.144 src/nvidia/inc/kernel/gpu/gsp/gsp_static_config.h";
    private static final String G_OS_NVOC         = "570.144 src/nvidia/generated/g_os_nvoc.h";

    /** MESSAGE_QUEUE_INIT_ARGUMENTS. */
    static final class QueueArguments {
        static final WireStructure LAYOUT = new WireStructure("MESSAGE_QUEUE_INIT_ARGUMENTS", 32, GSP_INIT_ARGS);
        static final WireField SHARED_MEM_PHYS_ADDR   = LAYOUT.field("sharedMemPhysAddr", 0, 8);
        static final WireField PAGE_TABLE_ENTRY_COUNT = LAYOUT.field("pageTableEntryCount", 8, 4);
        static final WireField CMD_QUEUE_OFFSET       = LAYOUT.field("cmdQueueOffset", 16, 8);
        static final WireField STAT_QUEUE_OFFSET      = LAYOUT.field("statQueueOffset", 24, 8);

        private QueueArguments() {}
    }

    /** LibosMemoryRegionInitArgument. */
    static final class Argument {
        static final WireStructure LAYOUT = new WireStructure("LibosMemoryRegionInitArgument", 32, LIBOS_INIT_ARGS);
        static final WireField ID8  = LAYOUT.field("id8", 0, 8);
        static final WireField PA   = LAYOUT.field("pa", 8, 8);

        private Argument() {}
    }

    /** GspFwWprMeta. */
    static final class MemoryLayout {
        static final WireStructure LAYOUT = new WireStructure("GspFwWprMeta", 256, GSP_FW_WPR_META);
        static final WireField MAGIC                          = LAYOUT.field("magic", 0, 8);
        static final WireField REVISION                       = LAYOUT.field("revision", 8, 8);
        static final WireField GSP_FW_WPR_START               = LAYOUT.field("gspFwWprStart", 112, 8);
        static final WireField GSP_FW_WPR_END                 = LAYOUT.field("gspFwWprEnd", 168, 8);

        private MemoryLayout() {}
    }

    /** GspSystemInfo. */
    static final class SystemInfo {
        static final WireStructure LAYOUT = new WireStructure("GspSystemInfo", 928, GSP_STATIC_CONFIG);
        static final WireField GPU_PHYS_ADDR             = LAYOUT.field("gpuPhysAddr", 0, 8);
        static final WireField GPU_PHYS_FB_ADDR          = LAYOUT.field("gpuPhysFbAddr", 8, 8);
        static final WireField GPU_PHYS_INST_ADDR        = LAYOUT.field("gpuPhysInstAddr", 16, 8);
        static final WireField PCI_CONFIG_MIRROR_BASE    = LAYOUT.field("pciConfigMirrorBase", 80, 4);
        static final WireField PCI_CONFIG_MIRROR_SIZE    = LAYOUT.field("pciConfigMirrorSize", 84, 4);
        static final WireField PCI_DEVICE_ID             = LAYOUT.field("PCIDeviceID", 88, 4);
        static final WireField TOTAL_VFS                 = LAYOUT.field("gspVFInfo.totalVFs", 856, 4);
        static final WireField FIRST_VF_OFFSET           = LAYOUT.field("gspVFInfo.firstVFOffset", 860, 4);
        static final WireField FIRST_VF_BAR0_ADDRESS     = LAYOUT.field("gspVFInfo.FirstVFBar0Address", 864, 8);
        static final WireField FIRST_VF_BAR1_ADDRESS     = LAYOUT.field("gspVFInfo.FirstVFBar1Address", 872, 8);
        static final WireField FIRST_VF_BAR2_ADDRESS     = LAYOUT.field("gspVFInfo.FirstVFBar2Address", 880, 8);
        static final WireField IS_64BIT_BAR0             = LAYOUT.field("gspVFInfo.b64bitBar0", 888, 1);
        static final WireField IS_64BIT_BAR1             = LAYOUT.field("gspVFInfo.b64bitBar1", 889, 1);
        static final WireField IS_64BIT_BAR2             = LAYOUT.field("gspVFInfo.b64bitBar2", 890, 1);

        private SystemInfo() {}
    }

    /** GspStaticConfigInfo. */
    static final class StaticInfo {
        static final WireStructure LAYOUT = new WireStructure("GspStaticConfigInfo", 1656, GSP_STATIC_CONFIG);
        static final WireField TOTAL_VFS             = LAYOUT.field("sriovCaps.totalVFs", 1120, 4);
        static final WireField FIRST_VF_OFFSET       = LAYOUT.field("sriovCaps.firstVfOffset", 1124, 4);
        static final WireField FIRST_VF_BAR0_ADDRESS = LAYOUT.field("sriovCaps.FirstVFBar0Address", 1136, 8);
        static final WireField FIRST_VF_BAR1_ADDRESS = LAYOUT.field("sriovCaps.FirstVFBar1Address", 1144, 8);
        static final WireField FIRST_VF_BAR2_ADDRESS = LAYOUT.field("sriovCaps.FirstVFBar2Address", 1152, 8);
        static final WireField BAR0_SIZE             = LAYOUT.field("sriovCaps.bar0Size", 1160, 8);
        static final WireField BAR1_SIZE             = LAYOUT.field("sriovCaps.bar1Size", 1168, 8);
        static final WireField BAR2_SIZE             = LAYOUT.field("sriovCaps.bar2Size", 1176, 8);
        static final WireField IS_64BIT_BAR1         = LAYOUT.field("sriovCaps.b64bitBar1", 1185, 1);
        static final WireField IS_64BIT_BAR2         = LAYOUT.field("sriovCaps.b64bitBar2", 1186, 1);
        static final WireField SRIOV_ENABLED         = LAYOUT.field("sriovCaps.bSriovEnabled", 1187, 1);
        static final WireField SRIOV_MAX_GFID        = LAYOUT.field("sriovMaxGfid", 1200, 4);
        static final WireField FB_LENGTH             = LAYOUT.field("fb_length", 1224, 8);
        static final WireField GPU_NAME_STRING       = LAYOUT.field("gpuNameString", 1260, 64);
        static final WireField INTERNAL_CLIENT       = LAYOUT.field("hInternalClient", 1600, 4);
        static final WireField INTERNAL_DEVICE       = LAYOUT.field("hInternalDevice", 1604, 4);
        static final WireField INTERNAL_SUBDEVICE    = LAYOUT.field("hInternalSubdevice", 1608, 4);

        private StaticInfo() {}
    }

    /** PACKED_REGISTRY_TABLE. */
    static final class Registry {
        static final WireStructure LAYOUT = new WireStructure("PACKED_REGISTRY_TABLE", 8, G_OS_NVOC);
        static final WireField SIZE        = LAYOUT.field("size", 0, 4);
        static final WireField NUM_ENTRIES = LAYOUT.field("numEntries", 4, 4);

        private Registry() {}
    }

    /** PACKED_REGISTRY_ENTRY. */
    static final class RegistryEntry {
        static final WireStructure LAYOUT = new WireStructure("PACKED_REGISTRY_ENTRY", 16, G_OS_NVOC);
        static final WireField NAME_OFFSET = LAYOUT.field("nameOffset", 0, 4);
        static final WireField TYPE        = LAYOUT.field("type", 4, 1);
        static final WireField DATA        = LAYOUT.field("data", 8, 4);

        private RegistryEntry() {}
    }
    // spotless:on

    private GspBootStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(
                QueueArguments.LAYOUT,
                Argument.LAYOUT,
                MemoryLayout.LAYOUT,
                SystemInfo.LAYOUT,
                StaticInfo.LAYOUT,
                Registry.LAYOUT,
                RegistryEntry.LAYOUT);
    }
}
