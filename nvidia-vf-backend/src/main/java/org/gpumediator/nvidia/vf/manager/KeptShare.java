package org.gpumediator.nvidia.vf.manager;

/**
 * A share that could not be made safe when its virtual GPU went, and when that is tried again:
 * after a second, then after twice as long each time, up to a minute. Used by one thread at a time.
 */
final class KeptShare {

    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private static final long STUCK_NANOS = 4_000_000_000L;

    private final ManagedVgpu vgpu;
    private volatile long dueNanos;
    private volatile long delayNanos = FIRST_NANOS;

    KeptShare(ManagedVgpu vgpu, long nowNanos) {
        this.vgpu = vgpu;
        dueNanos = nowNanos + delayNanos;
    }

    ManagedVgpu vgpu() {
        return vgpu;
    }

    long dueNanos() {
        return dueNanos;
    }

    /** Returns whether trying has not helped: only a reset of the board may. */
    boolean isStuck() {
        return delayNanos > STUCK_NANOS;
    }

    /** Tries it at the next step: the board was reset. */
    void hurry(long nowNanos) {
        dueNanos = nowNanos;
        delayNanos = FIRST_NANOS;
    }

    /** Says that it did not work. */
    void putOff(long nowNanos) {
        dueNanos = nowNanos + delayNanos;
        delayNanos = Math.min(2 * delayNanos, LONGEST_NANOS);
    }
}
