package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import java.util.Objects;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.BitRule;
import org.gpumediator.core.command.BitRules;
import org.gpumediator.core.command.CommandDecoder;
import org.gpumediator.core.command.CommandRow;
import org.jspecify.annotations.Nullable;

/**
 * Audits what a guest submits to one engine, on a copy that the guest cannot change.
 *
 * <p><b>Motivation.</b> A gen7.5 engine executes the ring and every batch fetched through the
 * global table with full privilege: it stores to any graphics address of any guest, loads any
 * register and rewrites the global table itself. Drivers need some of that in their rings, and the
 * i915 driver runs user batches that its own parser has passed with privilege, too. So a mediator
 * cannot forbid privileged streams; it decodes them.
 *
 * <p><b>Threats.</b> First, addresses: a command that names memory outside the slice, an extent
 * that leaves it, a sum that wraps at 32 bits, a bound that is no bound. Second, registers: loads
 * that stop the engine, move its status page or page directory, or reach what the host keeps;
 * stores that read what others left. Third, the scan itself: memory changed after it was looked at,
 * commands the scanner and the engine measure differently, jumps into the middle of a command,
 * chains without end, commands that rely on what another batch has set up. What this class does not
 * confine is what shaders, samplers and kernels reach through state in memory, and what a logical
 * context image restores: the page directory and the save area do that.
 *
 * <p><b>Implementation.</b> The caller copies the ring; the scanner copies each privileged batch it
 * leads to, whole, before it looks at it, and points the jumps at the copies. It hops from header
 * to header with a table look-up; only commands whose row says so are looked into. A refused
 * command becomes MI_NOOP for its whole length, so that both sides keep measuring the same. Of
 * MI_LOAD_REGISTER_IMM only the refused registers are taken out. What cannot be decoded ends the
 * batch there, and stops the ring there. A jump into a batch already copied leads into that copy if
 * a walk over the audited copy ends exactly there; else that part is copied and audited on its own.
 * A batch runs unaudited only if the per-process table is on and the mode bits say that the engine
 * takes it as unprivileged: bit 13 on RCS, bit 8 on the others. A jump from the ring into the
 * per-process space gets those bits, so that the space alone decides. In a privileged batch they
 * change nothing, since a chain keeps the privilege of its parent. Dwords copied and walked,
 * batches and depth have budgets.
 *
 * <p>Not thread safe; one scanner serves one engine, under that engine's lock. No allocation once
 * its scratch memory has grown to what the guests use.
 *
 * <p>Sources: XenGT command parser, i915 gen7 command parser, i915 command headers.
 */
public final class CommandScanner {

    private static final int PAGE_DWORDS = 1024;
    private static final long ADDRESS_END = 1L << 32;

    /** Jump handling: what {@link #jump} tells the walk. */
    private static final int GO_ON = 0;

    private static final int LEAVE_BATCH = 1;
    private static final int OUT_OF_BUDGET = 2;
    private static final int CUT = 3;

    /** Why a walk has ended. */
    private enum Walked {
        /** At the end. */
        ALL,
        /** The last command goes on behind the end. */
        INCOMPLETE,
        /** At a command that no row matches. */
        UNDECODABLE,
        /** No room for more notes. */
        FULL,
        /** At a jump or the end of a batch. */
        AT_FLOW,
        /** Behind the last command of a batch. */
        LEFT,
        /** Before a jump that would exceed the budget, or a command that has to wait. */
        BUDGET
    }

    private static final int NOTES = 256;

    /** Only while so much is left is a batch begun, in units of {@link WorkBudget}. */
    private static final int LEAST_FOR_A_BATCH = WorkBudget.UNITS / 4;

    private static final int FILL_HINT = CommandAudit.BLIT_FILL.ordinal();
    private static final int COPY_HINT = CommandAudit.BLIT_COPY.ordinal();
    private static final int START_PLAN = plan("MI_BATCH_BUFFER_START");
    private static final int END_PLAN = plan("MI_BATCH_BUFFER_END");

