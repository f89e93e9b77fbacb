package org.gpumediator.testkit.ada;

import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.ExpressCapability;
import org.gpumediator.core.pci.ExtendedCapabilities;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.SriovCapability;

/**
 * The configuration space of a physical function.
 *
 * <p>Source: dump of an L20. Contents of capabilities that no driver looks at are zero.
 */
final class AdaConfig {

    static final int VENDOR = 0x10de;
    static final int REVISION = 0xa1;
    static final int CLASS_3D = 0x03_0200;
    static final int EXPRESS = 0x78;
    static final int SRIOV = 0xbcc;
    static final int TOTAL_VFS = 32;
    static final int FIRST_VF = 4;
    static final int VECTORS = 6;
    static final long VF_REGISTERS = 256 << 10;
    static final long INSTANCE_BYTES = 32 << 20;

    private static final int PAGE_SIZES = 0x573;
    private static final int MSIX_TABLE = 0xb9_0000;
    private static final int MSIX_PENDING = 0xba_0000;

    private AdaConfig() {}

    static PciFunction build(AdaModel model) {
        return PciFunction.builder()
                .identity(VENDOR, model.deviceId())
                .subsystem(VENDOR, model.subsystemId())
                .revision(REVISION)
                .classCode(CLASS_3D)
                .extendedSpace()
                .interruptPin(1)
                .bar(0, BarKind.MEMORY_32, 16 << 20)
                .bar(1, BarKind.MEMORY_64_PREFETCHABLE, model.vfApertureBytes() * TOTAL_VFS)
                .bar(3, BarKind.MEMORY_64_PREFETCHABLE, INSTANCE_BYTES)
                .capability(0x60, Capability.powerManagement(Capability.D3Exit.KEEPS_STATE))
                .capability(0x68, Capability.conventional(0, 8).build())
                .capability(
                        EXPRESS,
                        ExpressCapability.of(ExpressCapability.Type.ENDPOINT)
                                .functionLevelReset()
                                .maxPayload(256)
                                .link(4, 16)
                                .latencyTolerance()
                                .tenBitTags()
                                .build())
                .capability(0xb4, Capability.vendorSpecific(new byte[0x11]))
                .capability(
                        0xc8, Capability.msiX(VECTORS, MsixPlace.in(0, MSIX_TABLE, MSIX_PENDING)))
                .capability(0x100, virtualChannel())
                .capability(0x250, Capability.extended(0x18, 1, 0x08).build())
                .capability(0x258, Capability.extended(0x1e, 1, 0x10).build())
                .capability(0x128, Capability.extended(0x04, 1, 0x10).build())
                .capability(0x420, ExtendedCapabilities.errorReportingWithPrefixes())
                .capability(
                        0x600,
                        Capability.extended(0x0b, 1, 0x24).field(4, 4, 0x0241_0001, 0, 0).build())
                .capability(0x900, Capability.extended(0x19, 1, 0x2c).build())
                .capability(0xbb0, resizableBar(model))
                .capability(SRIOV, virtualFunctions(model))
                .capability(0xc14, ExtendedCapabilities.alternativeRouting(0))
                .capability(0xc1c, Capability.extended(0x26, 1, 0x30).build())
                .capability(0xd00, Capability.extended(0x27, 1, 0x44).build())
                .capability(0xe00, Capability.extended(0x25, 1, 0x0c).build())
                .build(VmmPort.of(GuestMemory.none(), InterruptSink.none()));
    }

    /** Does what a machine's firmware does: gives every BAR a window and switches memory on. */
    static void assignWindows(PciFunction config) {
        config.write(0x10, 4, 0xe100_0000);
        config.write(0x18, 4, 0x70);
        config.write(0x20, 4, 0x90);
        config.write(SRIOV + SriovCapability.VF_BAR_0, 4, 0xe200_0000);
        config.write(SRIOV + SriovCapability.VF_BAR_0 + 8, 4, 0x80);
        config.write(SRIOV + SriovCapability.VF_BAR_0 + 12, 4, 0x4000_0000);
        config.write(SRIOV + SriovCapability.VF_BAR_0 + 16, 4, 0x90);
        config.write(0x04, 2, 0x0006);
    }

    /** One channel, 0, for all traffic classes: on for good, as the specification has it. */
    private static Capability virtualChannel() {
        return Capability.extended(0x02, 1, 0x1c).field(0x14, 4, 0x8000_00ff, 0, 0).build();
    }

    private static Capability resizableBar(AdaModel model) {
        // Sizes from 64 MiB (bit 10 = 2^6 MiB) up to the aperture; control: BAR 1, one BAR, size in
        // bits 13:8.
        int largest = Long.numberOfTrailingZeros(model.vfApertureBytes() * TOTAL_VFS) - 20;
        int sizes = ((1 << largest + 1) - (1 << 6)) << 4;
        return Capability.extended(0x15, 1, 0x0c)
                .field(0x04, 4, sizes, 0, 0)
                .field(0x08, 4, 1 | 1 << 5 | largest << 8, 0, 0)
                .build();
    }

    private static Capability virtualFunctions(AdaModel model) {
        return SriovCapability.of(TOTAL_VFS)
                .vfDevice(model.deviceId())
                .routing(FIRST_VF, 1)
                .pageSizes(PAGE_SIZES)
                .tenBitTags()
                .vfBar(0, BarKind.MEMORY_32, VF_REGISTERS)
                .vfBar(1, BarKind.MEMORY_64_PREFETCHABLE, model.vfApertureBytes())
                .vfBar(3, BarKind.MEMORY_64_PREFETCHABLE, INSTANCE_BYTES)
                .build();
    }
}
