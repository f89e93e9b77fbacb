package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.intel.gen7.command.BatchRest;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.jspecify.annotations.Nullable;

/**
 * One guest's ring on one engine: the four registers as the guest wrote them, and the mediator's
 * shadow that the GPU runs from. The shadow has the same length, and every command the same offset,
 * so that head and tail mean the same to both.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class VirtualRing {

    private static final int ODD_DWORD = 4;

    /** Once around, in the wrap count of HEAD. */
    private static final int WRAP = 1 << 21;

    private static final int BATCH_START = 0x1880_0000;
    private static final int BATCH_START_MASK = 0xff80_00ff;

    /** Length of a jump to a batch. */
    static final int JUMP_BYTES = 8;

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Engine engine;
    private final BatchRoom copies;
    private final PhysicalGpu gpu;
    private final ReservedArea area;
    private @Nullable DmaPages shadow;

    int tail;
    int start;
    int ctl;

    /**
     * Offset and wrap count as of when the guest wrote it, or as of when the hardware last had it.
     */
    int head;

    /** In place of the dword before an odd head there is a no-op. */
    private boolean padded;

    /** Up to where commands are audited and in the shadow. */
    int taken;

    /** Behind {@link #taken} there is a no-op in place of the dword that comes next. */
    private boolean endIsPadded;

    /** Up to where the tables were looked through after the guest had queued it. */
    private int covered;

    /** What {@link #covered} becomes when the look under way is complete. */
    private int coveredNext;

    /** What comes next loads an address space that has not been looked through yet. */
    boolean waitsForTables;

    /** What is left of the batch behind the last jump that was taken: it is run in pieces. */
    private final BatchRest rest = new BatchRest();

    /** Offset of that jump. */
    private int jumpToPieces;

    /** The physical ring is this one: its HEAD is this one's. */
    boolean loaded;

    /**
     * The engine was seen to have run all that it was given, and has been given nothing since: it
     * need not be asked again.
     */
    boolean quiet;

    /** HEAD as it was loaded: while it is the same, what an engine shows is another's. */
    int headAtLoad;

    /**
     * Nothing more is taken, from the command at {@link #haltedAt} on, until the guest resets or
     * restarts the ring. What is before it still runs.
     */
    private boolean halted;

    /** Offset, or {@link #NOWHERE} if nothing at all may run. */
    private int haltedAt;

    private static final int NOWHERE = -1;

    /** Bytes taken since the ring was last loaded. */
    private long takenInAll;

    /** Where in these a command selects another context than the one before, the first time. */
    private long contextChangedAt = Long.MAX_VALUE;

    /**
     * The engine was reset under this ring because its work did not end; nothing runs until the
     * guest resets it.
     */
    boolean hung;

    long submissions;
    long commands;

    /** Loads of what performance counters count, all left out. */
    long counterLoads;

    final BusyTime busy = new BusyTime();

    /** The guest has stopped the ring, as its MI_MODE said when that was last taken over. */
    boolean stopped;

    /**
     * The guest has the per-process table on, as its GFX_MODE said when the hardware was last
     * loaded: how commands are audited.
     */
    boolean processTable;

    /** The guest has changed registers of its address space that the hardware has not got yet. */
    boolean addressSpaceStale;

    /**
     * What comes next in the queue loads an address space for which there is no place until engines
     * have run dry.
     */
    boolean waitsForAddressSpace;

    VirtualRing(Engine engine, PhysicalGpu gpu, ReservedArea area) {
        this.engine = engine;
        this.gpu = gpu;
        this.area = area;
        copies = new BatchRoom(gpu, area, area.batches(engine));
    }

    Engine engine() {
        return engine;
    }

    BatchRoom copies() {
        return copies;
    }

    boolean enabled() {
        return (ctl & 1) != 0;
    }

    int length() {
        return (ctl & RingRegisters.CTL_LENGTH_MASK) + Pte.PAGE;
    }

    int headOffset() {
        return head & RingRegisters.HEAD_OFFSET_MASK;
    }

    /** Returns whether the guest has queued something that the shadow does not hold yet. */
    boolean hasQueued() {
        return enabled() && !halted && !hung && (taken != tail || inPieces());
    }

    BatchRest rest() {
        return rest;
    }

    /** Returns whether the last batch that was taken goes on: its next piece comes before all. */
    boolean inPieces() {
        return rest.isPending();
    }

    /** Takes note that the jump taken last leads to a piece of a batch that goes on. */
    void tookPiece() {
        jumpToPieces = Math.floorMod(taken - JUMP_BYTES, length());
    }

    /** Returns whether the jump is to be taken next. */
    boolean isAtJump() {
        return taken == (jumpToPieces & ~ODD_DWORD);
    }

    /** Goes back to the jump, to take it again for the next piece; the engine has run dry. */
    void backToJump() {
        backTo(jumpToPieces);
    }

    /** Goes back to the end of what has run, to take what comes there; the engine has run dry. */
    void backToOddEnd() {
        backTo(taken);
    }

    private void backTo(int offset) {
        head = head & ~RingRegisters.HEAD_OFFSET_MASK | offset;
        padHead();
        takenInAll -= Math.floorMod(taken - headOffset(), length());
        taken = headOffset();
        endIsPadded = false;
    }

    /** Begins the batch that is in pieces anew: others come onto the engine in between. */
    void restartBatch() {
        if (inPieces()) {
            head = head & ~RingRegisters.HEAD_OFFSET_MASK | jumpToPieces;
            rest.clear();
        }
    }

    /** Returns whether some of it may be taken: the tables are up to date for it. */
    boolean mayTake() {
        return hasQueued() && (covered != taken || inPieces());
    }

    /** Takes a guest's write of TAIL. */
    void moveTail(int to) {
        tail = to;
        if (Math.floorMod(covered - taken, length()) > Math.floorMod(to - taken, length())) {
            covered = taken; // the guest has taken some back
        }
    }

    /** What is queued waits for another look: it runs in an address space loaded just now. */
    void lookAgain() {
        covered = taken;
        coveredNext = taken;
    }

    /** Takes note that a look through the tables begins. */
    void beginLook() {
        coveredNext = tail;
    }

    /** Takes note that it is complete. */
    void endLook() {
        covered = coveredNext;
    }

    /** Returns how many bytes are queued for which the tables are up to date. */
    int covered() {
        return Math.floorMod(covered - taken, length());
    }

    /**
     * Returns whether something is left to run, in the shadow or not, as of the last known head.
     */
    boolean hasWork() {
        return enabled() && !hung && (headOffset() != (halted ? end() : tail) || inPieces());
    }

    private int end() {
        return haltedAt == NOWHERE ? headOffset() : haltedAt;
    }

    /** Takes nothing more; what is taken runs. */
    void halt() {
        halted = true;
        haltedAt = taken;
    }

    /** Takes and runs nothing. */
    void haltAtOnce() {
        halted = true;
        haltedAt = NOWHERE;
    }

    /** Lets the ring run again. */
    void proceed() {
        halted = false;
    }

    /** Returns whether something may run: if halted, what is before that place. */
    boolean isRunnable() {
        return enabled() && !hung && (!halted || headOffset() != end());
    }

    /**
     * Returns how many bytes may be taken: what is between head and {@link #taken} is still to be
     * run, and the jump before the head is what a batch that is cut off goes back to. Of an old
     * head it says too little, never too much.
     */
    int room() {
        int free = Math.floorMod(headOffset() - taken - 1, length()) + 1;
        return Math.max(0, free - JUMP_BYTES);
    }

    /** Takes note of how far the shadow has been filled. */
    void took(int bytes) {
        padded &= bytes == 0;
        endIsPadded &= bytes == 0;
        quiet &= bytes == 0;
        taken = (taken + bytes) % length();
        takenInAll += bytes;
    }

    /** Returns whether there is a no-op behind an odd end. */
    boolean endIsPadded() {
        return endIsPadded;
    }

    /**
     * Lets the engine come to the end of what has been taken, if that is an odd dword, behind which
     * no tail can stand: a no-op takes the place of the first dword of what comes next, which can
     * be taken only when the engine has run dry.
     *
     * @return whether the tail is another now
     */
    boolean padEnd() {
        if (endIsPadded || (taken & ODD_DWORD) == 0) {
            return false;
        }
        shadow().segment().set(LE32, taken, 0);
        endIsPadded = true;
        quiet = false;
        return true;
    }

    /** Returns up to where the engine may run. */
    int physicalTail() {
        return endIsPadded ? (taken + ODD_DWORD) % length() : taken & ~ODD_DWORD;
    }

    /** Takes over where the hardware's head is. The no-op behind an odd end does not count. */
    void headIs(int value) {
        head = value;
        if (endIsPadded && headOffset() == physicalTail()) {
            int wraps = (value & ~RingRegisters.HEAD_OFFSET_MASK) - (headOffset() == 0 ? WRAP : 0);
            head = wraps & ~RingRegisters.HEAD_OFFSET_MASK | taken;
        }
    }

    /** A command that is about to be taken, so many bytes on, selects another context. */
    void contextChanges(int bytes) {
        contextChangedAt = Math.min(contextChangedAt, takenInAll + bytes);
    }

    /** Returns whether the engine has executed such a command, as of the last known head. */
    boolean hasChangedContext() {
        return contextChangedAt < takenInAll - Math.floorMod(taken - headOffset(), length());
    }

    /** Returns whether nothing is left to run, as of the last known head. */
    boolean isDry() {
        return headOffset() == taken;
    }

    /**
     * Moves an odd head back by a dword, where a no-op is put: HEAD counts dwords but TAIL pairs of
     * them (RING_TAIL bits 20:3), so that no tail could stand where an odd head does, and the
     * engine would take the whole ring for queued.
     */
    void padHead() {
        if ((head & ODD_DWORD) != 0) {
            head &= ~ODD_DWORD;
            padded = true;
        }
    }

    /** Returns whether the next dword to be taken is a no-op of the mediator's, not the guest's. */
    boolean isPadded() {
        return padded;
    }

    /** Makes everything from the head on be audited anew. */
    void retake() {
        quiet = false;
        taken = headOffset();
        endIsPadded = false;
        covered = taken;
        coveredNext = taken;
        waitsForTables = false;
        rest.clear();
        takenInAll = 0;
        contextChangedAt = Long.MAX_VALUE;
        copies.reset();
    }

    /** Returns the shadow, of the ring's length. */
    DmaPages shadow() {
        DmaPages pages = shadow;
        if (pages == null || pages.segment().byteSize() != length()) {
            release();
            pages = new DmaPages(gpu, length(), DmaAccess.READ_ONLY);
            shadow = pages;
        }
        return pages;
    }

    /** Goes back to the jump into the batch that the engine was executing when it was cut off. */
    void rewindToBatch() {
        int at = offsetOfJump();
        int jump = shadow().segment().get(LE32, at);
        if ((jump & BATCH_START_MASK) == BATCH_START) {
            head = head & ~RingRegisters.HEAD_OFFSET_MASK | at;
        }
    }

    /**
     * Returns the copy of a batch that the engine executes, or -1 if it came there by no jump of
     * this ring.
     */
    int copyOfBatch() {
        MemorySegment commands = shadow().segment();
        int at = offsetOfJump();
        return (commands.get(LE32, at) & BATCH_START_MASK) == BATCH_START
                ? commands.get(LE32, (at + Integer.BYTES) % length())
                : -1;
    }

    /** Returns where the jump into a batch is if the engine executes one. */
    int offsetOfJump() {
        return Math.floorMod(headOffset() - JUMP_BYTES, length());
    }

    /** Puts the registers into their state after reset. */
    void reset() {
        padded = false;
        tail = 0;
        head = 0;
        start = 0;
        ctl = 0;
        retake();
        halted = false;
        loaded = false;
        hung = false;
        stopped = false;
        addressSpaceStale = false;
    }

    private void release() {
        if (shadow != null) {
            area.forget(shadow);
            shadow.close();
            shadow = null;
        }
    }

    /** Gives all memory back; the GPU must not be running from it. */
    void close() {
        release();
        copies.close();
    }
}
