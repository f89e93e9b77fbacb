package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.intel.gen7.command.BatchRest;
import org.gpumediator.intel.gen7.command.BatchSink;
import org.gpumediator.intel.gen7.command.CommandScanner;
import org.gpumediator.intel.gen7.command.GraphicsSpace;
import org.gpumediator.intel.gen7.command.GuestDwords;
import org.gpumediator.intel.gen7.command.ScanContext;
import org.gpumediator.intel.gen7.command.ScanEvents;
import org.gpumediator.intel.gen7.command.ScanLimits;
import org.gpumediator.intel.gen7.command.ScanResult;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.gtt.Ppgtt;
import org.gpumediator.intel.gen7.gtt.Slice;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a guest has queued on a ring into the shadow that the GPU runs from: copy, audit,
 * store.
 *
 * <p>Threats: the guest may change its ring and its batches at any time. Each dword is copied once,
 * the copy is audited, and only the copy is ever run. It may also queue more than its ring holds,
 * so that what comes later lies over what comes first: nothing is stored over what has not been
 * run.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class Submission implements ScanContext, GuestDwords, ScanEvents {

    private static final int NOOP = 0;

    /** More than the longest command has, so that one always fits into what is looked at. */
    private static final int LEAST_DWORDS = 1 << 17;

    /** What an effect of a command costs, in units of {@link WorkBudget}. */
    private static final int EVENT = 64;

    private final WorkBudget budget;

    private final CommandScanner scanner = new CommandScanner(ScanLimits.DEFAULT);
    private int[] dwords = new int[4096];

    /** Where dwords were read to last, and the same as bytes. */
    private int[] readTo = dwords;

    private MemorySegment readToBytes = MemorySegment.ofArray(dwords);
    private @Nullable GuestEngines guest;
    private @Nullable VirtualRing ring;
    private @Nullable SubmissionEffects effects;

    Submission(WorkBudget budget) {
        this.budget = budget;
    }

    /**
     * Takes as much as possible of what is queued, the tables are up to date for, and the budget
     * allows. Afterwards {@link VirtualRing#taken} says up to where the GPU may run.
     *
     * @return whether anything was taken
     */
    boolean take(GuestEngines whose, VirtualRing which, SubmissionEffects heard, int mostBytes) {
        guest = whose;
        ring = which;
        effects = heard;
        which.waitsForAddressSpace = false;
        which.waitsForTables = false;
        try {
            return take(mostBytes);
        } finally {
            guest = null;
            ring = null;
            effects = null;
        }
    }

    private boolean take(int mostBytes) {
        VirtualRing queue = ring();
        int length = queue.length();
        int from = queue.taken;
        int queued = queue.covered();
        int most = queue.isPadded() ? Math.max(mostBytes, mostBytes + Integer.BYTES) : mostBytes;
        int possible = Math.min(most, Math.min(queued, queue.room()));
        int bytes = Math.min(possible, Math.max(LEAST_DWORDS, budget.left()) * Integer.BYTES);
        int count = bytes / Integer.BYTES;
        if (dwords.length < count) {
            dwords = new int[count];
        }
        if (!copyRing(from, length, count)) {
            guest().faults()
                    .count(
                            GuestFaultKind.BAD_GUEST_ADDRESS,
                            "ring",
                            Integer.toUnsignedLong(queue.start));
            queue.halt();
            return false;
        }
        int first = queue.isPadded() && count > 0 ? 1 : 0;
        if (first > 0) {
            dwords[0] = NOOP;
        }
        ScanResult result = scanner.scan(this, dwords, first, count, bytes < queued);
        int exceeded = result.exceededAt();
        int taken = exceeded == ScanResult.NOWHERE ? result.stoppedAt() : exceeded;
        if (taken == first) {
            taken = 0; // of the guest's, nothing
        }
        if (bytes < possible) {
            budget.runOut();
        }
        queue.submissions++;
        queue.commands += result.commands();
        store(from, length, taken);
        queue.took(taken * Integer.BYTES);
        if (result.cut()) {
            queue.tookPiece();
        } else if (taken > 0 && queue.inPieces()) {
            queue.rest().clear(); // the guest has put something else in place of the jump
        }
        queue.copies().show();
        if (result.stop() == ScanResult.Stop.UNDECODABLE || exceeded != ScanResult.NOWHERE) {
            queue.halt(); // the engine stands there, as at work without end
        }
        return taken > 0;
    }

    private boolean copyRing(int from, int length, int count) {
        int untilEnd = Math.min(count, (length - from) / Integer.BYTES);
        long start = Integer.toUnsignedLong(ring().start);
        return read(start + from, dwords, 0, untilEnd)
                && (count == untilEnd || read(start, dwords, untilEnd, count - untilEnd));
    }

    private void store(int from, int length, int count) {
        MemorySegment shadow = ring().shadow().segment();
        int untilEnd = Math.min(count, (length - from) / Integer.BYTES);
        MemorySegment.copy(dwords, 0, shadow, ValueLayout.JAVA_INT, from, untilEnd);
        MemorySegment.copy(dwords, untilEnd, shadow, ValueLayout.JAVA_INT, 0, count - untilEnd);
    }

    private GuestEngines guest() {
        return inUse(guest);
    }

    private VirtualRing ring() {
        return inUse(ring);
    }

    private static <T> T inUse(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no submission is being taken");
        }
        return value;
    }

    // ---- what the scanner asks

    @Override
    public int engine() {
        return ring().engine().ordinal();
    }

    @Override
    public boolean ppgttEnabled() {
        return ring().processTable;
    }

    /** The mediator gives an engine with pipelines a table even where its guest has none. */
    @Override
    public boolean surfacesConfined() {
        return ring().engine() != Engine.BCS || ring().processTable;
    }

    @Override
    public boolean absoluteConstants() {
        return guest().absoluteConstants();
    }

    private Slice slice() {
        return guest().gtt().slice();
    }

    @Override
    public long lowStart() {
        return slice().apertureStart();
    }

    @Override
    public long lowEnd() {
        return slice().apertureEnd();
    }

    @Override
    public long highStart() {
        return slice().hiddenStart();
    }

    @Override
    public long highEnd() {
        return slice().hiddenEnd();
    }

    @Override
    public GuestDwords memory() {
        return this;
    }

    @Override
    public boolean read(
            GraphicsSpace space, long graphicsAddress, int[] target, int at, int count) {
        // A batch in the per-process space runs unprivileged and is not read. What is left is a
        // privileged batch that chains into that space, which no known driver does: it ends there.
        return space == GraphicsSpace.GGTT && read(graphicsAddress, target, at, count);
    }

    private boolean read(long graphicsAddress, int[] target, int at, int count) {
        if (target != readTo) {
            readTo = target;
            readToBytes = MemorySegment.ofArray(target);
        }
        long bytes = (long) count * Integer.BYTES;
        return guest().copyOut(graphicsAddress, readToBytes, (long) at * Integer.BYTES, bytes);
    }

    @Override
    public BatchSink batches() {
        return ring().copies();
    }

    @Override
    public BatchRest rest() {
        return ring().rest();
    }

    @Override
    public WorkBudget budget() {
        return budget;
    }

    @Override
    public ScanEvents events() {
        return this;
    }

    // ---- what the scanner tells

    @Override
    public void refused(GuestFaultKind kind, String command, long value) {
        guest().faults().count(kind, command, value);
    }

    @Override
    public int pageDirectoryLoaded(int position, int value) {
        Engine engine = ring().engine();
        budget.spend(EVENT);
        int base;
        if (ring().processTable || engine == Engine.BCS) {
            base = guest().activate(engine, value, budget);
        } else {
            guest().registers().set(engine.base() + RingRegisters.PP_DIR_BASE, value);
            base =
                    guest().activateSlice(
                                    engine, budget); // what the guest loads is used when it is on
        }
        ring().waitsForAddressSpace = base == Ppgtt.NO_PLACE;
        ring().waitsForTables = base == Ppgtt.NOT_YET;
        return base == Ppgtt.NO_PLACE || base == Ppgtt.NOT_YET ? NOT_NOW : base;
    }

    @Override
    public void counterSetLoaded(int position, int barOffset) {
        ring().counterLoads++;
    }

    @Override
    public void registerLoaded(int position, int barOffset, int value) {
        if (barOffset == Engine.RCS.base() + RingRegisters.INSTPM) {
            guest().constantModeMayBecome(value >>> 16 & value);
        }
    }

    @Override
    public void pageFlip(int position, int dw0, int dw1, int dw2) {
        budget.spend(EVENT);
        inUse(effects).pageFlip(guest(), dw0, dw1, dw2);
    }

    @Override
    public void registerEmulated(int position, int barOffset, int value) {
        budget.spend(EVENT);
        inUse(effects).registerEmulated(guest(), barOffset, value);
    }

    @Override
    public void contextSelected(int position, int dw1) {
        if (guest().selectContext(dw1 & RingRegisters.START_MASK)) {
            ring().contextChanges(position * Integer.BYTES);
        }
    }
}