    /** Bits of DW0 of MI_BATCH_BUFFER_START that reach the hardware. */
    private static final int START_BITS = ~masked(START_PLAN);

    private final ScanLimits limits;
    private final ScanResult result = new ScanResult();
    private final AuditState state = new AuditState(result);
    private final CommandAuditor auditor = new CommandAuditor(state);
    private final BatchCopies copies;

    /** Commands of the current run that have to be looked into. */
    private final long[] notes = new long[NOTES];

    private int noteCount;

    private CommandDecoder decoder = Gen7Commands.CATALOGUE.decoder(0);
    private boolean renderEngine;
    private int currentBatch;
    private int walkedAgain;
    private boolean exhausted;
    private Walked walked = Walked.ALL;

    /**
     * The batch that is executed from its start to its end, or to its last jump, and then nothing
     * else: where it is too long, it is cut. {@link BatchCopies#NONE} if it may not be.
     */
    private int mainLine;

    /** The batch that the main line goes on with. */
    private int mainLineNext;

    /** What was set up where the main line was cut. */
    private final BatchRest setup = new BatchRest();

    /** Where the main line was cut, {@link BatchRest#NONE} if it was not. */
    private long cutAt;

    /** Creates a scanner; it makes its scratch memory as needed, within the limits. */
    public CommandScanner(ScanLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
        copies = new BatchCopies(limits.batches());
    }

