package org.gpumediator.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.gpumediator.api.MediationClock;

/**
 * A clock that stands still until a test moves it. Starts at 1 s, so that an age computed against
 * an unset time stamp is visibly wrong. Safe for use by multiple threads.
 */
public final class SteppedClock implements MediationClock {

    private final AtomicLong now = new AtomicLong(1_000_000_000L);

    /** Creates a clock that shows 1 s. */
    public SteppedClock() {}

    @Override
    public long nanoTime() {
        return now.get();
    }

    /**
     * Moves the clock forward.
     *
     * @param nanos nanoseconds, not negative
     * @return what the clock shows now
     * @throws IllegalArgumentException if {@code nanos} is negative
     */
    public long advanceNanos(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("step of " + nanos + " ns: expected 0 or more");
        }
        return now.addAndGet(nanos);
    }

    /**
     * Moves the clock forward.
     *
     * @throws IllegalArgumentException if {@code step} is negative
     */
    public long advance(Duration step) {
        return advanceNanos(step.toNanos());
    }

    /**
     * Moves the clock forward to a moment; no effect if that is past.
     *
     * @param nanos the moment, on this clock
     * @return what the clock shows now
     */
    public long advanceTo(long nanos) {
        return now.accumulateAndGet(nanos, Math::max);
    }
}
