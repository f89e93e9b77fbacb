package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.nvidia.vf.EngineRig.SECOND;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.nvidia.vf.guard.BoardGuards;
import org.gpumediator.nvidia.vf.guard.EventGuard.State;
import org.gpumediator.nvidia.vf.guard.GuardLimit;
import org.gpumediator.nvidia.vf.guard.GuardedEvent;
import org.gpumediator.testkit.ada.EngineWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the host sees of the guards of its virtual functions, and may do about them. */
class HostGuardsTest {

    private static final int PRIVILEGED_DOORBELL = 0x2200;
    private static final int SET_UP = 0;
    private static final int CALL = 1;

    /** Set-ups in a minute. */
    private static final int SET_UPS = 1200;

    private final EngineRig rig = new EngineRig();
    private final EngineRig.Guest guest = rig.add("L40-1Q");
    private final VirtualGpu a = guest.vgpu;
    private final VirtualGpu b = rig.add("L40-1Q").submits(EngineWork.endless()).vgpu;
    private final BoardGuards guards = rig.rig.mediator.ability(BoardGuards.class).orElseThrow();

    @AfterEach
    void close() {
        rig.close();
    }

    private State state(GuardedEvent event) {
        return guards.counts(0).get(event).state();
    }

    private void ring(int bit, int times) {
        for (int i = 0; i < times; i++) {
            a.bar(0).handler().write(PRIVILEGED_DOORBELL, 4, bit);
        }
    }

    private long refused() {
        return a.statistics().faults(GuestFaultKind.RATE_LIMITED);
    }

    private void resets(int times) {
        for (int i = 0; i < times; i++) {
            a.reset(ResetKind.FUNCTION_LEVEL);
        }
    }

    /** Its work hangs, on a channel of its own each time. */
    private void hang(int times) {
        for (int i = 0; i < times; i++) {
            long before = rig.engine.tornDown(guest.gfid);
            guest.submitsOn((int) before, EngineWork.hung());
            rig.run(SECOND);
            assertThat(rig.engine.tornDown(guest.gfid)).isEqualTo(before + 1);
        }
    }

    @Test
    void resets_countOnlyTheGuestsOwnAndGoFromNormalOverFullToOverflow() {
        assertThat(state(GuardedEvent.FUNCTION_RESET)).isEqualTo(State.NORMAL);
        for (int i = 0; i < 5; i++) {
            a.reset(ResetKind.BUS);
        }
        resets(2);
        assertThat(state(GuardedEvent.FUNCTION_RESET)).isEqualTo(State.NORMAL);
        resets(1);
        assertThat(state(GuardedEvent.FUNCTION_RESET)).isEqualTo(State.FULL);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        resets(1);
        assertThat(state(GuardedEvent.FUNCTION_RESET)).isEqualTo(State.OVERFLOW);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(a.statistics().counter("limited.function-reset")).isEqualTo(1);
        assertThat(guards.counts(1).get(GuardedEvent.FUNCTION_RESET).total()).isZero();
    }

    @Test
    void reset_putOffByItsLimit_saysSoAndIsDoneByTheFirstStepThatTheWindowAllows() {
        resets(3);
        rig.rig.clock.advanceNanos(SECOND);
        resets(2);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(refused()).isEqualTo(2);
        rig.rig.mediator.step();
        assertThat(rig.rig.hardwareResets)
                .contains("reset put off: more than its guest may ask for " + a.name());
        assertThat(a.bar(1).handler().read(0, 4)).as("meanwhile").isEqualTo(0xffff_ffffL);
        long due = rig.rig.mediator.step();
        while (a.state() == VirtualGpuState.FAILED) {
            rig.rig.clock.advanceTo(Math.max(due, rig.now() + 1));
            due = rig.rig.mediator.step();
            assertThat(rig.now()).as("a minute and no more").isLessThan(80 * SECOND);
        }
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        a.bar(1).handler().write(0, 4, 5);
        assertThat(a.bar(1).handler().read(0, 4)).isEqualTo(5);
    }

