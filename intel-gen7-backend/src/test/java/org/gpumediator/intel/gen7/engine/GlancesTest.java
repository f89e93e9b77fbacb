package org.gpumediator.intel.gen7.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;

class GlancesTest {

    private static final int MANY = 1_000_000;

    private final SteppedClock clock = new SteppedClock();

    private int count(Glances glances) {
        int count = 0;
        while (count < MANY && glances.onceMore()) {
            count++;
        }
        return count;
    }

    @Test
    void clockStandsStillFromTheBeginning_comesToAnEnd() {
        assertThat(count(new Glances(clock, 1_000))).isLessThan(MANY);
    }

    @Test
    void clockStandsStillAfterItHasMoved_comesToAnEnd() {
        Glances glances = new Glances(clock, 1_000);
        clock.advanceNanos(1);
        assertThat(count(glances)).isLessThan(MANY);
    }

    @Test
    void clockMovesNowAndThen_looksUntilTheTimeIsUp() {
        Glances glances = new Glances(clock, 1_000);
        int count = 0;
        while (glances.onceMore()) {
            count++;
            if (count % 10_000 == 0) {
                clock.advanceNanos(100);
            }
        }
        assertThat(count).isEqualTo(100_000);
    }
}
