package org.gpumediator.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void take_burst_thenOnlyAsTimePasses() {
        RateLimit limit = new RateLimit(1000, 10);
        assertThat(taken(limit, 0, 100)).isEqualTo(10);
        assertThat(limit.nextNanos(0)).isEqualTo(SECOND / 1000);
        assertThat(limit.take(SECOND / 1000 - 1)).isFalse();
        assertThat(limit.take(SECOND / 1000)).isTrue();
        assertThat(limit.take(SECOND / 1000)).isFalse();
    }

    @Test
    void take_afterALongRest_givesNoMoreThanTheBurst() {
        RateLimit limit = new RateLimit(1000, 10);
        taken(limit, 0, 100);
        assertThat(taken(limit, 3600 * SECOND, 100)).isEqualTo(10);
    }

    @Test
    void take_overASecond_givesTheRate() {
        RateLimit limit = new RateLimit(1000, 1);
        int count = 0;
        for (long now = 0; now < SECOND; now += 10_000) {
            count += limit.take(now) ? 1 : 0;
        }
        assertThat(count).isBetween(999, 1001);
    }

    @Test
    void create_outOfRange_isRefused() {
        assertThatThrownBy(() -> new RateLimit(0, 1)).hasMessageContaining("rate 0");
        assertThatThrownBy(() -> new RateLimit(1, 0)).hasMessageContaining("burst 0");
    }

    private static int taken(RateLimit limit, long now, int tries) {
        int count = 0;
        for (int i = 0; i < tries; i++) {
            count += limit.take(now) ? 1 : 0;
        }
        return count;
    }
}
