package org.gpumediator.testkit.haswell;

import java.lang.invoke.VarHandle;
import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.jspecify.annotations.Nullable;

/**
 * One command streamer: fetches commands from its ring and from batch buffers, and executes them.
 *
 * <p>The parser is in the ring (level 0), in a batch (level 1) or in a second-level batch (level
 * 2). A batch may chain to another, which keeps the level. A command either completes, or makes
 * progress and is executed again (a large blit), or is blocked (a semaphore) and is tried again.
 *
 * <p>Threats: everything it reads is a guest's. A command costs bounded work and a slice has a
 * bounded number of them; what it reaches is what the translation tables allow.
 */
final class Engine {

    private static final int EIR_INSTRUCTION = 1;
    private static final int STATUS_PAGE_MASK = 0xffff_f000;
    private static final int STATUS_HEAD = 4 * 4;

    /** How long a blocked engine waits before it looks again. */
    private static final long POLL_NANOS = 200_000;

    /** After so many commands in a row that change nothing, a batch may go in circles. */
    private static final int CIRCLING_COMMANDS = 8192;

    /** So many jumps are among them then: a long row of no-ops has none. */
    private static final int CIRCLING_JUMPS = 2;

    /** How many commands of a circling batch are executed between two rests. */
    private static final int ROUND_COMMANDS = 1024;

    /** How long it rests. */
    private static final long REST_NANOS = 500_000;

    final Chip chip;
    final HaswellEngine id;
    final int base;
    final Translator memory;
    final RenderState render = new RenderState();
    final Surfaces surfaces = new Surfaces(this);
    final Blitter blitter;
    private final CommandTable commands;
    private @Nullable RingWatch watch;

    // The ring.
    private final Ring ring = new Ring();
    private boolean stopped;
    private boolean paging;
    private boolean flushesSuspended;

    // The parser.
    private final BatchStack batches = new BatchStack();
    private long at;
    private int length;
    private boolean moved;
    private int header;
    private int extra;

    // Why it does not run.
    private @Nullable Activity hang;
    private boolean blocked;
    private int waitBits;
    private boolean starved;
    private boolean ringStuck;
    private int circling;
    private int jumps;
    private long restUntil;

    // Effects.
    private long time;
    private int dropUserInterrupts;
    private long stamped;
    boolean noopPredicate;
    long waitUntilNanos;
    private long executed;
    private long dropped;
    private long unknown;
    private long resets;

    Engine(Chip chip, HaswellEngine id) {
        this.chip = chip;
        this.id = id;
        base = id.mmioBase();
        memory = new Translator(chip.gtt, chip.bus, id);
        blitter = new Blitter(this);
        commands = CommandTable.of(id);
    }

    // ---- registers

    int tail() {
        return ring.tail();
    }

    int head() {
        return ring.head();
    }

    int control() {
        return ring.control() | waitBits;
    }

    int writeTail(int value) {
        if (idle()) {
            time = Math.max(time, chip.now());
        }
        int before = ring.tail();
        ring.setTail(value);
        starved = false;
        RingWatch watching = watch;
        if (watching != null && ring.enabled()) {
            watching.tailMoved(ring.start(), ring.size(), before, ring.tail());
        }
        return value;
    }

    int writeHead(int value) {
        ring.setHead(value);
        moved = true;
        starved = false;
        return value;
    }

    int writeStart(int value) {
        return ring.setStart(value);
    }

    int writeControl(int value) {
        ring.setControl(value);
        RingWatch watching = watch;
        if (watching != null) {
            watching.clear();
            if (ring.enabled()) {
                watching.tailMoved(ring.start(), ring.size(), ring.offset(), ring.tail());
            }
        }
        if ((value & Ring.WAIT) != 0 && waitBits == Ring.WAIT) {
            skipBlocked();
        }
        if (ring.enabled()) {
            time = Math.max(time, chip.now());
        } else {
            abandon();
        }
        return ring.control();
    }

    int activeHead() {
        return (int) position();
    }

    int batchAddress() {
        return batches.address();
    }

    int parserHeader() {
        return header;
    }

    /** Returns all ones when idle; the parser's bit is clear while it works. */
    int done() {
        return idle() ? -1 : ~1;
    }

