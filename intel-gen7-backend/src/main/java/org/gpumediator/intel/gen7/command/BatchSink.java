package org.gpumediator.intel.gen7.command;

/**
 * Takes the copies of a submission's privileged batches. All copies of one submission are one run
 * of dwords.
 *
 * <p>Called on the thread that submits, with what the submission's caller holds.
 */
public interface BatchSink {

    /**
     * Returns how many dwords of copies this submission may make. Asked once, before the first
     * copy.
     */
    int capacityDwords();

    /**
     * Returns whether there will be more room when the GPU has executed earlier submissions. A
     * batch that does not fit then waits: the scan stops before it with {@link
     * ScanResult.Stop#BUDGET}. Else it is refused.
     */
    default boolean mayGrow() {
        return false;
    }

    /**
     * Returns the graphics address, in the global table, at which the first dword of the copies
     * will be; a multiple of 64, and with the capacity below 4 GiB. Asked once, before the first
     * copy.
     */
    long graphicsAddress();

    /**
     * Takes the copies. Called at most once per submission, at its end, and only if there are any;
     * every jump in them, and in the ring, already leads to {@link #graphicsAddress}.
     *
     * @param dwords the copies, from index 0; belongs to the scanner, which overwrites it later
     * @param count how many dwords, {@code 1} to {@link #capacityDwords}
     */
    void store(int[] dwords, int count);
}
