package org.gpumediator.nvidia.vf.gsp;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.MediationClock;

/**
 * Waits for the board, measured on the mediator's clock: a time-out is a time, never a number of
 * attempts.
 */
public final class Waiter {

    private static final int PATIENT_AFTER_GLANCES = 64;
    private static final long PAUSE_NANOS = 50_000;

    private final MediationClock clock;

    /** Creates a waiter on a clock. */
    public Waiter(MediationClock clock) {
        this.clock = clock;
    }

    /** Returns the clock's time. */
    public long nanoTime() {
        return clock.nanoTime();
    }

    /**
     * Waits until a condition holds. The condition is looked at once more after the time is up.
     *
     * @param timeoutNanos how long at most
     * @param condition asked again and again; looks at the board
     * @return whether the condition held in time
     */
    public boolean until(long timeoutNanos, BooleanSupplier condition) {
        long began = clock.nanoTime();
        long before = began;
        int glances = 0;
        while (!condition.getAsBoolean()) {
            long now = clock.nanoTime();
            if (now - began >= timeoutNanos) {
                return condition.getAsBoolean();
            }
            // A clock that a waiting processor moves in growing leaps needs no pause.
            glances = now - before < PAUSE_NANOS ? glances + 1 : 0;
            if (glances > PATIENT_AFTER_GLANCES) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            } else {
                Thread.onSpinWait();
            }
            before = now;
        }
        return true;
    }
}