    int mode(int stored) {
        boolean quiet = hang == null && !ringStuck && (idle() || standsStill() && !blocked);
        return quiet ? stored | Registers.MI_MODE_IDLE : stored & ~Registers.MI_MODE_IDLE;
    }

    int writeMode(int stored, int value) {
        int merged = Registers.masked(stored, value) & ~Registers.MI_MODE_IDLE;
        stopped = (merged & Registers.MI_MODE_STOP_RING) != 0;
        return merged;
    }

    int writeInstpm(int stored, int value) {
        int merged = Registers.masked(stored, value);
        return flushesSuspended ? merged : flushed(merged);
    }

    /** Does the flush that INSTPM asks for, if it does; returns INSTPM without the request. */
    private int flushed(int instpm) {
        if ((instpm & Registers.INSTPM_SYNC_FLUSH) == 0) {
            return instpm;
        }
        if ((instpm & Registers.INSTPM_TLB_INVALIDATE) != 0) {
            memory.invalidate();
        }
        return instpm & ~(Registers.INSTPM_SYNC_FLUSH | Registers.INSTPM_TLB_INVALIDATE);
    }

    /** Holds flushes back until it is called again, or the engine is reset. */
    void suspendFlush(boolean suspended) {
        flushesSuspended = suspended;
        if (!suspended) {
            setRegister(Registers.RING_INSTPM, flushed(register(Registers.RING_INSTPM)));
        }
    }

    int writeDirectory(int value) {
        memory.setDirectory(value);
        return value;
    }

    int writeDirectoryValid(int value) {
        memory.setDirectoryValid(value);
        return value;
    }

    int writePagingMode(int stored, int value) {
        int merged = Registers.masked(stored, value);
        paging = (merged & Registers.MODE_PPGTT_ENABLE) != 0;
        return merged;
    }

    int lastFault() {
        return memory.lastFault();
    }

    // ---- life

    void powerOn() {
        reset(true);
        ringStuck = false;
        resets = 0;
        executed = 0;
        dropped = 0;
        unknown = 0;
        dropUserInterrupts = 0;
        memory.setLastFault(0);
        stamped = 0;
    }

    /**
     * Resets the engine: its ring is disabled and everything it was doing is forgotten. The status
     * page register and the translations it has made stay; so does, unless everything is reset, the
     * context that is saved when another is set: nobody promises that it does not.
     */
    void reset(boolean whole) {
        if (ringStuck && !whole) {
            return;
        }
        ringStuck = false;
        int context = register(Registers.RING_CCID);
        Registers.resetEngine(chip.registers, base);
        setRegister(Registers.RING_CCID, whole ? 0 : context);
        ring.reset();
        if (watch != null) {
            watch.clear();
        }
        header = 0;
        stopped = false;
        paging = false;
        flushesSuspended = false;
        hang = null;
        memory.setDirectory(0);
        memory.setDirectoryValid(0);
        render.reset();
        surfaces.reset();
        abandon();
        resets++;
    }

    void hang() {
        hang = Activity.HUNG;
    }

    void stick() {
        ringStuck = true;
    }

    void dropUserInterrupts(int count) {
        dropUserInterrupts = count;
    }

    /** Watches from now on that nobody rewrites what is to be run. */
    void watch(long firstContext, long endOfContexts) {
        watch = new RingWatch(this, firstContext, endOfContexts);
    }

    long rewritten() {
        return watch == null ? 0 : watch.rewritten();
    }

    CommandTable.@Nullable Row commandRow(int dword) {
        return commands.row(dword);
    }

    EngineStatus status() {
        return new EngineStatus(
                id,
                activity(),
                Integer.toUnsignedLong(activeHead()),
                header,
                level(),
                executed,
                dropped,
                unknown,
                resets);
    }

    private Activity activity() {
        if (hang != null) {
            return hang;
        }
        if (ringStuck) {
            return Activity.HUNG;
        }
        if (idle()) {
            return Activity.IDLE;
        }
        return standsStill()
                ? Activity.STOPPED
                : blocked || starved ? Activity.WAITING : Activity.WORKING;
    }

    private void abandon() {
        batches.clear();
        moved = true;
        blocked = false;
        starved = false;
        waitBits = 0;
        waitUntilNanos = 0;
        circling = 0;
        jumps = 0;
        restUntil = Long.MIN_VALUE;
        noopPredicate = false;
        blitter.abandon();
    }

