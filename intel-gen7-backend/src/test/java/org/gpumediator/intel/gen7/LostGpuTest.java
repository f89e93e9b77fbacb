package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.core.Mediator;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/** The GPU goes off its bus: everybody on it has failed and is told, nothing waits for it. */
class LostGpuTest {

    private static final long SECOND = 1_000_000_000L;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu = FakeHaswell.create();
    private final List<String> told = new ArrayList<>();
    private final Mediator mediator =
            Mediator.builder(gpu)
                    .clock(clock)
                    .listener(
                            new MediationListener() {
                                @Override
                                public void hardwareReset(String what, String offender) {
                                    told.add(what);
                                }

                                @Override
                                public void stateChanged(
                                        String vgpu, VirtualGpuState from, VirtualGpuState to) {
                                    told.add(vgpu + " " + to);
                                }
                            })
                    .build();

    private FakeVmm vmm(String name) {
        FakeVmm vmm = FakeVmm.create();
        return vmm.plug(mediator.create(World.quotas(name, 64, 128, 4), vmm.port()));
    }

    private long step() {
        clock.advanceNanos(50_000);
        gpu.advance(clock.nanoTime(), 10_000);
        return mediator.step();
    }

    @Test
    void gpuThatHasGone_failsItsVirtualGpusAndRefusesMore() {
        FakeVmm busy = vmm("busy");
        FakeVmm idle = vmm("idle");
        ScriptedHaswellGuest guest =
                ScriptedHaswellGuest.on(busy).stepping(this::step).build().boot();
        guest.submit(HaswellEngine.RCS);
        gpu.disappear();
        told.clear();

        step();
        assertThat(busy.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(idle.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "GPU has fallen off the bus", "busy FAILED", "idle FAILED");
        assertThatThrownBy(() -> vmm("late"))
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContaining("late: the GPU has fallen off the bus");
        assertThat(mediator.inventory().holdings()).hasSize(2);

        guest.hostile().pokeRing(HaswellEngine.RCS, 0x30, 64);
        busy.gpu().reset(ResetKind.FUNCTION_LEVEL);
        assertThat(busy.gpu().state())
                .as("it does not come back")
                .isEqualTo(VirtualGpuState.FAILED);
        assertThat(step()).isEqualTo(Long.MAX_VALUE);
        assertThat(told).as("told once").hasSize(3);
        busy.close();
        idle.close();
        assertThat(mediator.inventory().holdings()).isEmpty();
        mediator.close();
    }

    @Test
    void gpuThatHasGone_isNoticedByTheFirstCreation() {
        assertThatThrownBy(
                        () -> {
                            gpu.disappear();
                            vmm("first");
                        })
                .isInstanceOf(DeviceLostException.class);
        assertThat(mediator.inventory().holdings()).isEmpty();
        mediator.close();
    }

    @Test
    void virtualGpu_thatIsIdle_hasAStepLookAtItsGpuEverySecond() {
        FakeVmm idle = vmm("idle");
        assertThat(step()).isLessThanOrEqualTo(clock.nanoTime() + SECOND);
        idle.close();
        mediator.close();
    }
}
