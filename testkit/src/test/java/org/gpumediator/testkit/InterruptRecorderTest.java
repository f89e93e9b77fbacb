package org.gpumediator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterruptRecorderTest {

    private final InterruptRecorder recorder = new InterruptRecorder();

    @Test
    void take_afterTwoRaises_givesTwo() {
        recorder.raise(3);
        recorder.raise(1);

        assertThat(recorder.take()).isEqualTo(1);
        assertThat(recorder.take(3)).isTrue();
        assertThat(recorder.take()).isEqualTo(-1);
        assertThat(recorder.count(3)).isEqualTo(1);
        assertThat(recorder.messages()).isEqualTo(2);
    }

    @Test
    void assertLevel_twice_isViolation() {
        recorder.assertLevel();
        recorder.assertLevel();
        recorder.deassert();
        recorder.deassert();
        recorder.raise(-1);

        assertThat(recorder.violations()).hasSize(3);
        assertThat(recorder.lineActive()).isFalse();
    }

    @Test
    void stepUntil_neverHappens_stopsAfterLimit() {
        int[] steps = {0};

        assertThat(InterruptRecorder.stepUntil(() -> false, () -> steps[0]++, 10)).isFalse();
        assertThat(steps[0]).isEqualTo(10);
        assertThat(InterruptRecorder.stepUntil(() -> steps[0] == 12, () -> steps[0]++, 10))
                .isTrue();
    }
}
