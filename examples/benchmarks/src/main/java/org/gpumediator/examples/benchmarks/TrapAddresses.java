package org.gpumediator.examples.benchmarks;

import java.util.Random;
import java.util.stream.IntStream;

/**
 * The registers and addresses that the dispatch benchmarks share: 1,608 registers in 3 of 12
 * regions of a megabyte-sized space, and a run of random accesses to them that is too long for a
 * branch predictor to learn.
 */
final class TrapAddresses {

    /** Accesses of one pass. */
    static final int COUNT = 1 << 18;

    /** Bytes of the whole space. */
    static final int LENGTH = 12 << 16;

    private static final int REGION = 1 << 16;
    private static final int[] REGIONS = {1, 5, 9};
    private static final int PER_REGION = 536;
    private static final long SEED = 42;

    private TrapAddresses() {}

    /** Returns the offsets of the registers, rising. */
    static int[] registers() {
        Random random = new Random(SEED);
        return random.ints(0, REGION / 4)
                .distinct()
                .limit(PER_REGION)
                .flatMap(slot -> IntStream.of(REGIONS).map(r -> r * REGION + slot * 4))
                .sorted()
                .toArray();
    }

    /** Returns random choices among some registers. */
    static int[] accesses(int[] registers) {
        return new Random(SEED + 1)
                .ints(COUNT, 0, registers.length)
                .map(choice -> registers[choice])
                .toArray();
    }
}
