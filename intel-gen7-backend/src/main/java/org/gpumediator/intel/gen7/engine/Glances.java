package org.gpumediator.intel.gen7.engine;

import org.gpumediator.api.MediationClock;

/**
 * How often to look at the hardware while waiting for it: until a time is up, or the clock stands
 * still, since whoever steps it may be waiting for this caller.
 *
 * <p>Not thread safe: one wait, one object.
 */
final class Glances {

    private static final int GLANCES_WITHOUT_TIME = 20_000;

    private final MediationClock clock;
    private final long end;
    private long before;
    private int withoutTime;

    /** Begins to wait. */
    Glances(MediationClock clock, long nanos) {
        this.clock = clock;
        before = clock.nanoTime();
        end = before + nanos;
    }

    /** Returns whether to look once more; a moment later, if so. */
    boolean onceMore() {
        long now = clock.nanoTime();
        withoutTime = now == before ? withoutTime + 1 : 0;
        before = now;
        if (now >= end || withoutTime >= GLANCES_WITHOUT_TIME) {
            return false;
        }
        Thread.onSpinWait();
        return true;
    }
}
