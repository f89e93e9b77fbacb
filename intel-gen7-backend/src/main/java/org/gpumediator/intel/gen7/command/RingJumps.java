package org.gpumediator.intel.gen7.command;

import org.gpumediator.api.event.GuestFaultKind;
import org.jspecify.annotations.Nullable;

/**
 * Sees to the jumps of a ring. One to an unprivileged batch stays as it is; one to a privileged
 * batch leads to its copy afterwards, or waits for more budget, or is refused.
 */
final class RingJumps implements CommandWalk.Jumps {

    private final AuditState state;
    private final ScanLimits limits;
    private final BatchCopies copies;
    private final BatchCopier copier;
    private final CopySearch search;
    private final MainLine mainLine;

    private boolean exhausted;

    RingJumps(
            AuditState state,
            ScanLimits limits,
            BatchCopies copies,
            BatchCopier copier,
            CopySearch search,
            MainLine mainLine) {
        this.state = state;
        this.limits = limits;
        this.copies = copies;
        this.copier = copier;
        this.search = search;
        this.mainLine = mainLine;
    }

    void begin() {
        exhausted = false;
    }

    @Override
    public Step follow(ScanContext context, Command start) {
        if (BatchStart.isPerProcess(state, start)) {
            BatchStart.makeUnprivileged(state, start);
            state.result.skippedBatches++;
            return Step.GO_ON;
        }
        if (!start.requireInside(start.unsigned(Mi.START_ADDRESS), Integer.BYTES)) {
            return Step.GO_ON;
        }
        if (!state.budget.allows(WorkBudget.LEAST_FOR_A_BATCH)) {
            return Step.BUDGET;
        }
        placeCopies(context);
        BatchRest rest = state.result.commands == 1 ? context.rest() : null;
        boolean isFresh = isFresh(context, rest);
        int usedBefore = copies.used();
        int countBefore = copies.count();
        int place = copy(context, start, rest, isFresh);
        if (place != BatchCopies.NONE && search.isWithinLimit()) {
            BatchStart.makePrivileged(start);
            start.put(Mi.START_ADDRESS, copies.graphicsAddress(place));
            return mainLine.endOfPiece(rest, state.result);
        }
        copies.rollBack(usedBefore, countBefore);
        if (!isFresh || copier.isPostponed()) {
            state.budget.runOut();
            return Step.BUDGET;
        }
        return refuse(start);
    }

    private void placeCopies(ScanContext context) {
        if (!copies.placed()) {
            BatchSink sink = context.batches();
            int most = Math.min(limits.batchDwords(), sink.capacityDwords());
            copies.place(sink.graphicsAddress(), most);
        }
    }

    /** Returns whether a batch finds as much of everything as it ever will. */
    private boolean isFresh(ScanContext context, @Nullable BatchRest rest) {
        return copies.used() == 0
                && search.isFresh()
                && !exhausted
                && !context.batches().mayGrow()
                && state.budget.isFresh()
                && (rest != null || context.rest() == null);
    }

    /**
     * Returns where in the copies the batch is, which is copied and audited if it is not there yet.
     */
    private int copy(
            ScanContext context, Command start, @Nullable BatchRest rest, boolean mayBeCut) {
        long target = start.unsigned(Mi.START_ADDRESS);
        boolean unprivileged = BatchStart.asksForNoPrivilege(state, start);
        mainLine.clear();
        if (rest == null) {
            int place = search.find(GraphicsSpace.GGTT, target, unprivileged, copies.used());
            if (place != BatchCopies.NONE) {
                return place;
            }
        }
        long from = rest != null && rest.isPending() ? rest.address() : target;
        int batch = copies.add(GraphicsSpace.GGTT, from, unprivileged, 1);
        if (batch == BatchCopies.NONE) {
            return BatchCopies.NONE;
        }
        if (rest != null && mayBeCut) {
            mainLine.begin(batch);
        }
        boolean copied = copier.copyFrom(context, start.at(), batch, rest);
        return copied ? copies.start(batch) : BatchCopies.NONE;
    }

    /** Refuses a batch that exceeds the limits however little is asked for beside it. */
    private Step refuse(Command start) {
        exhausted = true;
        if (state.result.exceededAt == ScanResult.NOWHERE) {
            state.result.exceededAt = start.at();
        }
        start.refuse(GuestFaultKind.RATE_LIMITED, start.unsigned(Mi.START_ADDRESS));
        return Step.GO_ON;
    }
}
