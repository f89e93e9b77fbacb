package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A client that answers slowly cannot keep others waiting for long. */
class PatienceTest {

    private static final long START = 5;

    private long now = START;
    private final Patience patience = new Patience(START);

    private boolean ask(long answerAfter) {
        if (!patience.isLeft(now)) {
            return false;
        }
        now = Math.min(now + answerAfter, patience.begin(now));
        patience.end(now);
        return true;
    }

    @Test
    void answers_thatComeSoon_areAskedForWithoutEnd() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(ask(Patience.SOON_NANOS)).isTrue();
        }
    }

    @Test
    void answers_thatComeSlowly_costAQuarterOfTheTimeAtMost() {
        long waited = 0;
        long end = START + 600_000_000_000L;
        while (end - now > 0) {
            long before = now;
            if (ask(80_000_000)) {
                waited += now - before;
            } else {
                now += 1_000_000;
            }
        }

        assertThat(waited).isLessThan(600_000_000_000L / 4);
    }

    @Test
    void answer_thatNeverComes_endsTheAskingForAWhile() {
        ask(Long.MAX_VALUE / 2);
        ask(Long.MAX_VALUE / 2);

        assertThat(now - START).isLessThanOrEqualTo(2 * Patience.MOST_NANOS);
        assertThat(ask(0)).isFalse();
        now += Patience.PAUSE_NANOS;
        assertThat(ask(0)).isTrue();
    }
}
