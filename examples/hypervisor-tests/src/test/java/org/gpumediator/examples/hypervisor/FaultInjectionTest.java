package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Map;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuExtension;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What goes wrong below a hypervisor, on demand, and what the other guests may see of it: nothing.
 */
class FaultInjectionTest {

    private static final int MANY_STEPS = 50_000;

    @Nested
    class OnHaswell {

        @RegisterExtension
        static final FakeGpuExtension GPU =
                FakeGpuExtension.builder()
                        .vgpu(quotas("good"))
                        .vgpu(quotas("bad"))
                        .option("gtt", "relaxed")
                        .build();

        private static VgpuRequest quotas(String name) {
            return VgpuRequest.ofQuotas(name, Map.of("aperture", 64L << 20, "hidden", 128L << 20));
        }

        @Test
        void hang_ofOneGuest_isCutOffAndTheOtherGoesOn(
                ScriptedHaswellGuest good, ScriptedHaswellGuest bad, FakeGpuWorld world) {
            good.boot();
            bad.boot();
            Request hung = bad.hang(HaswellEngine.RCS);
            for (int i = 0; i < 10; i++) {
                good.await(good.submit(HaswellEngine.RCS));
            }

            assertThat(hung.completed()).isFalse();
            assertThat(world.vmm(1).gpu().statistics().counter("rcs.cut-off")).isPositive();
            assertThat(world.vmm(0).gpu().statistics().counter("rcs.cut-off")).isZero();
        }

        @Test
        void interrupts_lost_areMadeUpForByTheNextStep(
                ScriptedHaswellGuest good, FakeHaswell gpu, FakeGpuWorld world) {
            good.boot();
            gpu.loseInterrupts(1);
            Request request = good.submit(HaswellEngine.BCS);

            assertThat(world.stepUntil(request::completed, MANY_STEPS)).isTrue();
            assertThat(good.waitFor(good.submit(HaswellEngine.BCS))).isTrue();
        }

        @Test
        void storm_ofOneGuestsInterrupts_leavesTheOtherAlone(
                ScriptedHaswellGuest good,
                ScriptedHaswellGuest bad,
                FakeVmm goodVmm,
                FakeGpuWorld world) {
            good.boot();
            bad.boot();
            world.steps(10);
            long before = goodVmm.interrupts().messages();
            for (int i = 0; i < 200; i++) {
                bad.submitCommands(HaswellEngine.BCS, 0x0100_0000, 0);
                world.step();
            }

            assertThat(goodVmm.interrupts().messages()).isEqualTo(before);
        }

        @Test
        void memory_thatGoesWhileItIsUsed_costsItsGuestOnly(
                ScriptedHaswellGuest good,
                ScriptedHaswellGuest bad,
                FakeVmm goodVmm,
                FakeVmm badVmm,
                FakeGpuWorld world) {
            good.boot();
            bad.boot();
            bad.hang(HaswellEngine.BCS);
            badVmm.memory().remove(0);

            assertThatCode(() -> world.steps(100)).doesNotThrowAnyException();
            good.await(good.submit(HaswellEngine.BCS));
            assertThat(goodVmm.gpu().state()).isEqualTo(VirtualGpuState.RUNNING);
        }

        @Test
        void dma_toMemoryThatCannotBeMapped_isRefusedAndHarmsNobody(
                ScriptedHaswellGuest good, FakeHaswell gpu, FakeVmm vmm, FakeGpuWorld world) {
            good.boot();
            vmm.memory().add(1L << 32, 1 << 20, FakeGuestMemory.Access.NOT_MAPPABLE);
            GuestObject target = good.allocate(4096);
            good.hostile().mapPage(target.graphicsAddress(), 1L << 32);
            good.waitFor(
                    good.submitCommands(
                            HaswellEngine.BCS,
                            0x1000_0002 | 1 << 22,
                            0,
                            (int) target.graphicsAddress(),
                            0x77));
            world.steps(10);

            assertThat(vmm.memory().cpuRead32(1L << 32)).isZero();
            assertThat(gpu.busFaults()).isEmpty();
        }
    }

    @Nested
    class OnAda {

        @RegisterExtension
        static final FakeGpuExtension GPU =
                FakeGpuExtension.builder()
                        .gpu(clock -> FakeAda.builder(AdaModel.L40).clock(clock).build())
                        .vgpu(VgpuRequest.ofType("good", "L40-8Q"))
                        .build();

        @ParameterizedTest
        @EnumSource(names = {"LOST_REPLY", "LATE_REPLY", "BAD_CHECKSUM"})
        void firmwareReply_lostOrLate_failsWhatIsBeingMadeAndNothingElse(
                GspFault fault, FakeGpuWorld world, FakeAda board, VirtualGpu good) {
            board.faults().inject(fault, GspFaults.ANY);
            try {
                world.create(VgpuRequest.ofType("bad", "L40-8Q"));
            } catch (GpuMediationException refused) {
                assertThat(refused).hasMessageStartingWith("scrub channel: ");
            }
            world.steps(100);

            assertThat(board.faults().happened()).isEqualTo(1);
            assertThat(good.state()).isNotEqualTo(VirtualGpuState.FAILED);
            FakeVmm later = world.create(VgpuRequest.ofType("later", "L40-8Q"));
            assertThat(later.enumerate().bars()).isNotEmpty();
        }

        @Test
        void board_steppedByTheWorld_movesWithTheClock(
                FakeGpuWorld world, FakeAda board, SteppedClock clock) {
            long before = clock.nanoTime();
            world.steps(5);

            assertThat(clock.nanoTime()).isGreaterThan(before);
            assertThat(board.nextWorkNanos()).isGreaterThan(before);
        }
    }
}