    private static int plan(String name) {
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            if (row.name().equals(name)) {
                return Gen7Commands.CATALOGUE.decoder(0).plan(row.opcode());
            }
        }
        throw new IllegalStateException(name);
    }

    private static int masked(int plan) {
        int bits = 0;
        int row = CommandDecoder.rowOf(plan);
        for (BitRules.Field field : Gen7Commands.CATALOGUE.row(row).fields(BitRule.MASKED)) {
            bits |= field.dword() == 0 ? field.bits() : 0;
        }
        return bits;
    }

    /** Returns the limits. */
    public ScanLimits limits() {
        return limits;
    }

    /**
     * Audits one submission, in place. Never throws for what the dwords, or the batches they lead
     * to, contain.
     *
     * @param context whose it is
     * @param ring the copied ring dwords; what is refused is replaced here, and jumps to privileged
     *     batches lead to their copies afterwards
     * @param from index of the first dword: the ring's head
     * @param to index after the last dword: the ring's tail. A submission that wraps is two scans
     * @return this scanner's result, valid until its next scan
     * @throws IndexOutOfBoundsException if {@code from} and {@code to} are no range of {@code ring}
     */
    public ScanResult scan(ScanContext context, int[] ring, int from, int to) {
        return scan(context, ring, from, to, false);
    }

    /**
     * Audits a part of a submission, as {@link #scan(ScanContext, int[], int, int)} does.
     *
     * @param more whether the submission goes on behind {@code to}: a command that does so, too, is
     *     then left for later, with {@link ScanResult.Stop#BUDGET}
     */
    public ScanResult scan(ScanContext context, int[] ring, int from, int to, boolean more) {
        Objects.checkFromToIndex(from, to, ring.length);
        begin(context);
        int at = walk(context, ring, from, to);
        result.stoppedAt = at;
        result.stop =
                switch (walked) {
                    case ALL -> ScanResult.Stop.COMPLETE;
                    case BUDGET -> ScanResult.Stop.BUDGET;
                    case INCOMPLETE -> more ? ScanResult.Stop.BUDGET : ScanResult.Stop.UNDECODABLE;
                    default -> ScanResult.Stop.UNDECODABLE;
                };
        if (result.stop == ScanResult.Stop.UNDECODABLE) {
            int row = CommandDecoder.rowOf(decoder.plan(ring[at]));
            state.count(GuestFaultKind.MALFORMED_COMMAND, row, toUnsignedLong(ring[at]));
        }
        result.batches = copies.count();
        result.batchDwords = copies.used();
        if (copies.used() > 0) {
            context.batches().store(copies.dwords(), copies.used());
        }
        state.end();
        return result;
    }

    private void begin(ScanContext context) {
        result.clear();
        state.begin(context);
        copies.reset();
        decoder = Gen7Commands.CATALOGUE.decoder(context.engine());
        renderEngine = context.engine() == 0;
        walkedAgain = 0;
        exhausted = false;
        currentBatch = BatchCopies.NONE;
        auditor.newStream();
    }

    /**
     * Walks from command to command. Leaves in {@link #walked} why it ended.
     *
     * @return the index behind the last command that was audited
     */
    private int walk(ScanContext context, int[] dwords, int from, int to) {
        int at = from;
        while (true) {
            int before = at;
            at = hop(dwords, at, to);
            state.budget.spend(at - before);
            auditor.audit(dwords, notes, noteCount);
            if (state.stopBefore != AuditState.GO_ON) {
                walked = Walked.BUDGET;
                return state.stopBefore;
            }
            if (walked == Walked.FULL || walked == Walked.AT_FLOW) {
                if (at > from && !state.inBatch && !state.budget.allows(1)) {
                    walked = Walked.BUDGET;
                    return at;
                }
            }
            if (walked == Walked.FULL) {
                continue;
            }
            if (walked != Walked.AT_FLOW) {
                return at;
            }
            int dw0 = dwords[at];
            int plan = decoder.plan(dw0);
            int length = CommandDecoder.lengthOf(plan, dw0);
            result.commands++;
            if (plan != END_PLAN) {
                auditor.newStream();
                int outcome = jump(context, dwords, at, length, CommandDecoder.rowOf(plan));
                if (outcome == OUT_OF_BUDGET) {
                    walked = Walked.BUDGET;
                    return at;
                }
                if (outcome == CUT) {
                    walked = Walked.BUDGET;
                    return at + length;
                }
                if (outcome == LEAVE_BATCH) {
                    walked = Walked.LEFT;
                    return at + length;
                }
            } else if (state.inBatch) {
                walked = Walked.LEFT;
                return at + length;
            } else {
                state.refuseMalformed(dwords, at, length, CommandDecoder.rowOf(plan));
            }
            at += length;
        }
    }

    /**
     * Steps from header to header up to a jump or a batch end, and notes which commands have to be
     * looked into. A loop without calls, whose next step depends on the first dword alone: that is
     * what the speed of a scan comes from.
     */
    private int hop(int[] dwords, int from, int to) {
        CommandDecoder commands = decoder;
        long[] noted = notes;
        int notedCount = 0;
        SliceBounds bounds = state.bounds;
        int at = from;
        int count = 0;
        Walked why = Walked.ALL;
        while (at < to) {
            int dw0 = dwords[at];
            int plan = commands.plan(dw0);
            if (CommandDecoder.isPlainWithByteLength(plan)) {
                int next = at + (dw0 & Mi.LENGTH_MASK) + 2;
                if (next > to) {
                    why = Walked.INCOMPLETE;
                    break;
                }
                count++;
                at = next;
                continue;
            }
            if (CommandDecoder.isPlainSingle(plan)) {
                count++;
                at++;
                continue;
            }
            int next;
            if (CommandDecoder.hasByteLength(plan)) {
                next = at + (dw0 & Mi.LENGTH_MASK) + 2;
                if (next <= to && isPlainBlit(bounds, dwords, at, plan)) {
                    count++;
                    at = next;
                    continue;
                }
            } else {
                next = at + CommandDecoder.lengthOf(plan, dw0);
            }
            if (next > to || next == at) {
                why = next == at ? Walked.UNDECODABLE : Walked.INCOMPLETE;
                break;
            }
            if (plan < 0) {
                if (plan == START_PLAN || plan == END_PLAN) {
                    why = Walked.AT_FLOW;
                    break;
                }
                if (notedCount == noted.length) {
                    why = Walked.FULL;
                    break;
                }
                noted[notedCount++] = CommandAuditor.note(at, plan);
            }
            count++;
            at = next;
        }
        result.commands += count;
        noteCount = notedCount;
        walked = why;
        return at;
    }

    private static boolean isPlainBlit(SliceBounds bounds, int[] dwords, int at, int plan) {
        int hint = CommandDecoder.hintOf(plan);
        return hint == COPY_HINT
                ? BlitAudit.isPlainCopy(bounds, dwords, at)
                : hint == FILL_HINT && BlitAudit.isPlainFill(bounds, dwords, at);
    }

    /** Sees to MI_BATCH_BUFFER_START. */
    private int jump(ScanContext context, int[] dwords, int at, int length, int row) {
        if (length != 2) {
            state.refuseMalformed(dwords, at, length, row);
            return GO_ON;
        }
        int dw0 = dwords[at] & START_BITS;
        dwords[at] = dw0;
        dwords[at + 1] &= Mi.DWORD_MASK;
        int unprivilegedBit = renderEngine ? Mi.START_UNPRIVILEGED : Mi.START_PPGTT;
        boolean unprivileged = (dw0 & unprivilegedBit) != 0;
        boolean perProcess = state.ppgtt && (unprivileged || (dw0 & Mi.START_PPGTT) != 0);
        if (!state.inBatch && perProcess) {
            dwords[at] = dw0 | Mi.START_PPGTT | unprivilegedBit;
            result.skippedBatches++;
            return GO_ON;
        }
        GraphicsSpace space = perProcess ? GraphicsSpace.PPGTT : GraphicsSpace.GGTT;
        long target = toUnsignedLong(dwords[at + 1]);
        boolean returns =
                !state.inBatch || (dw0 & (Mi.START_SECOND_LEVEL | Mi.START_PREDICATED)) != 0;
        if (!perProcess && !state.bounds.contains(target, Integer.BYTES)) {
            state.refuseAddress(dwords, at, length, row, target);
            if (returns) {
                return GO_ON;
            }
            dwords[at] = Mi.BATCH_BUFFER_END;
            return LEAVE_BATCH;
        }
        dwords[at] = dw0 & ~(Mi.START_PPGTT | Mi.START_UNPRIVILEGED);
        if (state.inBatch) {
            if (!jumpFromBatch(dwords, at, space, target, returns)) {
                return OUT_OF_BUDGET;
            }
            return returns ? GO_ON : LEAVE_BATCH;
        }
        return jumpFromRing(context, dwords, at, row, dw0, space, target, unprivileged);
    }

    private int jumpFromRing(
            ScanContext context,
            int[] ring,
            int at,
            int row,
            int dw0,
            GraphicsSpace space,
            long target,
            boolean unprivileged) {
        if (!state.budget.allows(LEAST_FOR_A_BATCH)) {
            ring[at] = dw0;
            return OUT_OF_BUDGET;
        }
        if (!copies.placed()) {
            BatchSink sink = context.batches();
            int most = Math.min(limits.batchDwords(), sink.capacityDwords());
            copies.place(sink.graphicsAddress(), most);
        }
        int usedBefore = copies.used();
        int countBefore = copies.count();
        BatchRest rest = result.commands == 1 ? context.rest() : null;
        boolean fresh =
                usedBefore == 0
                        && walkedAgain == 0
                        && !exhausted
                        && !context.batches().mayGrow()
                        && state.budget.isFresh()
                        && (rest != null || context.rest() == null);
        long from = rest != null && rest.isPending() ? rest.address() : target;
        int place = rest == null ? find(space, target, unprivileged, usedBefore) : BatchCopies.NONE;
        cutAt = BatchRest.NONE;
        if (place == BatchCopies.NONE) {
            int batch = copies.add(space, from, unprivileged, 1);
            mainLine = rest != null && fresh ? batch : BatchCopies.NONE;
            mainLineNext = BatchCopies.NONE;
            if (batch != BatchCopies.NONE && copyBatches(context, at, batch, rest)) {
                place = copies.start(batch);
            }
        }
        state.inBatch = false;
        state.unprivileged = false;
        auditor.newStream();
        if (place != BatchCopies.NONE && withinBudget()) {
            ring[at + 1] = copies.graphicsAddress(place);
            return endOfPiece(rest);
        }
        copies.rollBack(usedBefore, countBefore);
        ring[at] = dw0;
        if (!fresh || state.stopBefore != AuditState.GO_ON) {
            state.budget.runOut();
            return OUT_OF_BUDGET;
        }
        exhausted = true;
        if (result.exceededAt == ScanResult.NOWHERE) {
            result.exceededAt = at;
        }
        state.refuse(ring, at, 2, GuestFaultKind.RATE_LIMITED, row, target);
        return GO_ON;
    }

    private int endOfPiece(@Nullable BatchRest rest) {
        if (rest == null) {
            return GO_ON;
        }
        if (cutAt == BatchRest.NONE) {
            rest.end();
            return GO_ON;
        }
        rest.cut(cutAt, setup);
        result.cut = true;
        return CUT;
    }

    /**
     * Copies and audits a batch and all that it leads to; returns whether the budget was enough.
     */
    private boolean copyBatches(
            ScanContext context, int position, int first, @Nullable BatchRest rest) {
        state.inBatch = true;
        state.ringPosition = position;
        for (int batch = first; batch < copies.count(); batch++) {
            currentBatch = batch;
            if (batch == mainLineNext) {
                mainLine = batch;
            }
            state.unprivileged = copies.unprivileged(batch);
            auditor.newStream();
            if (rest != null && batch == first && rest.isPending()) {
                auditor.goOn(rest);
            }
            if (!copyBatch(context, batch)) {
                return false;
            }
        }
        return true;
    }

    private boolean copyBatch(ScanContext context, int batch) {
        GuestDwords memory = context.memory();
        GraphicsSpace space = copies.space(batch);
        long address = copies.source(batch);
        int at = copies.begin(batch);
        int end = at;
        while (true) {
            if (at > copies.start(batch) && isFull(batch, end)) {
                return cut(batch, at);
            }
            if (!copies.reserve(end) || !withinUnits(batch)) {
                return false;
            }
            int count = PAGE_DWORDS - ((int) (address >>> 2) & PAGE_DWORDS - 1);
            if (!readable(space, address, count)
                    || !memory.read(space, address, copies.dwords(), end, count)) {
                return endHere(batch, at, 0, address, GuestFaultKind.BAD_GUEST_ADDRESS);
            }
            end += count;
            address += (long) count * Integer.BYTES;
            at = walk(context, copies.dwords(), at, end);
            switch (walked) {
                case LEFT -> {
                    return copies.end(batch, at);
                }
                case BUDGET -> {
                    return false;
                }
                case UNDECODABLE -> {
                    int dw0 = copies.dwords()[at];
                    return endHere(
                            batch, at, 0, toUnsignedLong(dw0), GuestFaultKind.MALFORMED_COMMAND);
                }
                case ALL, INCOMPLETE, AT_FLOW, FULL -> {}
            }
        }
    }

    /** Returns whether the main line has to be cut, so that the rest finds room behind it. */
    private boolean isFull(int batch, int end) {
        return batch == mainLine
                && cutAt == BatchRest.NONE
                && (end > copies.capacity() / 4 * 3 || !state.budget.allows(LEAST_FOR_A_BATCH));
    }

    /** Other batches cannot be cut: what they lead back to is in the copies. */
    private boolean withinUnits(int batch) {
        return batch == mainLine || state.budget.allows(1);
    }

    /** Ends the main line before a command, and takes note of where it goes on. */
    private boolean cut(int batch, int at) {
        cutAt = copies.source(batch) + (long) (at - copies.start(batch)) * Integer.BYTES;
        auditor.keep(setup);
        copies.dwords()[at] = Mi.BATCH_BUFFER_END;
        return copies.end(batch, at + 1);
    }

    private boolean readable(GraphicsSpace space, long address, int count) {
        long bytes = (long) count * Integer.BYTES;
        return space == GraphicsSpace.GGTT
                ? state.bounds.contains(address, bytes)
                : address + bytes <= ADDRESS_END;
    }

    private boolean endHere(int batch, int at, int row, long value, GuestFaultKind kind) {
        copies.dwords()[at] = Mi.BATCH_BUFFER_END;
        state.count(kind, row, value);
        return copies.end(batch, at + 1);
    }

    private boolean jumpFromBatch(
            int[] dwords, int at, GraphicsSpace space, long target, boolean returns) {
        boolean unprivileged = state.unprivileged;
        boolean mainLineLeaves = currentBatch == mainLine && !returns;
        int waiting = copies.find(space, target, unprivileged);
        if (waiting == BatchCopies.NONE) {
            int place = find(space, target, unprivileged, at);
            if (place != BatchCopies.NONE) {
                dwords[at + 1] = copies.graphicsAddress(place);
                return withinBudget();
            }
            int depth = copies.depth(currentBatch) + 1;
            waiting =
                    depth > limits.depth()
                            ? BatchCopies.NONE
                            : copies.add(space, target, unprivileged, depth);
            if (waiting == BatchCopies.NONE) {
                return mainLineLeaves && cutAtJump(dwords, at, space, target);
            }
            mainLineNext = mainLineLeaves ? waiting : mainLineNext;
        } else if (waiting == mainLineNext || waiting == mainLine && cutAt != BatchRest.NONE) {
            if (cutAt != BatchRest.NONE) {
                return false; // leads into what was cut
            }
            mainLineNext = BatchCopies.NONE; // others come there, too, and may come back from it
        }
        if (copies.started(waiting)) {
            dwords[at + 1] = copies.graphicsAddress(copies.start(waiting));
        } else {
            copies.addWaitingJump(waiting, at + 1);
        }
        return withinBudget();
    }

    /** Cuts the main line at the jump that ends it: what it leads to is the next piece. */
    private boolean cutAtJump(int[] dwords, int at, GraphicsSpace space, long target) {
        if (space != GraphicsSpace.GGTT || cutAt != BatchRest.NONE) {
            return false;
        }
        cutAt = target;
        setup.clear();
        dwords[at] = Mi.BATCH_BUFFER_END;
        dwords[at + 1] = Mi.NOOP;
        return true;
    }

    /** Returns where in the copies a target already is, as the start of an audited command. */
    private int find(GraphicsSpace space, long target, boolean unprivileged, int walkedTo) {
        walkedAgain += copies.count() >>> 4;
        state.budget.spend(WorkBudget.JUMP + copies.count());
        int batch = copies.find(space, target, unprivileged);
        if (batch != BatchCopies.NONE) {
            return copies.started(batch) ? copies.start(batch) : BatchCopies.NONE;
        }
        batch = copies.findHolding(0, space, target, unprivileged, walkedTo);
        while (batch != BatchCopies.NONE && withinBudget()) {
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
            int plan = decoder.plan(dw0);
            CommandAudit audit = CommandAuditor.auditOf(CommandDecoder.rowOf(plan));
            if (audit == CommandAudit.BLIT_SETUP || audit == CommandAudit.BLIT_SETUP_PATTERN) {
                relies = true;
            } else if (audit == CommandAudit.BATCH_START) {
                relies = false;
            }
            at += Math.max(1, CommandDecoder.lengthOf(plan, dw0));
        }
        walkedAgain += offset;
        state.budget.spend(offset);
        return at == start + offset && !relies;
    }

    private boolean withinBudget() {
        return walkedAgain <= limits.batchDwords();
    }
}
