package org.gpumediator.examples.kvmvmm.machine;

import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.PciFunction;

/**
 * The two bridges that a guest expects to find on the root bus, and asks which chip set this is.
 */
final class Bridges {

    private static final int INTEL = 0x8086;

    /** "440FX", which no driver wants anything of. */
    private static final int HOST = 0x1237;

    /** "82801IB (ICH9) LPC": i915 takes it for a Lynx Point, the Haswell's, as QEMU has it. */
    private static final int LPC = 0x2918;

    private static final int CLASS_HOST = 0x06_00_00;
    private static final int CLASS_ISA = 0x06_01_00;

    private Bridges() {}

    static ConfigSpace host() {
        return bridge(HOST, CLASS_HOST);
    }

    static ConfigSpace isa() {
        return bridge(LPC, CLASS_ISA);
    }

    private static ConfigSpace bridge(int device, int classCode) {
        return PciFunction.builder()
                .identity(INTEL, device)
                .classCode(classCode)
                .build(VmmPort.of(GuestMemory.none(), InterruptSink.none()));
    }
}
