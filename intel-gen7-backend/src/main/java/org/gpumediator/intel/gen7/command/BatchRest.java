package org.gpumediator.intel.gen7.command;

/**
 * Where a long batch goes on whose first pieces have been copied: it is run in pieces, cut between
 * two commands. Belongs to one ring; the scanner reads it where the ring jumps to the batch, and
 * writes it where it cuts.
 */
public final class BatchRest {

    /** No address. */
    public static final long NONE = -1;

    private long address = NONE;
    private long pieceAddress = NONE;

    /** The blit destination that the commands before have set up, see {@link BlitAudit}. */
    boolean setUp;

    int setupBase;
    int setupFormat;
    boolean setupTiled;

    /** Creates one with nothing to go on. */
    public BatchRest() {}

    /** Returns whether there is more of the batch. */
    public boolean isPending() {
        return address != NONE;
    }

    /** Returns the graphics address at which the batch goes on, {@link #NONE} if nowhere. */
    public long address() {
        return address;
    }

    /**
     * Returns the graphics address of the piece that was copied last, {@link #NONE} if that was the
     * start of a batch.
     */
    public long pieceAddress() {
        return pieceAddress;
    }

    void cut(long next, BatchRest kept) {
        pieceAddress = address;
        address = next;
        setUp = kept.setUp;
        setupBase = kept.setupBase;
        setupFormat = kept.setupFormat;
        setupTiled = kept.setupTiled;
    }

    void end() {
        pieceAddress = address;
        address = NONE;
    }

    /** Forgets what is left: the batch begins anew, or never. */
    public void clear() {
        address = NONE;
        pieceAddress = NONE;
        setUp = false;
    }
}
