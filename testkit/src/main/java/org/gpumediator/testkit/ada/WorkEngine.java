package org.gpumediator.testkit.ada;

/** The engines, as far as work can be handed to them by ringing a channel's doorbell. */
final class WorkEngine {

    private final FakeAda board;
    private final long[] rung = new long[AdaConfig.TOTAL_VFS + 1];
    private long strangers;

    WorkEngine(FakeAda board) {
        this.board = board;
    }

    /** A function has rung the doorbell of a channel. */
    void doorbell(int gfid, int token) {
        if (gfid == 0) {
            board.copyEngine().doorbell(token);
        } else if (board.gsp().ownsChannel(gfid, token)) {
            rung[gfid]++;
        } else {
            strangers++;
        }
    }

    void forget(int gfid) {
        rung[gfid] = 0;
    }

    long rung(int gfid) {
        return rung[gfid];
    }

    long strangers() {
        return strangers;
    }
}
