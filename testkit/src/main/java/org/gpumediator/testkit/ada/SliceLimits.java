package org.gpumediator.testkit.ada;

/**
 * What lengths the firmware of a {@link FakeAda} says it can schedule by.
 *
 * @param leastSliceNanos shortest slice, positive
 * @param mostSliceNanos longest slice, not below the shortest
 * @param leastPreemptionTimeoutNanos shortest time for work to leave the engine, positive
 * @param mostPreemptionTimeoutNanos longest time for work to leave the engine, not below the
 *     shortest
 */
public record SliceLimits(
        long leastSliceNanos,
        long mostSliceNanos,
        long leastPreemptionTimeoutNanos,
        long mostPreemptionTimeoutNanos) {

    private static final long MILLISECOND = 1_000_000L;

    /** What holds unless said otherwise: slices of 1 to 30 ms, time-outs of 1 ms to 2 s. */
    public static final SliceLimits DEFAULT =
            new SliceLimits(MILLISECOND, 30 * MILLISECOND, MILLISECOND, 2_000 * MILLISECOND);

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if one is not positive, above what fits in 31 bits, or the
     *     most is less than the least
     */
    public SliceLimits {
        check("slice", leastSliceNanos, mostSliceNanos);
        check("preemption time-out", leastPreemptionTimeoutNanos, mostPreemptionTimeoutNanos);
    }

    private static void check(String what, long least, long most) {
        if (least <= 0 || most < least || most > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    what
                            + " of "
                            + least
                            + " to "
                            + most
                            + " ns: expected a range from 1 to "
                            + Integer.MAX_VALUE);
        }
    }
}
