package org.gpumediator.nvidia.vf.guard;

/**
 * How many events a window holds.
 *
 * @param threshold events allowed, {@code 1} to {@link #MAX_THRESHOLD}
 * @param windowNanos length of the window in nanoseconds; positive
 */
public record GuardLimit(int threshold, long windowNanos) {

    /** A guard keeps a moment for every event of its threshold; this bounds its memory. */
    public static final int MAX_THRESHOLD = 4096;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /**
     * Validates the limit.
     *
     * @throws IllegalArgumentException if the threshold is out of range, or the window not positive
     */
    public GuardLimit {
        if (threshold < 1 || threshold > MAX_THRESHOLD) {
            throw new IllegalArgumentException(
                    "threshold " + threshold + ": expected 1 to " + MAX_THRESHOLD);
        }
        if (windowNanos <= 0) {
            throw new IllegalArgumentException(
                    "window " + windowNanos + " ns: expected a positive number");
        }
    }

    /** Returns a limit with a window of whole seconds. */
    public static GuardLimit ofSeconds(int threshold, int seconds) {
        return new GuardLimit(threshold, seconds * NANOS_PER_SECOND);
    }
}
