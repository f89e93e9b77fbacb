package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import org.gpumediator.api.event.GuestFaultKind;
import org.jspecify.annotations.Nullable;

/**
 * Copies and audits a privileged batch and all that it leads to. A batch is copied whole before it
 * is looked at, and the jumps of what is copied lead to copies afterwards. Belongs to one scanner.
 */
final class BatchCopier implements CommandWalk.Jumps {

    private static final int PAGE_DWORDS = 1024;
    private static final long ADDRESS_END = 1L << 32;

    private final AuditState state;
    private final ScanLimits limits;
    private final CommandAuditor auditor;
    private final BatchCopies copies;
    private final CopySearch search;
    private final MainLine mainLine;
    private final CommandWalk walk;

    private int current = BatchCopies.NONE;
    private boolean postponed;

    BatchCopier(
            AuditState state,
            ScanLimits limits,
            CommandAuditor auditor,
            BatchCopies copies,
            CopySearch search,
            MainLine mainLine) {
        this.state = state;
        this.limits = limits;
        this.auditor = auditor;
        this.copies = copies;
        this.search = search;
        this.mainLine = mainLine;
        walk = new CommandWalk(state, auditor, this);
    }

    /**
     * Copies a batch that waits, and all batches that come to wait on the way.
     *
     * @param position where in the ring the jump is that leads to it
     * @param rest where it goes on if it was cut before; {@code null} if it may not be cut
     * @return whether the budget was enough
     */
    boolean copyFrom(ScanContext context, int position, int first, @Nullable BatchRest rest) {
        boolean complete = true;
        postponed = false;
        for (int batch = first; complete && batch < copies.count(); batch++) {
            current = batch;
            mainLine.enter(batch);
            state.enterBatch(position, copies.unprivileged(batch));
            auditor.newStream();
            if (rest != null && batch == first && rest.isPending()) {
                auditor.blit.takeSetup(rest);
            }
            complete = copy(context.memory(), context, batch);
        }
        state.enterRing();
        auditor.newStream();
        return complete;
    }

    /** Returns whether the last copy is incomplete because a command in it has to wait. */
    boolean isPostponed() {
        return postponed;
    }

    private boolean copy(GuestDwords memory, ScanContext context, int batch) {
        GraphicsSpace space = copies.space(batch);
        long address = copies.source(batch);
        int at = copies.begin(batch);
        int end = at;
        while (true) {
            if (at > copies.start(batch) && isFull(batch, end)) {
                return cut(batch, at);
            }
            if (!copies.reserve(end) || !isWithinBudget(batch)) {
                return false;
            }
            int count = PAGE_DWORDS - ((int) (address >>> 2) & PAGE_DWORDS - 1);
            if (!isReadable(space, address, count)
                    || !memory.read(space, address, copies.dwords(), end, count)) {
                return endHere(batch, at, GuestFaultKind.BAD_GUEST_ADDRESS, address);
            }
            end += count;
            address += (long) count * Integer.BYTES;
            Step step = walk.walk(context, copies.dwords(), at, end);
            at = walk.at();
            if (step == Step.LEFT) {
                return copies.end(batch, at);
            }
            if (step == Step.BUDGET || step == Step.POSTPONED) {
                postponed = step == Step.POSTPONED;
                return false;
            }
            if (step == Step.UNDECODABLE) {
                long dw0 = toUnsignedLong(copies.dwords()[at]);
                return endHere(batch, at, GuestFaultKind.MALFORMED_COMMAND, dw0);
            }
        }
    }

    /** Returns whether the main line has to be cut, so that the rest finds room behind it. */
    private boolean isFull(int batch, int end) {
        return mainLine.is(batch)
                && !mainLine.isCut()
                && (end > copies.capacity() / 4 * 3
                        || !state.budget.allows(WorkBudget.LEAST_FOR_A_BATCH));
    }

    /** Other batches than the main line cannot be cut: what they lead back to is in the copies. */
    private boolean isWithinBudget(int batch) {
        return mainLine.is(batch) || state.budget.allows(1);
    }

    /** Ends the main line before a command, and takes note of where it goes on. */
    private boolean cut(int batch, int at) {
        long offset = (long) (at - copies.start(batch)) * Integer.BYTES;
        mainLine.cut(copies.source(batch) + offset, auditor.blit);
        copies.dwords()[at] = Mi.BATCH_BUFFER_END;
        return copies.end(batch, at + 1);
    }

    private boolean isReadable(GraphicsSpace space, long address, int count) {
        long bytes = (long) count * Integer.BYTES;
        return space == GraphicsSpace.GGTT
                ? state.bounds.contains(address, bytes)
                : address + bytes <= ADDRESS_END;
    }

    private boolean endHere(int batch, int at, GuestFaultKind kind, long value) {
        copies.dwords()[at] = Mi.BATCH_BUFFER_END;
        state.count(kind, AuditedRow.of(0), value);
        return copies.end(batch, at + 1);
    }

    /** In a batch the mode bits change nothing, since a chain keeps the privilege of its parent. */
    @Override
    public Step follow(ScanContext context, Command start) {
        boolean perProcess = BatchStart.isPerProcess(state, start);
        boolean returns = BatchStart.returns(start);
        Step behind = returns ? Step.GO_ON : Step.LEFT;
        long target = start.unsigned(Mi.START_ADDRESS);
        if (!perProcess && !start.requireInside(target, Integer.BYTES)) {
            if (!returns) {
                start.put(0, Mi.BATCH_BUFFER_END);
            }
            return behind;
        }
        BatchStart.makePrivileged(start);
        GraphicsSpace space = perProcess ? GraphicsSpace.PPGTT : GraphicsSpace.GGTT;
        return leadToCopy(start, space, target, returns) ? behind : Step.BUDGET;
    }

    private boolean leadToCopy(Command start, GraphicsSpace space, long target, boolean returns) {
        boolean unprivileged = state.isUnprivileged();
        boolean mainLineLeaves = mainLine.is(current) && !returns;
        int waiting = copies.find(space, target, unprivileged);
        if (waiting == BatchCopies.NONE) {
            int place = search.find(space, target, unprivileged, start.at());
            if (place != BatchCopies.NONE) {
                start.put(Mi.START_ADDRESS, copies.graphicsAddress(place));
                return search.isWithinLimit();
            }
            waiting = addWaiting(space, target, unprivileged);
            if (waiting == BatchCopies.NONE) {
                return mainLineLeaves && cutAtJump(start, space, target);
            }
            if (mainLineLeaves) {
                mainLine.goOnWith(waiting);
            }
        } else if (!mainLine.shareWith(waiting)) {
            return false;
        }
        if (copies.started(waiting)) {
            start.put(Mi.START_ADDRESS, copies.graphicsAddress(copies.start(waiting)));
        } else {
            copies.addWaitingJump(waiting, start.at() + Mi.START_ADDRESS);
        }
        return search.isWithinLimit();
    }

    private int addWaiting(GraphicsSpace space, long target, boolean unprivileged) {
        int depth = copies.depth(current) + 1;
        return depth > limits.depth()
                ? BatchCopies.NONE
                : copies.add(space, target, unprivileged, depth);
    }

    /** Cuts the main line at the jump that ends it: what it leads to is the next piece. */
    private boolean cutAtJump(Command start, GraphicsSpace space, long target) {
        if (space != GraphicsSpace.GGTT || mainLine.isCut()) {
            return false;
        }
        mainLine.cut(target, auditor.blit);
        start.put(0, Mi.BATCH_BUFFER_END);
        start.put(Mi.START_ADDRESS, Mi.NOOP);
        return true;
    }
}
