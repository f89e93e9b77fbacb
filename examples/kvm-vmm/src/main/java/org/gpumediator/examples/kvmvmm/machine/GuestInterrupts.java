package org.gpumediator.examples.kvmvmm.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.examples.kvmvmm.kvm.KvmVm;

/** The inputs of the interrupt chip that PCI functions share: active while one of them is. */
final class GuestInterrupts {

    /** The first input that PCI uses; below are those of the ISA devices. */
    static final int FIRST_INPUT = 16;

    /** Inputs that PCI uses. */
    static final int INPUTS = 8;

    private final KvmVm vm;
    private final Object lock = new Object();

    /** How many functions drive each input. */
    @GuardedBy("lock")
    private final int[] active = new int[INPUTS];

    GuestInterrupts(KvmVm vm) {
        this.vm = vm;
    }

    /** Returns the input that pin A of a device is wired to. */
    static int input(int device) {
        return FIRST_INPUT + device % INPUTS;
    }

    /** Returns the pin of a device. */
    InterruptLine line(int device) {
        int input = device % INPUTS;
        return new InterruptLine() {

            @Override
            public void assertLevel() {
                drive(1);
            }

            @Override
            public void deassert() {
                drive(-1);
            }

            // Two functions that share an input must not overtake each other.
            private void drive(int change) {
                synchronized (lock) {
                    active[input] += change;
                    vm.interruptLine(FIRST_INPUT + input, active[input] > 0);
                }
            }
        };
    }
}
