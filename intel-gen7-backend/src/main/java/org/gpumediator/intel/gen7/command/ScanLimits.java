package org.gpumediator.intel.gen7.command;

/**
 * How much one submission may make the scanner do.
 *
 * @param batchDwords dwords of privileged batches copied and walked, {@code 1} to {@code 1 << 28}
 * @param batches privileged batches copied, {@code 1} to {@code 65_536}
 * @param depth longest chain of batches from the ring, {@code 1} or more
 */
public record ScanLimits(int batchDwords, int batches, int depth) {

    /** 2 MiB of copies in 256 batches, chains of 64. */
    public static final ScanLimits DEFAULT = new ScanLimits(1 << 19, 256, 64);

    /** Checks the ranges. */
    public ScanLimits {
        if (batchDwords < 1 || batchDwords > 1 << 28) {
            throw new IllegalArgumentException(
                    "batchDwords " + batchDwords + ": expected 1 to " + (1 << 28));
        }
        if (batches < 1 || batches > 65_536) {
            throw new IllegalArgumentException("batches " + batches + ": expected 1 to 65536");
        }
        if (depth < 1) {
            throw new IllegalArgumentException("depth " + depth + ": expected 1 or more");
        }
    }
}
