package org.gpumediator.intel.gen7.command;

/**
 * What became of a submission. One object per scanner, overwritten by its next scan; not thread
 * safe.
 */
public final class ScanResult {

    /** Why a scan stopped. */
    public enum Stop {
        /** Everything up to the tail was scanned and may be submitted. */
        COMPLETE,
        /**
         * The ring cannot be decoded at {@link ScanResult#stoppedAt}: unknown opcode, or a command
         * that runs beyond the tail. What is before it may be submitted; the ring then hangs there,
         * as it would on hardware.
         */
        UNDECODABLE,
        /**
         * The batches of the commands before {@link ScanResult#stoppedAt} have used up the budget,
         * or the command there goes on behind what was given of the submission. What is before it
         * may be submitted; the rest must be scanned again as a submission of its own.
         */
        BUDGET
    }

    Stop stop = Stop.COMPLETE;
    int stoppedAt;
    long commands;
    int refused;
    int batches;
    int batchDwords;
    int skippedBatches;
    boolean cut;
    int exceededAt;

    /** {@link #exceededAt} where every batch was within the limits. */
    public static final int NOWHERE = -1;

    ScanResult() {}

    void clear() {
        stop = Stop.COMPLETE;
        stoppedAt = 0;
        commands = 0;
        refused = 0;
        batches = 0;
        batchDwords = 0;
        skippedBatches = 0;
        cut = false;
        exceededAt = NOWHERE;
    }

    /** Returns why the scan stopped. */
    public Stop stop() {
        return stop;
    }

    /** Returns the index of the first ring dword that may not be submitted; the tail if none. */
    public int stoppedAt() {
        return stoppedAt;
    }

    /** Returns how many commands were decoded, in the ring and in batches. */
    public long commands() {
        return commands;
    }

    /** Returns how many commands, or registers of MI_LOAD_REGISTER_IMM, were refused. */
    public int refused() {
        return refused;
    }

    /** Returns how many privileged batches were copied. */
    public int batches() {
        return batches;
    }

    /** Returns how many dwords of copies were made. */
    public int batchDwords() {
        return batchDwords;
    }

    /** Returns how many batches run unprivileged, by themselves, and were left alone. */
    public int skippedBatches() {
        return skippedBatches;
    }

    /**
     * Returns whether the batch behind the last jump that may be submitted was cut: that jump leads
     * to a piece of it, and is to be submitted again for the next piece.
     */
    public boolean cut() {
        return cut;
    }

    /**
     * Returns the index of the first jump whose batch, with all that it leads to, exceeds the
     * limits however little is asked for beside it; {@link #NOWHERE} if there is none. It has
     * become MI_NOOP, but hardware would have run the batch: what comes before it is all that may
     * run.
     */
    public int exceededAt() {
        return exceededAt;
    }
}
