package org.gpumediator.nvidia.vf.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.gpumediator.nvidia.vf.guard.VfGuards.ExclusiveUse;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;

class VfGuardsTest {

    private static final long SECOND = 1_000_000_000L;

    private final VfGuards guards = new VfGuards(Map.of());

    private void times(int count, Runnable action) {
        for (int i = 0; i < count; i++) {
            action.run();
        }
    }

    @Test
    void exclusive_beyondTheLimit_isRefused() {
        times(9, () -> assertThat(guards.admitExclusive(ExclusiveUse.DEBUG, 0)).isTrue());
        assertThat(guards.admitExclusive(ExclusiveUse.DEBUG, 0)).isFalse();
        assertThat(guards.admitExclusive(ExclusiveUse.DEBUG, 60 * SECOND + 1)).isTrue();
    }

    @Test
    void finish_whileActive_isCountedAndAlwaysServed() {
        guards.activated();
        times(20, () -> assertThat(guards.admitExclusive(ExclusiveUse.FINISH, 0)).isTrue());
        assertThat(guards.guard(GuardedEvent.EXCLUSIVE_REQUEST).total()).isEqualTo(20);
        assertThat(guards.guard(GuardedEvent.EXCLUSIVE_REQUEST).refused()).isEqualTo(11);
        guards.deactivated();
        assertThat(guards.admitExclusive(ExclusiveUse.FINISH, 0)).isFalse();
    }

    @Test
    void exclusive_withTimeoutsFull_isRefusedAtOnce() {
        guards.activated();
        guards.exclusiveTimedOut(0);
        assertThat(guards.admitExclusive(ExclusiveUse.DEBUG, 1)).isTrue();
        guards.exclusiveTimedOut(2);
        assertThat(guards.guard(GuardedEvent.EXCLUSIVE_TIMEOUT).state(2))
                .isEqualTo(EventGuard.State.FULL);
        for (ExclusiveUse use : ExclusiveUse.values()) {
            assertThat(guards.admitExclusive(use, 3)).isEqualTo(use == ExclusiveUse.FINISH);
        }
        assertThat(guards.admitExclusive(ExclusiveUse.RESET, 500 * SECOND + 1)).isTrue();
    }

    @Test
    void setUpAndReset_withResetsInOverflow_areRefusedUntilTheWindowMoves() {
        times(3, () -> assertThat(guards.admitReset(0)).isTrue());
        assertThat(guards.admitExclusive(ExclusiveUse.SET_UP, 1)).isTrue();
        assertThat(guards.admitReset(2)).isFalse();
        assertThat(guards.admitExclusive(ExclusiveUse.SET_UP, 3)).isFalse();
        assertThat(guards.admitExclusive(ExclusiveUse.RESET, 3)).isFalse();
        assertThat(guards.admitExclusive(ExclusiveUse.DEBUG, 3)).isTrue();
        assertThat(guards.admitExclusive(ExclusiveUse.SET_UP, 60 * SECOND + 1)).isTrue();
    }

    @Test
    void resets_thatTheHostCaused_areForgiven() {
        times(3, () -> guards.admitReset(0));
        guards.guard(GuardedEvent.FUNCTION_RESET).forgive(1);
        assertThat(guards.admitReset(2)).isTrue();
        assertThat(guards.admitReset(3)).isFalse();
    }

    @Test
    void telemetry_ofAFunctionNeverSetUp_isNeitherServedNorCounted() {
        assertThat(guards.admitTelemetry(0)).isFalse();
        assertThat(guards.guard(GuardedEvent.TELEMETRY).total()).isZero();
        guards.activated();
        guards.deactivated();
        times(15, () -> assertThat(guards.admitTelemetry(0)).isTrue());
        assertThat(guards.admitTelemetry(0)).isFalse();
    }

    @Test
    void interrupts_inAStorm_areServedUpToTheLimit() {
        int served = 0;
        for (int i = 0; i < 100_000; i++) {
            served += guards.admitInterrupt(i) ? 1 : 0;
        }
        assertThat(served).isEqualTo(56);
        assertThat(guards.counts(100_000).get(GuardedEvent.INTERRUPT))
                .isEqualTo(new VfGuards.Count(EventGuard.State.OVERFLOW, 56, 100_000, 99_944));
    }

    private static BoardGuards board(int vfs) {
        return new BoardGuards(vfs, new SteppedClock(), Map.of());
    }

    @Test
    void release_forAnotherOwner_forgetsActivity() {
        BoardGuards board = board(1);
        VfGuards former = board.of(0);
        former.activated();
        times(60, () -> former.admitInterrupt(0));
        board.release(0);
        assertThat(board.of(0).admitInterrupt(0)).isTrue();
        assertThat(board.of(0).admitTelemetry(0)).isFalse();
    }

    @Test
    void limits_perFunction_winOverTheBoards() {
        BoardGuards board = board(4);
        assertThat(limit(board, 0)).isEqualTo(3);
        board.setLimit(2, GuardedEvent.FUNCTION_RESET, GuardLimit.ofSeconds(1, 60));
        assertThat(limit(board, 2)).isEqualTo(1);
        board.setLimit(GuardedEvent.FUNCTION_RESET, GuardLimit.ofSeconds(5, 60));
        assertThat(limit(board, 0)).isEqualTo(5);
        assertThat(limit(board, 1)).as("not asked for before").isEqualTo(5);
        assertThat(limit(board, 2)).isEqualTo(1);
        board.release(2);
        assertThat(limit(board, 2)).isEqualTo(5);
        assertThatThrownBy(() -> board.of(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> board.forgive(-1, GuardedEvent.INTERRUPT))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static int limit(BoardGuards board, int vf) {
        return board.of(vf).guard(GuardedEvent.FUNCTION_RESET).limit().threshold();
    }

    @Test
    void storm_ofOneFunction_leavesItsNeighbourAlone() {
        BoardGuards board = board(2);
        times(1000, () -> board.of(0).admitInterrupt(0));
        assertThat(board.of(1).guard(GuardedEvent.INTERRUPT).total()).isZero();
        assertThat(board.of(1).admitInterrupt(0)).isTrue();
    }
}
