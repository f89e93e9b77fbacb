package org.gpumediator.nvidia.vf.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.gpumediator.nvidia.vf.guard.EventGuard.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EventGuardTest {

    private static final long SECOND = 1_000_000_000L;

    private final EventGuard guard = new EventGuard(GuardLimit.ofSeconds(3, 60));

    // spotless:off
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        FUNCTION_RESET    | 3  | 60
        EXCLUSIVE_REQUEST | 9  | 60
        EXCLUSIVE_TIMEOUT | 2  | 500
        INTERRUPT         | 56 | 60
        TELEMETRY         | 15 | 60
        """)
    // spotless:on
    void defaultLimit_ofEachEvent_isThePublishedOne(GuardedEvent event, int allowed, int seconds) {
        assertThat(event.defaultLimit()).isEqualTo(GuardLimit.ofSeconds(allowed, seconds));
    }

    @ParameterizedTest
    @EnumSource(GuardedEvent.class)
    void record_upToTheThreshold_isServedAndTheNextIsNot(GuardedEvent event) {
        EventGuard each = new EventGuard(event.defaultLimit());
        int threshold = event.defaultLimit().threshold();
        for (int i = 0; i < threshold; i++) {
            assertThat(each.state(i)).isEqualTo(State.NORMAL);
            assertThat(each.record(i)).isTrue();
        }
        assertThat(each.state(threshold)).isEqualTo(State.FULL);
        assertThat(each.record(threshold)).isFalse();
        assertThat(each.state(threshold)).isEqualTo(State.OVERFLOW);
        assertThat(each.total()).isEqualTo(threshold + 1);
        assertThat(each.refused()).isEqualTo(1);
        assertThat(each.active(threshold)).isEqualTo(threshold);
    }

    @Test
    void record_atExactlyTheWindowsAge_stillCounts() {
        guard.record(0);
        guard.record(SECOND);
        guard.record(2 * SECOND);
        assertThat(guard.record(60 * SECOND)).isFalse();
        assertThat(guard.state(60 * SECOND)).isEqualTo(State.OVERFLOW);
        assertThat(guard.state(60 * SECOND + 1)).isEqualTo(State.NORMAL);
        assertThat(guard.record(60 * SECOND + 1)).isTrue();
        assertThat(guard.state(60 * SECOND + 1)).isEqualTo(State.FULL);
    }

    @Test
    void record_thatWasRefused_isNotInTheWindow() {
        for (int i = 0; i < 3; i++) {
            guard.record(0);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(guard.record(59 * SECOND)).isFalse();
        }
        assertThat(guard.active(60 * SECOND + 1)).isZero();
        assertThat(guard.refused()).isEqualTo(1000);
    }

    @Test
    void forgive_aFullGuard_letsOneMorePass() {
        for (int i = 0; i < 3; i++) {
            guard.record(i);
        }
        assertThat(guard.record(3)).isFalse();
        guard.forgive(4);
        assertThat(guard.state(4)).isEqualTo(State.NORMAL);
        assertThat(guard.record(5)).isTrue();
        assertThat(guard.record(6)).isFalse();
        assertThat(guard.refused()).isEqualTo(2);
    }

    @Test
    void forgive_anEmptyGuard_doesNothing() {
        guard.forgive(0);
        assertThat(guard.active(0)).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(guard.record(i)).isTrue();
        }
        assertThat(guard.record(4)).isFalse();
    }

    @Test
    void setLimit_smaller_keepsTheLatest() {
        guard.record(0);
        guard.record(30 * SECOND);
        guard.record(40 * SECOND);
        guard.setLimit(GuardLimit.ofSeconds(2, 60), 41 * SECOND);
        assertThat(guard.state(41 * SECOND)).isEqualTo(State.FULL);
        assertThat(guard.state(90 * SECOND)).isEqualTo(State.FULL);
        assertThat(guard.state(90 * SECOND + 1)).isEqualTo(State.NORMAL);
    }

    @Test
    void setLimit_larger_makesRoom() {
        for (int i = 0; i < 4; i++) {
            guard.record(i);
        }
        guard.setLimit(GuardLimit.ofSeconds(4, 60), 5);
        assertThat(guard.state(5)).isEqualTo(State.NORMAL);
        assertThat(guard.record(6)).isTrue();
        assertThat(guard.record(7)).isFalse();
        assertThat(guard.limit()).isEqualTo(GuardLimit.ofSeconds(4, 60));
    }

    @Test
    void setLimit_shorterWindow_dropsAtOnce() {
        for (int i = 0; i < 3; i++) {
            guard.record(i);
        }
        guard.setLimit(GuardLimit.ofSeconds(3, 10), 20 * SECOND);
        assertThat(guard.active(20 * SECOND)).isZero();
    }

    @Test
    void forgiveAll_anOverflownGuard_opensItAndKeepsTheCounts() {
        for (int i = 0; i < 4; i++) {
            guard.record(i);
        }
        guard.forgiveAll();
        assertThat(guard.state(4)).isEqualTo(State.NORMAL);
        assertThat(guard.total()).isEqualTo(4);
        assertThat(guard.refused()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            assertThat(guard.record(5)).isTrue();
        }
        assertThat(guard.record(5)).isFalse();
    }

    @Test
    void limit_outOfRange_isRefused() {
        assertThatThrownBy(() -> new GuardLimit(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GuardLimit(4097, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GuardLimit(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void guard_againstAPlainQueue_answersTheSame() {
        Random random = new Random(7);
        Deque<Long> model = new ArrayDeque<>();
        long now = Long.MAX_VALUE - 100 * SECOND;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextLong(40 * SECOND);
            long moment = now;
            model.removeIf(record -> moment - record > 60 * SECOND);
            if (random.nextInt(10) == 0) {
                guard.forgive(now);
                model.pollLast();
            }
            boolean served = model.size() < 3;
            if (served) {
                model.addLast(now);
            }
            assertThat(guard.record(now)).isEqualTo(served);
            assertThat(guard.active(now)).isEqualTo(model.size());
        }
    }

    /** What is kept grows with what comes: an old record stays in its place in the window. */
    @Test
    void record_ofALargeLimit_isTheSameAsWithRoomForAllFromTheBeginning() {
        EventGuard large = new EventGuard(new GuardLimit(GuardLimit.MAX_THRESHOLD, 1000));
        Deque<Long> model = new ArrayDeque<>();
        Random random = new Random(7);
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(20) == 0 ? random.nextInt(1500) : 0;
            while (!model.isEmpty() && now - model.getFirst() > 1000) {
                model.removeFirst();
            }
            boolean served = model.size() < GuardLimit.MAX_THRESHOLD;
            if (served) {
                model.addLast(now);
            }
            assertThat(large.record(now)).isEqualTo(served);
            assertThat(large.active(now)).isEqualTo(model.size());
        }
    }
}