    /** Returns whether there is nothing to do. */
    boolean idle() {
        return !ring.enabled() || level() == 0 && ring.empty();
    }

    /**
     * A stopped ring ends the batch it has begun: it stops between two commands of the ring itself.
     */
    private boolean standsStill() {
        return stopped && level() == 0;
    }

    private boolean runnable() {
        return !idle() && !standsStill() && hang == null && !ringStuck && !starved;
    }

    /** Returns whether it has something to execute at this time; it may turn out to wait. */
    boolean ready() {
        return runnable() && (chip.timed ? time : restUntil) <= chip.now();
    }

    boolean blocked() {
        return blocked;
    }

    long time() {
        return time;
    }

    long nextWorkNanos() {
        if (!runnable()) {
            return Long.MAX_VALUE;
        }
        long next = chip.timed ? time : Math.max(restUntil, chip.now());
        return blocked ? Math.max(next, chip.now() + POLL_NANOS) : next;
    }

    // ---- execution

    /**
     * Executes up to {@code limit} commands; a piece of a large command counts as one. If work
     * costs no time, a batch that goes in circles, waiting for memory to change, rests at times, so
     * that it does not keep the processor that executes it from everything else.
     *
     * @return how many; 0 if it cannot run
     */
    int run(int limit) {
        int count = 0;
        while (count < limit && ready()) {
            if (!step()) {
                break;
            }
            count = Math.min(limit, count + 1 + extra);
            extra = 0;
            if (!chip.timed) {
                restInCircles();
            }
        }
        executed += count;
        return count;
    }

    private void restInCircles() {
        if (!CommandTable.changesNothing(header)) {
            circling = 0;
            jumps = 0;
            return;
        }
        circling++;
        jumps += moved ? 1 : 0;
        if (circling >= CIRCLING_COMMANDS && jumps >= CIRCLING_JUMPS) {
            circling = CIRCLING_COMMANDS - ROUND_COMMANDS;
            jumps = 0;
            restUntil = chip.now() + REST_NANOS;
        }
    }

    private boolean step() {
        at = position();
        moved = false;
        header = memory.load(at, level() == 0 ? Translator.GLOBAL : batches.space());
        CommandTable.Row row = commands.row(header);
        if (row == null) {
            fail();
            return true;
        }
        length = row.length(header);
        if (level() == 0 && ring.available() < 4 * length) {
            starved = true;
            return false;
        }
        RingWatch watching = watch;
        if (watching != null && level() == 0 && !blocked) {
            watching.runs(ring.start(), ring.offset(), length);
        }
        Outcome outcome;
        if (noopPredicate && level() != 0 && !row.always()) {
            outcome = Outcome.DONE;
        } else if (row.privileged() && !privileged()) {
            dropped++;
            outcome = Outcome.DONE;
        } else {
            outcome = row.action().execute(this, header, length);
        }
        if (outcome == Outcome.BLOCKED) {
            blocked = true;
            return false;
        }
        if (blocked) {
            unblock();
            time = Math.max(time, Math.max(chip.horizon, chip.earlier()));
        }
        if (outcome == Outcome.DONE) {
            time += row.nanos() + CommandCosts.DWORD_NANOS * length;
            if (!moved) {
                advance(4 * length);
            }
        }
        chip.horizon = Math.max(chip.horizon, time);
        return true;
    }

    private void unblock() {
        blocked = false;
        waitBits = 0;
    }

    private void skipBlocked() {
        if (blocked) {
            unblock();
            waitUntilNanos = 0;
            advance(4 * length);
        }
    }

    private void advance(int bytes) {
        if (level() != 0) {
            batches.advance(bytes);
        } else if (ring.advance(bytes)) {
            reportHead();
        }
    }

    private long position() {
        return level() == 0 ? ring.address(0) : batches.position();
    }

    private void fail() {
        hang = Activity.UNKNOWN_COMMAND;
        unknown++;
        setRegister(Registers.RING_IPEIR, (int) at);
        int unmasked = EIR_INSTRUCTION & ~register(Registers.RING_EMR);
        setRegister(Registers.RING_ESR, EIR_INSTRUCTION);
        setRegister(Registers.RING_EIR, register(Registers.RING_EIR) | unmasked);
        if (unmasked != 0) {
            raise(id.errorInterrupt());
        }
    }

