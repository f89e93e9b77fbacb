package org.gpumediator.examples.policylab.paper;

import java.util.Arrays;

/**
 * The random numbers of Go's {@code math/rand}: the published runs drew the order of their arrivals
 * and the priority of their nodes from them, so only the same numbers make the same runs again.
 *
 * <p>The generator is additive: {@code x(n) = x(n - 607) + x(n - 273)} modulo 2^64. A seed fills
 * its 607 words from a multiplicative generator and mixes in a constant state, which is the
 * generator's own after {@code 7.8e12} steps. That state is not written down here but computed: as
 * the recurrence is linear, so many steps are one power of a polynomial.
 */
final class GoRandom {

    private static final int WORDS = 607;
    private static final int TAP = 273;
    private static final int FIRST_FEED = WORDS - TAP;
    private static final long MIXED_IN_AFTER = 7_800_000_000_000L;
    private static final int PRIME = Integer.MAX_VALUE;
    private static final int MULTIPLIER = 48271;
    private static final long[] MIXED_IN = stateAfter(MIXED_IN_AFTER);

    private final long[] state;
    private int tap;
    private int feed = FIRST_FEED;

    GoRandom(long seed) {
        state = filled(seed, 40, 20);
        for (int i = 0; i < WORDS; i++) {
            state[i] ^= MIXED_IN[i];
        }
    }

    private static long[] filled(long seed, int high, int middle) {
        long reduced = Math.floorMod(seed, (long) PRIME);
        long x = reduced == 0 ? 89_482_311 : reduced;
        long[] words = new long[WORDS];
        for (int i = -20; i < WORDS; i++) {
            x = x * MULTIPLIER % PRIME;
            if (i >= 0) {
                long word = x << high;
                x = x * MULTIPLIER % PRIME;
                word ^= x << middle;
                x = x * MULTIPLIER % PRIME;
                words[i] = word ^ x;
            }
        }
        return words;
    }

    /** Returns the state that the fixed seed 1 leads to after so many steps. */
    private static long[] stateAfter(long steps) {
        long[] start = filled(1, 20, 10);
        // Step n writes word (FIRST_FEED - 1 - n) modulo WORDS; the words before step 0 are
        // x(-607) .. x(-1) by the same rule.
        long[] history = new long[WORDS];
        for (int k = 0; k < WORDS; k++) {
            history[k] = start[Math.floorMod(FIRST_FEED - 1 - k, WORDS)];
        }
        long[] power = powerOfX(steps);
        long[] after = new long[WORDS];
        for (int k = 0; k < WORDS; k++) {
            long value = 0;
            for (int i = 0; i < WORDS; i++) {
                value += power[i] * history[i];
            }
            long step = steps - WORDS + k;
            after[(int) Math.floorMod(FIRST_FEED - 1 - step, (long) WORDS)] = value;
            power = timesX(power);
        }
        return after;
    }

    /** Returns X^n modulo X^607 - X^334 - 1. */
    private static long[] powerOfX(long n) {
        long[] result = new long[WORDS];
        result[0] = 1;
        for (int bit = 63 - Long.numberOfLeadingZeros(n); bit >= 0; bit--) {
            result = square(result);
            if ((n >>> bit & 1) != 0) {
                result = timesX(result);
            }
        }
        return result;
    }

    private static long[] square(long[] p) {
        long[] product = new long[2 * WORDS];
        for (int i = 0; i < WORDS; i++) {
            for (int j = 0; j < WORDS; j++) {
                product[i + j] += p[i] * p[j];
            }
        }
        for (int i = 2 * WORDS - 1; i >= WORDS; i--) {
            product[i - WORDS] += product[i];
            product[i - TAP] += product[i];
        }
        return Arrays.copyOf(product, WORDS);
    }

    private static long[] timesX(long[] p) {
        long[] shifted = new long[WORDS];
        System.arraycopy(p, 0, shifted, 1, WORDS - 1);
        shifted[0] += p[WORDS - 1];
        shifted[FIRST_FEED] += p[WORDS - 1];
        return shifted;
    }

    /** Returns the next 63 bits. */
    long nextInt63() {
        tap = tap == 0 ? WORDS - 1 : tap - 1;
        feed = feed == 0 ? WORDS - 1 : feed - 1;
        state[feed] += state[tap];
        return state[feed] & Long.MAX_VALUE;
    }

    /**
     * Returns a number below a bound, as Go's {@code Intn}.
     *
     * @param bound positive
     */
    int nextBelow(int bound) {
        if ((bound & bound - 1) == 0) {
            return nextInt31() & bound - 1;
        }
        int most = (int) (Integer.MAX_VALUE - (1L << 31) % bound);
        int value = nextInt31();
        while (value > most) {
            value = nextInt31();
        }
        return value % bound;
    }

    private int nextInt31() {
        return (int) (nextInt63() >>> 32);
    }

    /** Puts the numbers in another order, as Go's {@code Shuffle}. */
    void shuffle(int[] numbers) {
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = nextByMultiplication(i + 1);
            int kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
    }

    private int nextByMultiplication(int bound) {
        long product = (nextInt63() >>> 31) * bound;
        long low = product & 0xffff_ffffL;
        long least = (1L << 32) % bound;
        while (low < least) {
            product = (nextInt63() >>> 31) * bound;
            low = product & 0xffff_ffffL;
        }
        return (int) (product >>> 32);
    }

    /** Returns the numbers below {@code count} in some order, as Go's {@code Perm}. */
    int[] permutation(int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            int j = nextBelow(i + 1);
            numbers[i] = numbers[j];
            numbers[j] = i;
        }
        return numbers;
    }
}
