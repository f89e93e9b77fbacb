package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The end of the program comes in time, whatever hangs. */
class DeadlineTest {

    @Test
    void work_thatEnds_isWaitedFor() {
        AtomicBoolean done = new AtomicBoolean();

        assertThat(Deadline.meets(60_000_000_000L, () -> done.set(true))).isTrue();
        assertThat(done).isTrue();
    }

    @Test
    void work_thatHangs_isLeftBehind() {
        CountDownLatch never = new CountDownLatch(1);
        Runnable hangs =
                () -> {
                    try {
                        never.await();
                    } catch (InterruptedException end) {
                        Thread.currentThread().interrupt();
                    }
                };

        assertThat(Deadline.meets(1_000_000, hangs)).isFalse();
        never.countDown();
    }
}
