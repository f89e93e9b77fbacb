package org.gpumediator.nvidia.vf.gsp;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.MediationClock;

/**
 * Waits for the board, measured on the mediator's clock: a time-out is a time, never a number of
 * attempts.
 */
public final class Waiter {

    private static final int PATIENT_AFTER_GLANCES = 64;
    private static final long PAUSE_NANOS = 50_000;

    private final MediationClock clock;
    private final BooleanSupplier present;

    /**
     * Creates a waiter on a clock.
     *
     * @param present looks at the board, and says whether it is still on the bus
     */
    public Waiter(MediationClock clock, BooleanSupplier present) {
        this.clock = clock;
        this.present = present;
    }

    /** Returns the clock's time. */
    public long nanoTime() {
        return clock.nanoTime();
    }

    /**
     * Waits until a condition holds. The board is looked at each time before the condition, which
     * is asked once more after the time is up.
     *
     * @param timeoutNanos how long at most
     * @param condition asked again and again
     * @return whether the condition held in time
     * @throws DeviceLostException as soon as the board is no longer on the bus
     */
    public boolean until(long timeoutNanos, BooleanSupplier condition) {
        long began = clock.nanoTime();
        long before = began;
        int glances = 0;
        while (!holds(condition)) {
            long now = clock.nanoTime();
            if (now - began >= timeoutNanos) {
                return holds(condition);
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

    private boolean holds(BooleanSupplier condition) {
        if (!present.getAsBoolean()) {
            throw new DeviceLostException("the board has fallen off the bus (exception 79)");
        }
        return condition.getAsBoolean();
    }
}