    @Test
    void reset_putOffAndThenDoneByTheVmm_isNotDoneAgain() {
        resets(4);
        a.reset(ResetKind.BUS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        a.bar(1).handler().write(0, 4, 5);
        rig.rig.clock.advanceNanos(61 * SECOND);
        rig.rig.mediator.step();
        assertThat(a.bar(1).handler().read(0, 4)).isEqualTo(5);
    }

    @Test
    void resets_ofAVirtualMachineThatIsStartedAgainAndAgain_areNotHeldAgainstItsGuest() {
        for (int i = 0; i < 20; i++) {
            a.reset(ResetKind.BUS);
            assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        }
        a.reset(ResetKind.LOST_CLIENT);
        resets(3);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void reset_byTheVmm_doesNotForgiveWhatTheGuestHasDone() {
        resets(3);
        a.reset(ResetKind.BUS);
        resets(1);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
    }

    @Test
    void forgive_aResetThatTheHostCaused_letsOneMorePass() {
        resets(3);
        guards.forgive(0, GuardedEvent.FUNCTION_RESET);
        resets(1);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        resets(1);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
    }

    @Test
    void setLimit_ofOneOrOfTheBoard_countsFromNowOnAndForTheNextOwner() {
        guards.setLimit(0, GuardedEvent.FUNCTION_RESET, GuardLimit.ofSeconds(1, 60));
        guards.setLimit(GuardedEvent.FUNCTION_RESET, GuardLimit.ofSeconds(2, 60));
        resets(2);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        b.reset(ResetKind.FUNCTION_LEVEL);
        b.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(b.state()).isEqualTo(VirtualGpuState.CREATED);
        b.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(b.state()).isEqualTo(VirtualGpuState.FAILED);

        rig.guests.clear();
        a.close();
        VirtualGpu next = rig.add("L40-1Q").vgpu;
        assertThat(rig.guests.getFirst().gfid).isEqualTo(guest.gfid);
        next.reset(ResetKind.FUNCTION_LEVEL);
        next.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(next.state()).as("the board's limit").isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void setUp_asOftenAsADeviceIsOpenedByShortPrograms_isServed() {
        for (int opened = 0; opened < 180; opened++) {
            ring(SET_UP, 6);
            rig.rig.clock.advanceNanos(SECOND / 3);
        }
        assertThat(refused()).isZero();
    }

    @Test
    void setUp_beyondItsLimit_isNotRungThoughCallsAre() {
        ring(SET_UP, SET_UPS);
        assertThat(state(GuardedEvent.EXCLUSIVE_REQUEST)).isEqualTo(State.FULL);
        assertThat(refused()).isZero();
        ring(SET_UP, 3);
        assertThat(refused()).isEqualTo(3);
        ring(CALL, 100);
        assertThat(refused()).isEqualTo(3);
        rig.rig.clock.advanceNanos(61 * SECOND);
        ring(SET_UP, 1);
        assertThat(refused()).isEqualTo(3);
    }

    @Test
    void setUp_afterTwoCutOffs_isRefusedUntilTheHostForgives() {
        hang(2);
        assertThat(state(GuardedEvent.EXCLUSIVE_TIMEOUT)).isEqualTo(State.FULL);
        ring(SET_UP, 1);
        assertThat(refused()).isEqualTo(1);
        guards.forgive(0, GuardedEvent.EXCLUSIVE_TIMEOUT);
        ring(SET_UP, 1);
        assertThat(refused()).isEqualTo(1);
        hang(1);
        assertThat(a.state()).as("two again").isNotEqualTo(VirtualGpuState.FAILED);
        hang(1);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(b.state()).isNotEqualTo(VirtualGpuState.FAILED);
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_forALostClient_opensTheWindowsAndNoOtherDoes(ResetKind kind) {
        ring(SET_UP, SET_UPS + 1);
        assertThat(guards.of(0).admitTelemetry(rig.now())).isTrue();
        a.reset(kind);
        ring(SET_UP, 1);
        assertThat(refused()).isEqualTo(kind == ResetKind.LOST_CLIENT ? 1 : 2);
        assertThat(guards.counts(0).get(GuardedEvent.EXCLUSIVE_REQUEST).total())
                .isEqualTo(SET_UPS + 2);
    }

    @Test
    void telemetry_isServedOnceItsGuestHasSetItUp() {
        assertThat(guards.of(0).admitTelemetry(rig.now())).isFalse();
        ring(SET_UP, 1);
        for (int i = 0; i < 15; i++) {
            assertThat(guards.of(0).admitTelemetry(rig.now())).isTrue();
        }
        assertThat(guards.of(0).admitTelemetry(rig.now())).isFalse();
        assertThat(guards.of(1).admitTelemetry(rig.now())).isFalse();
    }
}
