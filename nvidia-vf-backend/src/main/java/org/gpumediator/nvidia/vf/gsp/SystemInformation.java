package org.gpumediator.nvidia.vf.gsp;

import java.util.List;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.sriov.SriovRegisters;
import org.gpumediator.nvidia.vf.sriov.VfBar;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.wire.BootStructures.SystemInfo;

/**
 * What the firmware is told of the system before it starts: where the board's windows and those of
 * its virtual functions are. Source of what must be in it: the open drivers' own boot.
 */
final class SystemInformation {

    // spotless:off
    private static final int VENDOR_DEVICE    = 0x00;
    private static final int REVISION         = 0x08;
    private static final int BAR_0            = 0x10;
    private static final int SUBSYSTEM        = 0x2c;
    private static final int BAR_FLAGS        = 0xf;
    private static final int BAR_IS_64        = 1 << 2;
    private static final int MIRROR           = 0x08_8000;
    private static final int MIRROR_BYTES     = 0x1000;
    private static final long MOST_USER       = 0x7fff_ffff_f000L;
    private static final int PAGE             = 4096;
    // spotless:on

    private static final WireField[] VF_ADDRESSES = {
        SystemInfo.FIRST_VF_BAR0_ADDRESS,
        SystemInfo.FIRST_VF_BAR1_ADDRESS,
        SystemInfo.FIRST_VF_BAR2_ADDRESS
    };
    private static final WireField[] VF_WIDE = {
        SystemInfo.IS_64BIT_BAR0, SystemInfo.IS_64BIT_BAR1, SystemInfo.IS_64BIT_BAR2
    };

    private SystemInformation() {}

    /**
     * Describes a board.
     *
     * @param windows BARs of its virtual functions, in order
     */
    static byte[] of(PhysicalGpu gpu, List<VfBar> windows) {
        WireView info = SystemInfo.LAYOUT.allocate();
        info.put(SystemInfo.GPU_PHYS_ADDR, window(gpu, 0))
                .put(SystemInfo.GPU_PHYS_FB_ADDR, window(gpu, 1))
                .put(SystemInfo.GPU_PHYS_INST_ADDR, window(gpu, 3))
                .put(SystemInfo.MAX_USER_VA, MOST_USER)
                .put(SystemInfo.PCI_CONFIG_MIRROR_BASE, MIRROR)
                .put(SystemInfo.PCI_CONFIG_MIRROR_SIZE, MIRROR_BYTES)
                .put(SystemInfo.PCI_DEVICE_ID, gpu.readConfig(VENDOR_DEVICE, 4))
                .put(SystemInfo.PCI_SUB_DEVICE_ID, gpu.readConfig(SUBSYSTEM, 4))
                .put(SystemInfo.PCI_REVISION_ID, gpu.readConfig(REVISION, 1))
                .put(SystemInfo.TOTAL_VFS, AdaBoard.TOTAL_VFS)
                .put(SystemInfo.FIRST_VF_OFFSET, SriovRegisters.ADA_FIRST_VF_OFFSET)
                .put(SystemInfo.HOST_PAGE_SIZE, PAGE);
        for (int i = 0; i < Math.min(windows.size(), VF_ADDRESSES.length); i++) {
            info.put(VF_ADDRESSES[i], windows.get(i).base())
                    .put(VF_WIDE[i], windows.get(i).kind().is64Bit() ? 1 : 0);
        }
        return info.array();
    }

    private static long window(PhysicalGpu gpu, int bar) {
        int low = gpu.readConfig(BAR_0 + 4 * bar, 4);
        long base = Integer.toUnsignedLong(low & ~BAR_FLAGS);
        boolean wide = (low & BAR_IS_64) != 0;
        return wide ? base | (long) gpu.readConfig(BAR_0 + 4 * bar + 4, 4) << 32 : base;
    }
}
