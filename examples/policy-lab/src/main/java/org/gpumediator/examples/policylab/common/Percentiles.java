package org.gpumediator.examples.policylab.common;

import java.util.Arrays;

/** Numbers by rank: the smallest that so many percent of all do not exceed. */
public final class Percentiles {

    private final long[] sorted;

    /** Copies and sorts the first numbers of an array. */
    public Percentiles(long[] numbers, int count) {
        sorted = Arrays.copyOf(numbers, count);
        Arrays.sort(sorted);
    }

    /**
     * Returns the number at a rank; 0 if there are no numbers.
     *
     * @param percent above 0, at most 100
     */
    public long at(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted.length == 0 ? 0 : sorted[Math.max(0, rank - 1)];
    }

    /** Returns the mean; 0 if there are no numbers. */
    public double mean() {
        return Arrays.stream(sorted).average().orElse(0);
    }

    /** Returns how many numbers there are. */
    public int count() {
        return sorted.length;
    }
}
