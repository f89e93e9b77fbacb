package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/** A guest that keeps hanging the engines. */
class QuarantineTest {

    @Test
    void hang_fiveTimesInAMinute_guestFailsUntilReset() {
        try (World world = new World()) {
            FakeVmm badVmm = world.vmm("bad", 64, 128);
            ScriptedHaswellGuest bad = world.guest(badVmm).boot();
            ScriptedHaswellGuest good = world.boot("good", 64, 128);
            int rounds = 0;
            while (badVmm.gpu().state() != VirtualGpuState.FAILED && rounds++ < 4) {
                for (HaswellEngine engine : HaswellEngine.values()) {
                    bad.hang(engine);
                }
                compete(world, badVmm, good, HaswellEngine.values().length);
                if (badVmm.gpu().state() != VirtualGpuState.FAILED) {
                    for (HaswellEngine engine : HaswellEngine.values()) {
                        bad.resetEngine(engine);
                    }
                }
            }
            assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
            assertThat(rounds).isGreaterThan(1);
            good.await(good.submit(HaswellEngine.VCS));
            assertThat(good.complaints()).isEmpty();

            long hangs = hangs(badVmm);
            badVmm.reset(ResetKind.FUNCTION_LEVEL); // which the guest itself can ask for
            assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
            assertThat(hangs(badVmm)).isEqualTo(hangs);
            badVmm.reset(ResetKind.BUS);
            assertThat(badVmm.gpu().state()).isNotEqualTo(VirtualGpuState.FAILED);
            assertThat(hangs(badVmm)).isZero();
            assertThat(world.guest(badVmm).boot().complaints()).isEmpty();
            assertThat(world.gpu.busFaults()).isEmpty();
        }
    }

    @Test
    void hang_fourTimesInAMinute_guestFailsAtTheNextOnly() {
        try (World world = new World()) {
            FakeVmm badVmm = world.vmm("bad", 64, 128);
            ScriptedHaswellGuest bad = world.guest(badVmm).boot();
            ScriptedHaswellGuest good = world.boot("good", 64, 128);
            for (HaswellEngine engine : HaswellEngine.values()) {
                bad.hang(engine);
            }
            compete(world, badVmm, good, 4);
            assertThat(hangs(badVmm)).isEqualTo(4);
            assertThat(badVmm.gpu().state()).isNotEqualTo(VirtualGpuState.FAILED);
            bad.resetEngine(HaswellEngine.VCS);
            bad.hang(HaswellEngine.VCS);
            compete(world, badVmm, good, 1);
            assertThat(hangs(badVmm)).isEqualTo(5);
            assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
        }
    }

    @Test
    void hang_withMoreThanAMinuteBetween_guestFailsAtTheTwentieth() {
        try (World world = new World()) {
            FakeVmm badVmm = world.vmm("bad", 64, 128);
            ScriptedHaswellGuest bad = world.guest(badVmm).boot();
            ScriptedHaswellGuest good = world.boot("good", 64, 128);
            for (int round = 1; round <= 5; round++) {
                for (HaswellEngine engine : HaswellEngine.values()) {
                    bad.hang(engine);
                }
                compete(world, badVmm, good, HaswellEngine.values().length);
                assertThat(hangs(badVmm)).isEqualTo(4 * round);
                assertThat(badVmm.gpu().state() == VirtualGpuState.FAILED).isEqualTo(round == 5);
                if (round < 5) {
                    for (HaswellEngine engine : HaswellEngine.values()) {
                        bad.resetEngine(engine);
                    }
                    world.clock.advanceNanos(61_000_000_000L);
                    world.pass(1);
                }
            }
            good.await(good.submit(HaswellEngine.VCS));
            assertThat(good.complaints()).isEmpty();
        }
    }

    private static long hangs(FakeVmm vmm) {
        return vmm.gpu().statistics().counter("hangs");
    }

    /** Has the good guest at work until the bad one has hung everything it can, or failed. */
    private static void compete(World world, FakeVmm bad, ScriptedHaswellGuest good, int expected) {
        long hangs = hangs(bad);
        Request request = good.submit(HaswellEngine.RCS, Batch.user().noops(4));
        for (int i = 0; i < 40_000; i++) {
            world.coarse(6);
            if (request.completed()) {
                request = good.submit(HaswellEngine.RCS, Batch.user().noops(4));
            }
            if (bad.gpu().state() == VirtualGpuState.FAILED || hangs(bad) >= hangs + expected) {
                return;
            }
        }
    }
}
