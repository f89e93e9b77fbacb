package org.gpumediator.core.pci;

import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability.D3Exit;
import org.gpumediator.core.pci.Capability.MsiFeature;

/** Functions to test, each shaped after a real one or after the odd corners of the rules. */
final class Functions {

    static final int KIB = 1 << 10;
    static final int MIB = 1 << 20;
    static final long GIB = 1L << 30;

    static final int SRIOV = 0xbcc;

    private Functions() {}

    /** An integrated display controller: 256 bytes, port I/O, MSI with one vector, INTA. */
    static PciFunctionBuilder integrated() {
        // spotless:off
        return PciFunction.builder()
                .identity(0x8086, 0x0412)
                .subsystem(0x8086, 0x2010)
                .revision(0x06)
                .classCode(0x03_0000)
                .interruptPin(1)
                .bar(0, BarKind.MEMORY_64, 4 * MIB)
                .bar(2, BarKind.MEMORY_64_PREFETCHABLE, 512 * MIB)
                .bar(4, BarKind.PORT_IO, 64)
                .capability(0x90, Capability.msi(1))
                .capability(0xd0, Capability.powerManagement(D3Exit.RESETS))
                .register("GMCH_CTRL", 0x50, 2, 0x0200, 0,      0)
                .register("BDSM",      0x5c, 4, 0,      0,      0)
                .register("MSAC",      0x62, 1, 0x06,   0,      0)
                .register("SWSCI",     0xe8, 2, 0,      0xffff, 0)
                .register("ASLS",      0xfc, 4, 0,      -1,     0);
        // spotless:on
    }

    /** A discrete physical function: 4096 bytes, PCI Express, MSI-X, SR-IOV in the far end. */
    static PciFunctionBuilder discrete() {
        Capability express =
                ExpressCapability.of(ExpressCapability.Type.ENDPOINT)
                        .functionLevelReset()
                        .maxPayload(256)
                        .link(4, 16)
                        .build();
        Capability sriov =
                SriovCapability.of(32)
                        .vfDevice(0x26ba)
                        .routing(4, 1)
                        .tenBitTags()
                        .pageSizes(0x573)
                        .vfBar(0, BarKind.MEMORY_32, 256 * KIB)
                        .vfBar(1, BarKind.MEMORY_64_PREFETCHABLE, 2 * GIB)
                        .vfBar(3, BarKind.MEMORY_64_PREFETCHABLE, 32 * MIB)
                        .build();
        return PciFunction.builder()
                .extendedSpace()
                .identity(0x10de, 0x26ba)
                .subsystem(0x10de, 0x1957)
                .revision(0xa1)
                .classCode(0x03_0200)
                .bar(0, BarKind.MEMORY_32, 16 * MIB)
                .bar(1, BarKind.MEMORY_64_PREFETCHABLE, 64 * GIB)
                .bar(3, BarKind.MEMORY_64_PREFETCHABLE, 32 * MIB)
                .capability(0x60, Capability.powerManagement(D3Exit.KEEPS_STATE))
                .capability(0x78, express)
                .capability(0xb4, Capability.vendorSpecific(new byte[0x11]))
                .capability(0xc8, Capability.msiX(6, MsixPlace.in(0, 0xb9_0000, 0xba_0000)))
                .capability(0x420, ExtendedCapabilities.errorReporting())
                .capability(SRIOV, sriov)
                .capability(0xc14, ExtendedCapabilities.alternativeRouting(0));
    }

    /** A virtual function as its guest sees it: nothing but three BARs and MSI-X. */
    static PciFunctionBuilder virtual() {
        return PciFunction.builder()
                .extendedSpace()
                .identity(0x10de, 0x26ba)
                .subsystem(0x10de, 0x186f)
                .revision(0xa1)
                .classCode(0x03_0000)
                .bar(0, BarKind.MEMORY_32, 256 * KIB)
                .bar(1, BarKind.MEMORY_64_PREFETCHABLE, 256 * MIB)
                .bar(3, BarKind.MEMORY_64_PREFETCHABLE, 32 * MIB)
                .capability(0x7c, Capability.msiX(6, MsixPlace.in(0, 0x1_0000, 0x2_0000)));
    }

    /** Every kind of BAR, both message mechanisms, every kind of bit, places chosen by itself. */
    static PciFunctionBuilder everything() {
        // spotless:off
        return PciFunction.builder()
                .extendedSpace()
                .identity(0x1af4, 0x1050)
                .classCode(0x03_8000)
                .interruptPin(4)
                .bar(0, BarKind.PORT_IO, 4)
                .bar(1, BarKind.MEMORY_32, 64 * KIB)
                .bar(2, BarKind.MEMORY_32_PREFETCHABLE, 1L << 31)
                .bar(3, BarKind.MEMORY_64, 1L << 62)
                .bar(5, BarKind.MEMORY_32, 16)
                .expansionRom(64 * KIB)
                .capability(Capability.powerManagement(D3Exit.KEEPS_STATE))
                .capability(Capability.msi(32, MsiFeature.ADDRESS_64, MsiFeature.VECTOR_MASKING))
                .capability(Capability.msiX(100, MsixPlace.in(1, 0x2000, 0x3000)))
                .register("MIXED",  0xa0,  4, 0x5555_aaaa, 0x0f0f_0ff0, 0xf000_000f)
                .register("LATCH",  0xa5,  1, 0xff,        0,           0xff)
                .register("LOCKED", 0xa8,  2, 0,           0xffff,      0)
                .register("LOCK",   0xaa,  1, 0,           0x01,        0)
                .register("FAR",    0xffe, 2, 0x1234,      0xffff,      0)
                .frozenWhile(0xa8, 2, 0xff00, 0xaa, 0x01);
        // spotless:on
    }

    static PciFunction build(PciFunctionBuilder builder, RecordingPort vmm) {
        return builder.build(vmm.port());
    }

    static PciFunction build(PciFunctionBuilder builder, VmmPort port) {
        return builder.build(port);
    }
}
