package org.gpumediator.intel.gen7.engine;

import org.jspecify.annotations.Nullable;

/**
 * How long the work of a guest that has to leave may go on before engines are reset under it. What
 * it takes is charged to it by the scheduler, so that being impatient with a guest gains nobody
 * time; it bounds how long the others wait.
 *
 * <p>Work that was cut off is run again from its start, and gets a little longer the next times, so
 * that what is merely long comes to its end. Where several guests are cut off, they take turns with
 * that: whoever waits beside them waits for one long turn in a while, not for one of each.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class Patience {

    /**
     * Short, because a driver that is just loading gives its first requests no more than 200 ms.
     * Source: Linux i915, idle time-out at load.
     */
    private static final long FIRST_NANOS = 60_000_000L;

    private static final long STEP_NANOS = 10_000_000L;
    private static final int STEPS = 2;

    private static final long SHORT_NANOS = 5_000_000L;

    /** Between long turns of two guests. */
    private static final long APART_NANOS = 150_000_000L;

    /** For how long a guest that was put off is first. */
    private static final long FIRST_IN_LINE_NANOS = 1_000_000_000L;

    private @Nullable GuestEngines last;
    private long lastAt;
    private @Nullable GuestEngines putOff;
    private long putOffAt;

    /** Returns how long the work of a guest that is asked to leave now may go on. */
    long nanos(GuestEngines guest, long now) {
        int cutOffs = guest.cutOffs().mostInARow(now);
        if (cutOffs > 0 && !maySpend(guest, now)) {
            return SHORT_NANOS;
        }
        return FIRST_NANOS + Math.min(cutOffs, STEPS) * STEP_NANOS;
    }

    private boolean maySpend(GuestEngines guest, long now) {
        if (putOff != null && putOff != guest && now - putOffAt < FIRST_IN_LINE_NANOS) {
            return false;
        }
        if (last == null || last == guest || now - lastAt >= APART_NANOS) {
            return true;
        }
        putOff = guest;
        putOffAt = now;
        return false;
    }

    /** Takes note that a guest's work was cut off after so much patience. */
    void spent(GuestEngines guest, long nanos, long now) {
        if (nanos >= FIRST_NANOS) {
            last = guest;
            lastAt = now;
            putOff = putOff == guest ? null : putOff;
        }
    }

    /** Forgets a guest that is gone. */
    void forget(GuestEngines guest) {
        last = last == guest ? null : last;
        putOff = putOff == guest ? null : putOff;
    }
}
