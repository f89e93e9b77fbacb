package org.gpumediator.intel.gen7;

import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.ConfigRegisterHook;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.intel.gen7.bar.PortBar;
import org.gpumediator.intel.gen7.bar.RegisterBar;

/**
 * The PCI function of a virtual Haswell, as a virtual machine must see it: no stolen memory, no
 * OpRegion, one message vector.
 *
 * <p>Source: configuration space of Haswell's graphics function; XenGT's policy for each item of
 * it.
 */
final class HaswellFunction {

    private static final int COMMAND = 0x04;
    private static final int GMCH_CTRL = 0x50;
    private static final int BDSM = 0x5c;
    private static final int MSAC = 0x62;
    private static final int SWSCI = 0xe8;
    private static final int ASLS = 0xfc;
    private static final int MSI = 0x90;
    private static final int POWER = 0xd0;

    /** GTT memory of 2 MiB (bits 9:8), no stolen memory (bits 7:3). */
    private static final int GMCH_TWO_MIB_TABLE = 2 << 8;

    private static final int CLASS_VGA = 0x03_0000;

    private HaswellFunction() {}

    static PciFunction build(
            GpuIdentity identity, long aperture, VmmPort port, ConfigRegisterHook onCommand) {
        return PciFunction.builder()
                .identity(identity.vendor(), identity.device())
                .subsystem(identity.subsystemVendor(), identity.subsystem())
                .revision(identity.revision())
                .classCode(CLASS_VGA)
                .interruptPin(1)
                .bar(0, BarKind.MEMORY_64, RegisterBar.LENGTH)
                .bar(2, BarKind.MEMORY_64_PREFETCHABLE, aperture)
                .bar(4, BarKind.PORT_IO, PortBar.LENGTH)
                .capability(MSI, Capability.msi(1))
                .capability(POWER, Capability.powerManagement(Capability.D3Exit.KEEPS_STATE))
                // spotless:off
                //        name         offset     width reset               writable    one to clear
                .register("GMCH_CTRL", GMCH_CTRL, 2,    GMCH_TWO_MIB_TABLE, 0,          0)
                .register("BDSM",      BDSM,      4,    0,                  0,          0)
                .register("MSAC",      MSAC,      1,    apertureSize(aperture), 0,      0)
                .register("SWSCI",     SWSCI,     2,    0,                  0x8001,     0)
                .register("ASLS",      ASLS,      4,    0,                  -1,         0)
                // spotless:on
                .onWrite(COMMAND, 2, onCommand)
                .tellingLater()
                .build(port);
    }

    /** Returns MSAC bits 2:1: 0 for 128 MiB, 1 for 256 MiB, 3 for 512 MiB. */
    private static int apertureSize(long aperture) {
        long units = aperture >> 27;
        return (int) (units == 0 ? 0 : units - 1) << 1;
    }
}
