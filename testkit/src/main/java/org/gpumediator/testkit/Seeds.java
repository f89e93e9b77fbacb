package org.gpumediator.testkit;

import java.util.SplittableRandom;

/**
 * Seeds for randomised tests: the same seed at each run unless the system property {@value
 * #PROPERTY} gives another, and every failure names the seed that found it.
 *
 * <pre>{@code
 * Seeds.forEach(100, random -> {
 *     ... // random is a SplittableRandom; anything thrown here is rethrown with its seed
 * });
 * }</pre>
 *
 * <p>To run one seed again: {@code -Dgpumediator.seed=0x1234}. To go on behind those that another
 * run has had: {@code -Dgpumediator.seed.first=0x5eed0058}.
 */
public final class Seeds {

    /** System property that selects the one seed to run: decimal, or hex with {@code 0x}. */
    public static final String PROPERTY = "gpumediator.seed";

    /** System property that says with which seed to begin: decimal, or hex with {@code 0x}. */
    public static final String FIRST_PROPERTY = "gpumediator.seed.first";

    private static final String FIRST = "0x5eed0001";

    private Seeds() {}

    /**
     * A randomised check.
     *
     * @param <E> what it may throw
     */
    @FunctionalInterface
    public interface Check<E extends Exception> {

        /** Runs once; throws to say that something is wrong. */
        void run(SplittableRandom random) throws E;
    }

    /**
     * Runs a check with several seeds, from the one that {@value #FIRST_PROPERTY} names, or only
     * with the one that {@value #PROPERTY} names.
     *
     * @param runs how many seeds, positive
     * @throws E what the check throws, with the seed added as a suppressed {@link FailedSeed}
     */
    public static <E extends Exception> void forEach(int runs, Check<E> check) throws E {
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            run(Long.decode(chosen), check);
            return;
        }
        long first = Long.decode(System.getProperty(FIRST_PROPERTY, FIRST));
        for (int i = 0; i < runs; i++) {
            run(first + i, check);
        }
    }

    private static <E extends Exception> void run(long seed, Check<E> check) throws E {
        try {
            check.run(new SplittableRandom(seed));
        } catch (Exception | AssertionError failure) {
            failure.addSuppressed(new FailedSeed(seed));
            throw failure;
        }
    }

    /** Names the seed of a failure. */
    public static final class FailedSeed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        FailedSeed(long seed) {
            super(String.format("seed: run again with -D%s=0x%x", PROPERTY, seed));
        }
    }
}
