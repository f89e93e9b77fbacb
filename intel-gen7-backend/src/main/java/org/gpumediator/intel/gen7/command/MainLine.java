package org.gpumediator.intel.gen7.command;

import org.jspecify.annotations.Nullable;

/**
 * The batch that is executed from its start to its end, or to its last jump, and then nothing else:
 * where it is too long, it is cut and run in pieces. Belongs to one scanner.
 */
final class MainLine {

    private int batch = BatchCopies.NONE;
    private int next = BatchCopies.NONE;
    private long cutAt = BatchRest.NONE;

    /** What was set up where it was cut. */
    private final BatchRest setup = new BatchRest();

    /** Says that no batch may be cut. */
    void clear() {
        begin(BatchCopies.NONE);
    }

    void begin(int first) {
        batch = first;
        next = BatchCopies.NONE;
        cutAt = BatchRest.NONE;
    }

    /** Says which batch is copied from now on: it may be what the main line goes on with. */
    void enter(int copied) {
        if (copied == next) {
            batch = copied;
        }
    }

    boolean is(int other) {
        return batch == other;
    }

    boolean isCut() {
        return cutAt != BatchRest.NONE;
    }

    /** Says that its last jump leads to a batch that waits for being copied. */
    void goOnWith(int waiting) {
        next = waiting;
    }

    /**
     * Says that another jump leads to a batch that waits.
     *
     * @return whether it may: not into what was cut
     */
    boolean shareWith(int waiting) {
        if (waiting != next && !(is(waiting) && isCut())) {
            return true;
        }
        next = BatchCopies.NONE; // others come there, too, and may come back from it
        return !isCut();
    }

    /** Cuts it before a graphics address, with what the commands before have set up. */
    void cut(long graphicsAddress, BlitAudit blit) {
        cutAt = graphicsAddress;
        blit.keepSetup(setup);
    }

    /** Keeps where it goes on for the next scan. */
    Step endOfPiece(@Nullable BatchRest rest, ScanResult result) {
        if (rest == null) {
            return Step.GO_ON;
        }
        if (!isCut()) {
            rest.end();
            return Step.GO_ON;
        }
        rest.cut(cutAt, setup);
        result.cut = true;
        return Step.CUT;
    }
}
