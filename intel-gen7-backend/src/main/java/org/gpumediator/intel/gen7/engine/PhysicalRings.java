package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.command.BatchRest;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.gtt.Ppgtt;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;

/**
 * The rings of the four engines in the hardware: stops them, looks at them, puts a guest's state
 * into them and takes it out. Knows nothing of turns.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class PhysicalRings {

    /** What an engine shows of the command that it is at, or was at last. */
    private static final int[] STATUS = {
        RingRegisters.IPEIR,
        RingRegisters.IPEHR,
        RingRegisters.INSTDONE,
        RingRegisters.INSTPS,
        RingRegisters.BBSTATE,
        RingRegisters.BBADDR
    };

    /**
     * EIR, EMR, ESR: the command is none that the engine knows. Source: error bits of gen7; the
     * others are those of the page tables, which the mediator keeps.
     */
    private static final int UNKNOWN_COMMAND = 1;

    /** How often to look whether a flush has ended: about a millisecond of register reads. */
    private static final int MAX_POLLS = 1000;

    private final Mmio mmio;
    private final ReservedArea area;
    private final RenderState renderState;
    private final WorkBudget budget;
    private final int[] jumpTarget = new int[1];
    private final MemorySegment jumpTargetBytes = MemorySegment.ofArray(jumpTarget);

    PhysicalRings(Mmio mmio, ReservedArea area, RenderState renderState, WorkBudget budget) {
        this.mmio = mmio;
        this.area = area;
        this.renderState = renderState;
        this.budget = budget;
    }

    /** Lets the engines raise the interrupts that guests may ask for. */
    void programMasks() {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            programMasks(engine);
        }
    }

    private void programMasks(Engine engine) {
        mmio.write(engine.base() + RingRegisters.IMR, ~EngineEvents.of(engine));
        mmio.write(engine.base() + RingRegisters.EMR, ~UNKNOWN_COMMAND);
    }

    // ------------------------------------------------------------------ stopping

    /** Asks all rings to stop, each at the end of its current command. */
    void stop() {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            stop(engine);
        }
    }

    /**
     * Asks a guest's rings to stop, but for those whose batch goes on: they are given nothing else
     * and come to its end.
     */
    void stop(GuestEngines guest) {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if (!guest.inPieces(engine)) {
                stop(engine);
            }
        }
    }

    /** Asks a ring to stop at the end of its current command. */
    void stop(Engine engine) {
        mmio.writeMasked(
                engine.base() + RingRegisters.MI_MODE,
                RingRegisters.MI_MODE_STOP,
                RingRegisters.MI_MODE_STOP);
    }

    /** Lets all engines run, but for those that the guest itself has stopped. */
    void letRun(GuestEngines guest) {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            letRun(guest, engine);
        }
    }

    /** Lets an engine run, unless the guest itself has stopped it. */
    void letRun(GuestEngines guest, Engine engine) {
        int stop = guest.held || guest.stopped(engine) ? RingRegisters.MI_MODE_STOP : 0;
        mmio.writeMasked(engine.base() + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP, stop);
    }

    boolean stopped() {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if (!stopped(engine)) {
                return false;
            }
        }
        return true;
    }

    boolean stopped(Engine engine) {
        return (mmio.read(engine.base() + RingRegisters.MI_MODE) & RingRegisters.MI_MODE_IDLE) != 0;
    }

    /** Switches all rings off. */
    void switchOff() {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            mmio.write(engine.base() + RingRegisters.CTL, 0);
        }
    }

    /** Switches a guest's ring off. */
    void unload(GuestEngines guest, Engine engine) {
        mmio.write(engine.base() + RingRegisters.CTL, 0);
        guest.ring(engine).loaded = false;
        guest.ring(engine).quiet = false;
    }

    // ------------------------------------------------------------------ looking

    void refreshHeads(GuestEngines guest) {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            refreshHead(guest.ring(engine));
        }
    }

    void refreshHead(VirtualRing ring) {
        if (ring.enabled() && ring.loaded && !ring.hung && !ring.quiet) {
            ring.headIs(mmio.read(ring.engine().base() + RingRegisters.HEAD));
        }
    }

    /** Brings a guest's ACTHD up to date. */
    void refreshActiveHead(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        if (!ring.hung) {
            int offset = engine.base() + RingRegisters.ACTHD;
            guest.registers().set(offset, ownAddress(guest, engine, mmio.read(offset)));
        }
    }

    /**
     * Returns what a guest sees of an address at which an engine works for it: of the shadow of its
     * ring and of the copy of its batch, its own address; of nothing else of the mediator's area,
     * anything.
     */
    private int ownAddress(GuestEngines guest, Engine engine, int address) {
        VirtualRing ring = guest.ring(engine);
        if (isInRing(engine, address)) {
            return ring.start + inRing(engine, address);
        }
        if (!area.holds(Integer.toUnsignedLong(address))) {
            return address;
        }
        int copy = ring.loaded ? ring.copyOfBatch() : -1;
        if (copy == -1 || !area.holds(Integer.toUnsignedLong(copy))) {
            return 0;
        }
        long piece = ring.rest().pieceAddress();
        if (piece != BatchRest.NONE) {
            return (int) piece + address - copy;
        }
        long operand = Integer.toUnsignedLong(ring.start) + ring.offsetOfJump() + Integer.BYTES;
        return guest.copyOut(operand, jumpTargetBytes, 0, Integer.BYTES)
                ? jumpTarget[0] + address - copy
                : 0;
    }

    /**
     * Returns what the guest that is on sees in a register: that of the hardware, but nothing that
     * an engine still shows of another guest's commands, and no context of the mediator's.
     */
    int read(GuestEngines guest, int offset) {
        if (offset == Engine.RCS.base() + RingRegisters.CCID) {
            return guest.ownContext(mmio.read(offset));
        }
        for (int i = 0; i < Engine.COUNT; i++) {
            int inBlock = offset - Engine.of(i).base();
            for (int status : STATUS) {
                if (inBlock == status) {
                    refreshStatus(guest, Engine.of(i), status);
                    return guest.registers().get(offset);
                }
            }
        }
        return mmio.read(offset);
    }

    private void refreshStatus(GuestEngines guest, Engine engine) {
        for (int status : STATUS) {
            refreshStatus(guest, engine, status);
        }
    }

    private void refreshStatus(GuestEngines guest, Engine engine, int status) {
        VirtualRing ring = guest.ring(engine);
        if (!ring.loaded) {
            return;
        }
        boolean own =
                status == RingRegisters.BBADDR
                        ? inBatch(engine)
                        : mmio.read(engine.base() + RingRegisters.HEAD) != ring.headAtLoad;
        if (own) {
            int offset = engine.base() + status;
            int value = mmio.read(offset);
            boolean address = status == RingRegisters.BBADDR || status == RingRegisters.IPEIR;
            guest.registers().set(offset, address ? ownAddress(guest, engine, value) : value);
        }
    }

    /** Returns the errors that an engine reports, and clears them. */
    int takeErrors(Engine engine) {
        int errors = mmio.read(engine.base() + RingRegisters.EIR) & UNKNOWN_COMMAND;
        mmio.write(engine.base() + RingRegisters.EIR, errors);
        return errors;
    }

    /** Returns whether an engine is in a batch. */
    boolean inBatch(Engine engine) {
        return !isInRing(engine, mmio.read(engine.base() + RingRegisters.ACTHD));
    }

    private boolean isInRing(Engine engine, int address) {
        return Integer.compareUnsigned(inRing(engine, address), (int) ReservedArea.RING_WINDOW) < 0;
    }

    private int inRing(Engine engine, int address) {
        return address - (int) area.ring(engine);
    }

    /** Returns whether all engines have run what the guest on them has given, or may not run it. */
    boolean isDry(GuestEngines guest) {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            if (ring.enabled() && !ring.hung && ring.loaded) {
                if (!isQuiet(ring) && !(guest.stopped(engine) && stopped(engine))) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Returns whether a loaded ring has run all it was given. The head alone does not tell: it is
     * past the jump while a batch runs.
     */
    boolean isQuiet(VirtualRing ring) {
        if (!ring.quiet) {
            refreshHead(ring);
            ring.quiet = ring.isDry() && stopped(ring.engine());
        }
        return ring.quiet;
    }

    // ------------------------------------------------------------------ loading

    /**
     * Puts everything a guest has into engines that nobody is on; all rings stay stopped.
     *
     * @return the engines that still remember translations of whoever was on before, bits of {@link
     *     Engine#bit}: its commands hold flushes back, and a reset ends that
     */
    int load(GuestEngines guest) {
        stop();
        renderState.restore(guest);
        int unflushed = 0;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            unflushed |= load(guest, engine) ? 0 : engine.bit();
        }
        return unflushed;
    }

    /** Puts a guest's state back into engines that were reset under it; all rings stay stopped. */
    void reload(GuestEngines guest, int engines) {
        stop();
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if ((engines & engine.bit()) != 0) {
                renderState.restore(guest, engine);
                load(guest, engine);
            }
        }
    }

    private boolean load(GuestEngines guest, Engine engine) {
        programMasks(engine);
        loadStatusPage(guest, engine);
        boolean flushed = loadAddressSpace(guest, engine);
        loadRing(guest, engine);
        return flushed;
    }

    void loadStatusPage(GuestEngines guest, Engine engine) {
        mmio.write(engine.statusPageRegister(), guest.statusPage(engine, area));
    }

    /**
     * Loads an engine that has run dry with the address space that the guest has chosen. Engines
     * that reach memory through state which nobody audits always use a per-process table: if the
     * guest has it off, the mirror of its slice. The blitter does not need it: all addresses that
     * it uses are in its commands.
     *
     * @return whether the engine has forgotten the translations that it had made
     */
    boolean loadAddressSpace(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        int base = engine.base();
        int mode = guest.registers().get(base + RingRegisters.GFX_MODE);
        ring.processTable = (mode & RingRegisters.GFX_MODE_PPGTT) != 0;
        boolean mirrored = !ring.processTable && engine != Engine.BCS;
        mmio.write(base + RingRegisters.PP_DCLV, RingRegisters.DCLV_ALL);
        guest.releaseAddressSpaces(engine, 0); // the engine has run dry, or stands before its queue
        mmio.write(base + RingRegisters.PP_DIR_BASE, directoryBase(guest, ring, mirrored));
        mmio.write(
                base + RingRegisters.GFX_MODE,
                0xffff_0000
                        | mode & RingRegisters.GFX_MODE_OF_GUEST
                        | (mirrored ? RingRegisters.GFX_MODE_PPGTT : 0));
        ring.lookAgain();
        return invalidate(engine);
    }

    /** Returns what to load; while the mirror is not complete, an address space without pages. */
    private int directoryBase(GuestEngines guest, VirtualRing ring, boolean mirrored) {
        Engine engine = ring.engine();
        ring.addressSpaceStale = false;
        if (mirrored && ring.enabled()) {
            int slice = guest.activateSlice(engine, budget);
            ring.addressSpaceStale = slice == Ppgtt.NOT_YET;
            return ring.addressSpaceStale ? guest.loadable(engine, 0) : slice;
        }
        return guest.loadable(
                engine, guest.registers().get(engine.base() + RingRegisters.PP_DIR_BASE));
    }

    void loadRing(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        int base = engine.base();
        mmio.write(base + RingRegisters.CTL, 0);
        ring.loaded = ring.isRunnable();
        if (!ring.loaded) {
            return;
        }
        ring.proceed(); // if halted, that is found again in its place
        ring.padHead();
        ring.retake();
        area.show(area.ring(engine), ring.shadow().busAddress(), ring.shadow().pages());
        mmio.write(base + RingRegisters.START, (int) area.ring(engine));
        mmio.write(base + RingRegisters.HEAD, ring.head);
        ring.headAtLoad = ring.head;
        mmio.write(base + RingRegisters.TAIL, ring.taken);
        area.flush();
        mmio.write(base + RingRegisters.CTL, ring.ctl);
    }

    /** Puts an engine that has run dry back to the jump to a batch that goes on. */
    void backToJump(VirtualRing ring) {
        if (!ring.isAtJump()) {
            goBack(ring, ring::backToJump);
        }
    }

    /** Puts an engine that has run dry back before the no-op behind an odd end. */
    void backToOddEnd(VirtualRing ring) {
        goBack(ring, ring::backToOddEnd);
    }

    private void goBack(VirtualRing ring, Runnable back) {
        int base = ring.engine().base();
        mmio.write(base + RingRegisters.CTL, 0);
        back.run();
        ring.quiet = false;
        mmio.write(base + RingRegisters.HEAD, ring.head);
        mmio.write(base + RingRegisters.TAIL, ring.taken);
        mmio.write(base + RingRegisters.CTL, ring.ctl);
    }

    /** Lets an engine run up to what has been taken. */
    void moveTail(VirtualRing ring) {
        area.flush();
        mmio.write(ring.engine().base() + RingRegisters.TAIL, ring.physicalTail());
    }

    /**
     * Lets an engine forget the translations it has made, of the global table and of the
     * per-process ones.
     *
     * <p>Source: Linux i915 for gen7, which waits for the flush to end; a write of PP_DIR_BASE does
     * not do it on other engines than the render engine. MI_SUSPEND_FLUSH, of which nothing says
     * that a batch without privileges may not use it, holds it back: Haswell PRM volume 2a.
     *
     * @return whether it has done so
     */
    boolean invalidate(Engine engine) {
        int offset = engine.base() + RingRegisters.INSTPM;
        int bits = RingRegisters.INSTPM_SYNC_FLUSH | RingRegisters.INSTPM_TLB_INVALIDATE;
        mmio.writeMasked(offset, bits, bits);
        for (int polls = 0; polls < MAX_POLLS; polls++) {
            if ((mmio.read(offset) & RingRegisters.INSTPM_SYNC_FLUSH) == 0) {
                return true;
            }
        }
        return false;
    }

    /** As {@link #invalidate(Engine)} for all engines; returns whether all have forgotten. */
    boolean invalidateAll() {
        boolean all = true;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            all &= invalidate(engine);
        }
        return all;
    }

    // ------------------------------------------------------------------ saving

    /** Takes everything of a guest out of the engines, but for those that have lost it. */
    void save(GuestEngines guest, int lost) {
        keepRegisters(guest, lost);
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if ((lost & engine.bit()) == 0) {
                refreshActiveHead(guest, engine);
                refreshStatus(guest, engine);
                refreshHead(guest.ring(engine));
            }
            unload(guest, engine);
            guest.ring(engine).restartBatch();
            guest.ring(engine).retake();
        }
    }

    /**
     * Takes what a reset would destroy into a guest's registers: what is run again then finds the
     * values that were there when it was cut off. The pipeline's state cannot be read; of it, the
     * last saved image is what is left.
     *
     * @param lost engines that have been reset, bits of {@link Engine#bit}
     */
    void keepRegisters(GuestEngines guest, int lost) {
        renderState.save(guest, lost);
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if ((lost & engine.bit()) == 0) {
                refreshDirectory(guest, engine);
            }
        }
        if ((lost & Engine.RCS.bit()) == 0) {
            guest.leftWithContext(mmio.read(Engine.RCS.base() + RingRegisters.CCID));
        }
    }

    /** Takes into a guest's registers which of its page directories its commands have loaded. */
    void refreshDirectory(GuestEngines guest, Engine engine) {
        int offset = engine.base() + RingRegisters.PP_DIR_BASE;
        int directory = guest.guestBase(mmio.read(offset));
        if (directory != 0) {
            guest.registers().set(offset, directory);
        }
    }

    /**
     * Gives up the address spaces of a guest's engines that have run dry; returns whether all have.
     */
    boolean releaseAddressSpaces(GuestEngines guest) {
        boolean all = true;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            boolean quiet = !ring.enabled() || isQuiet(ring);
            all &= quiet;
            if (quiet) {
                int base = mmio.read(engine.base() + RingRegisters.PP_DIR_BASE);
                guest.releaseAddressSpaces(engine, base);
            }
        }
        return all;
    }
}
