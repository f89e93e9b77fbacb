package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gpumediator.api.Registration;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.junit.jupiter.api.Test;

/**
 * Who steps the mediator sleeps until the time that the last step has said: whatever a guest does
 * that makes a step due earlier wakes it.
 */
class StepNeededTest {

    private static final int PIPE_A_CONF = 0x7_0008;
    private static final int ENABLE = 1 << 31;

    /** Registers of engines, interrupts and display; the rest is memory or does not exist. */
    private static final List<int[]> RANGES =
            List.of(
                    new int[] {0x2000, 0x2800},
                    new int[] {0x4000, 0x4400},
                    new int[] {0x9400, 0x9500},
                    new int[] {0x1_2000, 0x1_2400},
                    new int[] {0x1_a000, 0x1_a400},
                    new int[] {0x2_2000, 0x2_2400},
                    new int[] {0x4_2000, 0x4_8000},
                    new int[] {0x6_0000, 0x6_1200},
                    new int[] {0x6_4000, 0x6_5000},
                    new int[] {0x7_0000, 0x7_3000},
                    new int[] {0xa_0000, 0xa_0400},
                    new int[] {0xc_2000, 0xc_8000},
                    new int[] {0xe_0000, 0xe_8000});

    private static void check(World world, AtomicBoolean said, Runnable access, String what) {
        long now = world.clock.nanoTime();
        long due = world.mediator.step(now);
        said.set(false);
        access.run();
        boolean woken = said.get();
        assertThat(woken || world.mediator.step(now) >= due).as(what).isTrue();
    }

    @Test
    void pipeSwitchedOn_wakesForItsFirstBlank() {
        try (World world = new World()) {
            FakeVmm vmm = world.vmm(VgpuRequest.ofType("vm1", "i915-GVTg_V3_8"));
            AtomicBoolean said = new AtomicBoolean();
            try (Registration ignored = world.mediator.onStepNeeded(() -> said.set(true))) {
                world.mediator.step();
                said.set(false);
                vmm.bar(0).write32(PIPE_A_CONF, ENABLE);
                assertThat(said).as("the pipe's first blank is due").isTrue();
            }
        }
    }

    @Test
    void anyRegister_writtenWithAnything_makesNothingDueUnsaid() {
        try (World world = new World()) {
            FakeVmm vmm = world.vmm(VgpuRequest.ofType("vm1", "i915-GVTg_V3_8"));
            AtomicBoolean said = new AtomicBoolean();
            try (Registration ignored = world.mediator.onStepNeeded(() -> said.set(true))) {
                for (int[] range : RANGES) {
                    for (int offset = range[0]; offset < range[1]; offset += 4) {
                        int at = offset;
                        for (int value : new int[] {-1, ENABLE, 0x1_0001, 0}) {
                            check(
                                    world,
                                    said,
                                    () -> vmm.bar(0).write32(at, value),
                                    Integer.toHexString(value) + " to " + Integer.toHexString(at));
                        }
                        check(
                                world,
                                said,
                                () -> vmm.bar(0).read32(at),
                                "read of " + Integer.toHexString(at));
                    }
                }
            }
        }
    }
}
