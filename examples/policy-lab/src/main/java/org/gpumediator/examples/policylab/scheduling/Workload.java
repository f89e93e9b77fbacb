package org.gpumediator.examples.policylab.scheduling;

import org.gpumediator.api.schedule.SchedulingParameters;

/**
 * What one guest does with the engines.
 *
 * @param name what a report calls the guest
 * @param pattern when it asks
 * @param periodNanos see {@link Pattern}; positive
 * @param workNanos how long one job is on the engines, positive
 * @param pieceNanos how much of a job cannot be interrupted, positive
 * @param parameters what its owner has set
 */
public record Workload(
        String name,
        Pattern pattern,
        long periodNanos,
        long workNanos,
        long pieceNanos,
        SchedulingParameters parameters) {

    /** A millisecond. */
    public static final long MILLI = 1_000_000L;

    /** When a guest asks. */
    public enum Pattern {
        /** One frame a period, dropped if the one before is not done yet. */
        FRAMES,
        /** The next job as soon as one is done. */
        BATCH,
        /** Ten jobs at once, with random gaps of a period on average between. */
        BURSTS,
        /** The next job a period after one is done: always just awake. */
        SLEEPER
    }

    /** Validates the times. */
    public Workload {
        if (periodNanos <= 0 || workNanos <= 0 || pieceNanos <= 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: period %d, work %d, piece %d: expected positive numbers",
                            name, periodNanos, workNanos, pieceNanos));
        }
    }

    private static Workload of(
            String name, Pattern pattern, long period, long work, double pieceMillis) {
        return new Workload(
                name,
                pattern,
                period,
                work * MILLI,
                (long) (pieceMillis * MILLI),
                SchedulingParameters.DEFAULT);
    }

    /** A game or a desktop: a frame at 60 Hz, in pieces of 1 ms. */
    public static Workload frames(String name, int workMillis) {
        return of(name, Pattern.FRAMES, 1_000_000_000L / 60, workMillis, 1);
    }

    /** A renderer that always has work: jobs of 50 ms in pieces of 2 ms. */
    public static Workload batch(String name) {
        return of(name, Pattern.BATCH, 1, 50, 2);
    }

    /** An office: bursts of ten jobs of 2 ms, five times a second on average. */
    public static Workload bursts(String name) {
        return of(name, Pattern.BURSTS, 200 * MILLI, 2, 2);
    }

    /** Always has work, in pieces of 40 ms. */
    public static Workload hog(String name) {
        return of(name, Pattern.BATCH, 1, 400, 40);
    }

    /** An adversary: looks interactive, but what it submits cannot be interrupted for 30 ms. */
    public static Workload sleeper(String name) {
        return of(name, Pattern.SLEEPER, MILLI, 30, 30);
    }

    /** Returns the same with a weight. */
    public Workload weight(int weight) {
        return new Workload(
                name, pattern, periodNanos, workNanos, pieceNanos, parameters.withWeight(weight));
    }
}
