package org.gpumediator.intel.gen7.command;

import org.gpumediator.core.command.CommandDecoder;

/** Finds in the copies of a submission what another jump leads to. Belongs to one scanner. */
final class CopySearch {

    private final AuditState state;
    private final ScanLimits limits;
    private final BatchCopies copies;

    /** Dwords of copies walked over once more, a bound of the work that jumps can cause. */
    private int walkedAgain;

    CopySearch(AuditState state, ScanLimits limits, BatchCopies copies) {
        this.state = state;
        this.limits = limits;
        this.copies = copies;
    }

    void begin() {
        walkedAgain = 0;
    }

    boolean isFresh() {
        return walkedAgain == 0;
    }

    boolean isWithinLimit() {
        return walkedAgain <= limits.batchDwords();
    }

    /**
     * Returns where in the copies a target already is, as the start of an audited command; {@link
     * BatchCopies#NONE} if it is not.
     *
     * @param walkedTo index behind what is audited of the batch that is being copied
     */
    int find(GraphicsSpace space, long target, boolean unprivileged, int walkedTo) {
        walkedAgain += copies.count() >>> 4;
        state.budget.spend(WorkBudget.JUMP + copies.count());
        int batch = copies.find(space, target, unprivileged);
        if (batch != BatchCopies.NONE) {
            return copies.started(batch) ? copies.start(batch) : BatchCopies.NONE;
        }
        batch = copies.findHolding(0, space, target, unprivileged, walkedTo);
        while (batch != BatchCopies.NONE && isWithinLimit()) {
            int offset = (int) ((target - copies.source(batch)) / Integer.BYTES);
            if (mayEnter(copies.start(batch), offset)) {
                return copies.start(batch) + offset;
            }
            batch = copies.findHolding(batch + 1, space, target, unprivileged, walkedTo);
        }
        return BatchCopies.NONE;
    }

    /**
     * Walks over an audited copy: is there a command at the offset, and does it not rely on a blit
     * destination set up before it?
     */
    private boolean mayEnter(int start, int offset) {
        int[] dwords = copies.dwords();
        boolean relies = false;
        int at = start;
        while (at < start + offset) {
            int dw0 = dwords[at];
            int plan = state.decoder.plan(dw0);
            switch (AuditedRow.of(CommandDecoder.rowOf(plan)).audit()) {
                case BLIT_SETUP, BLIT_SETUP_PATTERN -> relies = true;
                case BATCH_START -> relies = false;
                default -> {}
            }
            at += Math.max(1, CommandDecoder.lengthOf(plan, dw0));
        }
        walkedAgain += offset;
        state.budget.spend(offset);
        return at == start + offset && !relies;
    }
}