    // ---- what commands use

    /** What became of a command. */
    enum Outcome {
        DONE,
        /** Some of it was done; to be executed again. */
        AGAIN,
        /** It waits; to be tried again. */
        BLOCKED
    }

    /** Returns a dword of the current command. */
    int dword(int index) {
        return level() == 0
                ? memory.load(ring.address(index), Translator.GLOBAL)
                : memory.load(at + 4L * index, batches.space());
    }

    /** Returns a dword of the current command, 0 past its end. */
    int operand(int index) {
        return index < length ? dword(index) : 0;
    }

    /** Returns the length of the current command in dwords. */
    int length() {
        return length;
    }

    /** Returns the graphics address of the current command. */
    long address() {
        return at;
    }

    /** Counts the current command as so many more. */
    void countExtra(int commands) {
        extra = commands;
    }

    /** Returns whether the command may do what only a driver in the kernel may. */
    boolean privileged() {
        return batches.privileged();
    }

    /** Returns the address space a command without a say of its own uses. */
    int contextSpace() {
        return paging ? Translator.PROCESS : Translator.GLOBAL;
    }

    /**
     * Returns the address space of an operand that may ask for the global one; without privilege
     * the request is ignored.
     */
    int spaceOf(boolean global) {
        return global && privileged() ? Translator.GLOBAL : contextSpace();
    }

    int level() {
        return batches.level();
    }

    /** Returns whether a batch started now would come back to where it was started. */
    boolean returnsFrom(boolean secondLevel) {
        return batches.returns(secondLevel);
    }

    /** Goes on in a batch. */
    void enterBatch(long address, int addressSpace, boolean trusted, boolean secondLevel) {
        if (batches.returns(secondLevel)) {
            advance(4 * length);
        }
        batches.enter(address, addressSpace, trusted, secondLevel);
        moved = true;
    }

    /** Goes back to where the batch was started. */
    void leaveBatch() {
        if (level() > 0) {
            batches.leave();
            RingWatch watching = watch;
            if (watching != null && level() == 0) {
                watching.left();
            }
            moved = true;
            noopPredicate &= level() > 0;
        }
    }

    /** Continues at another place of the ring. */
    void jumpRing(int offset) {
        ring.jump(offset);
        moved = true;
    }

    int register(int offset) {
        return chip.registers.get(base + offset);
    }

    void setRegister(int offset, int value) {
        chip.registers.set(base + offset, value);
    }

    void waits(boolean semaphore) {
        waitBits = semaphore ? Ring.WAIT | Ring.WAIT_SEMAPHORE : Ring.WAIT;
    }

    /** Stores a dword that others may be polling. */
    void publish(long address, int addressSpace, int value) {
        VarHandle.releaseFence();
        memory.store(address & ~3L, addressSpace, value);
    }

    long statusPage() {
        return Integer.toUnsignedLong(
                chip.registers.get(id.statusPageRegister()) & STATUS_PAGE_MASK);
    }

    void reportHead() {
        if (statusPage() != 0) {
            publish(statusPage() + STATUS_HEAD, Translator.GLOBAL, head());
        }
    }

    void userInterrupt() {
        if (dropUserInterrupts > 0) {
            dropUserInterrupts--;
        } else {
            raise(id.userInterrupt());
        }
    }

    /** Signals an event if the engine's own mask lets it through. */
    void raise(int event) {
        if ((register(Registers.RING_HWSTAM) & event) == 0 && statusPage() != 0) {
            publish(statusPage(), Translator.GLOBAL, event);
        }
        if ((register(Registers.RING_IMR) & event) == 0) {
            chip.interrupts.pulse(id.block(), event);
        }
    }

    void countDropped() {
        dropped++;
    }

    void takeTime(long nanos) {
        time += nanos;
    }

    /** Returns the time stamp that a command writes: later than the ones before. */
    long stamp() {
        stamped = chip.timed ? Math.max(Chip.timestampAt(time), stamped + 1) : chip.nextTimestamp();
        return stamped;
    }

    /** Returns what the time stamp register shows. */
    long timestamp() {
        return Math.max(chip.timestamp(), stamped);
    }
}
