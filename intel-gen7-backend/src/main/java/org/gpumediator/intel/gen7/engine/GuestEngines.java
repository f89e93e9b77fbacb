package org.gpumediator.intel.gen7.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.contain.GuestFailure;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.gtt.GuestGtt;
import org.gpumediator.intel.gen7.gtt.Ppgtt;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.jspecify.annotations.Nullable;

/**
 * What one guest has on the engines: its four rings, its address spaces, its render state while
 * another guest is on.
 *
 * <p>Not thread safe: used under the lock of the physical GPU; {@link #lock} is taken inside it
 * where the graphics tables are looked at.
 */
public final class GuestEngines {

    /** INSTPM: constant buffer 0 is an address, not an offset. Source: i915, gen7. */
    private static final int CONSTANT_MODE = 1 << 6;

    private final int id;
    private final Object lock;
    private final ShadowRegisters registers;
    private final GuestGtt gtt;
    private final Ppgtt ppgtt;
    private final VirtualInterrupts interrupts;
    private final FaultBook faults;
    private final GuestFailure failure;
    private final VirtualRing[] rings = new VirtualRing[Engine.COUNT];
    private final PhysicalGpu gpu;
    private final ReservedArea area;
    private @Nullable DmaPages contextImage;

    /** Whether {@link #contextImage} holds a saved context. */
    boolean contextSaved;

    /** The engines stand still for it: quiesced, or quarantined. */
    boolean held;

    /** The engines know nothing of it, for ever or while it is reset: it does not come on. */
    boolean detached;

    /** It has hung the engines too often. */
    volatile boolean hungTooOften;

    /** INSTPM of the hardware has {@link #CONSTANT_MODE}, or may get it by what waits to run. */
    private boolean absoluteConstants;

    private final TableLook tableLook = new TableLook(this);
    private final CutOffHistory cutOffs = new CutOffHistory();
    private final ArrayDeque<Long> recentHangs = new ArrayDeque<>();
    private int hangs;

    /**
     * Creates one with nothing on.
     *
     * @param lock the lock of the virtual GPU
     */
    public GuestEngines(
            int id,
            Object lock,
            PhysicalGpu gpu,
            ReservedArea area,
            ShadowRegisters registers,
            GuestGtt gtt,
            Ppgtt ppgtt,
            VirtualInterrupts interrupts,
            FaultBook faults,
            GuestFailure failure) {
        this.id = id;
        this.lock = lock;
        this.gpu = gpu;
        this.area = area;
        this.registers = registers;
        this.gtt = gtt;
        this.ppgtt = ppgtt;
        this.interrupts = interrupts;
        this.faults = faults;
        this.failure = failure;
        for (int i = 0; i < Engine.COUNT; i++) {
            rings[i] = new VirtualRing(Engine.of(i), gpu, area);
        }
    }

    /** Returns the number of the virtual GPU. */
    public int id() {
        return id;
    }

    /** Returns the faults of the guest. */
    public FaultBook faults() {
        return faults;
    }

    /** Takes note of what was thrown at work for this guest: it is its failure alone. */
    void failed(Throwable thrown) {
        failure.report(thrown);
    }

    /** Returns whether it has failed and stays off the engines until a reset ends that. */
    boolean failed() {
        return hungTooOften || failure.failed();
    }

    VirtualRing ring(Engine engine) {
        return rings[engine.ordinal()];
    }

    VirtualInterrupts interrupts() {
        return interrupts;
    }

    ShadowRegisters registers() {
        return registers;
    }

    GuestGtt gtt() {
        return gtt;
    }

    /** Returns whether some ring has work that could run. */
    boolean hasQueued() {
        if (held || failed()) {
            return false;
        }
        for (VirtualRing ring : rings) {
            if (ring.hasQueued() && !stopped(ring.engine())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether some batch that is run in pieces goes on. */
    boolean inPieces() {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if (inPieces(engine)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the batch that an engine runs in pieces goes on. */
    boolean inPieces(Engine engine) {
        VirtualRing ring = ring(engine);
        return ring.inPieces() && ring.hasQueued() && !held && !failed();
    }

    /** Returns whether some ring has work that could run, taken over or not. */
    boolean hasWork() {
        if (held || failed()) {
            return false;
        }
        for (VirtualRing ring : rings) {
            if (ring.hasWork() && !stopped(ring.engine())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the guest has stopped a ring by itself. */
    boolean stopped(Engine engine) {
        return ring(engine).stopped;
    }

    /** Takes note that INSTPM is loaded before the render engine runs anything of the guest. */
    void constantMode(int value) {
        absoluteConstants = (value & CONSTANT_MODE) != 0;
    }

    /** Takes note of a value that INSTPM may get while commands of the guest wait to run. */
    void constantModeMayBecome(int value) {
        absoluteConstants |= (value & CONSTANT_MODE) != 0;
    }

    /** Returns whether the render engine may take constant buffer 0 as an address. */
    boolean absoluteConstants() {
        return absoluteConstants;
    }

    /**
     * Returns the physical PP_DIR_BASE for a guest's one, for an engine that stands still, or
     * {@link Ppgtt#NO_PLACE}.
     */
    int loadable(Engine engine, int guestBase) {
        synchronized (lock) {
            return ppgtt.load(engine, guestBase);
        }
    }

    /**
     * Returns the physical PP_DIR_BASE for a guest's one, its tables up to date, or {@link
     * Ppgtt#NO_PLACE}, or {@link Ppgtt#NOT_YET}.
     */
    int activate(Engine engine, int guestBase, WorkBudget budget) {
        synchronized (lock) {
            return ppgtt.activate(engine, guestBase, budget);
        }
    }

    /**
     * Returns the physical PP_DIR_BASE for an engine on which the guest has its per-process table
     * off, or {@link Ppgtt#NO_PLACE}, or {@link Ppgtt#NOT_YET}.
     */
    int activateSlice(Engine engine, WorkBudget budget) {
        synchronized (lock) {
            return ppgtt.activateSlice(engine, budget);
        }
    }

    /** Gives up the address spaces of an engine that has run dry, but for the one it is in. */
    void releaseAddressSpaces(Engine engine, int physicalBase) {
        synchronized (lock) {
            ppgtt.release(engine, physicalBase);
        }
    }

    /** Gives up the address spaces that engines have been in, of those that have run dry. */
    void releasePastAddressSpaces(PhysicalRings physical) {
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if (ppgtt.holdsPast(engine) && physical.isQuiet(ring(engine))) {
                synchronized (lock) {
                    ppgtt.releasePast(engine);
                }
            }
        }
    }

    /** Copies ring or batch contents as the GPU would read them through the global GTT. */
    boolean copyOut(long graphicsAddress, MemorySegment target, long at, long length) {
        synchronized (lock) {
            try {
                boolean copied = gtt.copyOut(graphicsAddress, target, at, length);
                GuestFailure.surfaceLateErrors();
                return copied;
            } catch (Throwable thrown) { // its memory has gone, or is less than it said
                failed(thrown);
                return false;
            }
        }
    }

    /** Begins to look through the tables that do not trap. */
    void beginLook() {
        synchronized (lock) {
            gtt.beginLook();
            ppgtt.beginLook();
        }
    }

    /** Takes over what the guest has changed there; returns whether that is all. */
    boolean look(WorkBudget budget) {
        synchronized (lock) {
            return gtt.look(budget) && ppgtt.look(budget);
        }
    }

    /** Returns the look through the guest's tables. */
    TableLook tableLook() {
        return tableLook;
    }

    /** Returns whether a whole ring lies in the slice; counts it if not. */
    boolean ringInSlice(VirtualRing ring) {
        long address = Integer.toUnsignedLong(ring.start);
        if (gtt.slice().contains(address, ring.length())) {
            return true;
        }
        faults.count(GuestFaultKind.OUT_OF_PARTITION, "RING_START", address);
        return false;
    }

    /** Returns whether head and tail are inside the ring; counts it if not. */
    boolean ringInOrder(VirtualRing ring) {
        if (ring.headOffset() < ring.length() && ring.tail < ring.length()) {
            return true;
        }
        faults.count(GuestFaultKind.REFUSED_ACCESS, "RING_CTL", Integer.toUnsignedLong(ring.ctl));
        return false;
    }

    /**
     * Returns the status page of an engine if it is the guest's own, else the page for what nobody
     * shall see.
     */
    int statusPage(Engine engine, ReservedArea area) {
        long address =
                Integer.toUnsignedLong(
                        registers.get(engine.statusPageRegister()) & RingRegisters.START_MASK);
        return (int) (gtt.slice().contains(address, 4096) ? address : area.scratch());
    }

    /** The context that the guest's commands had selected when it last left the engines. */
    private int currentContext;

    /**
     * Returns the graphics address of the context that the guest's own commands selected last, or 0
     * if there is none in its slice.
     */
    int contextAddress() {
        return currentContext;
    }

    /**
     * Takes note of the hardware's CCID when the guest leaves. What the guest itself writes to the
     * register has no say.
     */
    void leftWithContext(int ccid) {
        int own = ownContext(ccid);
        currentContext = (own & 1) != 0 ? own & RingRegisters.START_MASK : 0;
        registers.set(Engine.RCS.base() + RingRegisters.CCID, own);
    }

    /**
     * Takes what the guest has in the image of its current context in place of what the mediator
     * keeps: a copy, so that it does not change while the GPU loads it.
     *
     * @return whether there is any
     */
    boolean copyContext() {
        long address = Integer.toUnsignedLong(currentContext);
        return address != 0
                && copyOut(address, contextImage().segment(), 0, ReservedArea.CONTEXT_BYTES);
    }

    /** The context that is current once all commands taken so far have run. */
    private int selectedContext;

    /** Takes note of the context that is loaded with the guest. */
    void contextLoaded() {
        selectedContext = contextAddress();
    }

    /** Takes note that a command selects a context; returns whether it was another before. */
    boolean selectContext(int address) {
        boolean another = address != selectedContext;
        selectedContext = address;
        return another;
    }

    /** Returns where the mediator keeps the guest's context while it is off. */
    DmaPages contextImage() {
        DmaPages image = contextImage;
        if (image == null) {
            image = new DmaPages(gpu, ReservedArea.CONTEXT_BYTES, DmaAccess.READ_WRITE);
            contextImage = image;
        }
        return image;
    }

    /**
     * Takes note of errors of an engine, bits of ESR; returns whether the guest has asked to be
     * told of one.
     */
    boolean noteErrors(Engine engine, int errors) {
        int base = engine.base();
        int reported = errors & ~registers.get(base + RingRegisters.EMR);
        registers.set(base + RingRegisters.ESR, errors);
        registers.set(base + RingRegisters.EIR, registers.get(base + RingRegisters.EIR) | reported);
        return reported != 0;
    }

    /** Takes note of a hang; returns how many there were in the window before now. */
    int recordHang(long now, long windowNanos) {
        hangs++;
        recentHangs.add(now);
        while (recentHangs.getFirst() < now - windowNanos) {
            recentHangs.removeFirst();
        }
        return recentHangs.size();
    }

    /** Returns what is held against it. */
    CutOffHistory cutOffs() {
        return cutOffs;
    }

    int hangs() {
        return hangs;
    }

    /**
     * Returns the guest's PP_DIR_BASE for a physical one, or 0 if that is none of its directories.
     */
    int guestBase(int physicalBase) {
        synchronized (lock) {
            return ppgtt.guestBase(physicalBase);
        }
    }

    /**
     * Returns a physical CCID if it names a context in the guest's slice, else one that names none.
     */
    int ownContext(int ccid) {
        long address = Integer.toUnsignedLong(ccid & RingRegisters.START_MASK);
        return gtt.slice().contains(address, ReservedArea.CONTEXT_BYTES) ? ccid : 0;
    }

    Map<String, Long> counters(long now) {
        Map<String, Long> counters = new TreeMap<>();
        for (VirtualRing ring : rings) {
            String name = ring.engine().name().toLowerCase(Locale.ROOT);
            counters.put(name + ".submissions", ring.submissions);
            counters.put(name + ".commands", ring.commands);
            counters.put(name + ".counter-loads", ring.counterLoads);
            counters.put(name + ".cut-off", cutOffs.inAll(ring.engine()));
            counters.put(name + ".busy.nanos", ring.busy.nanos(now));
        }
        counters.put("hangs", (long) hangs);
        return counters;
    }

    /** Begins anew with what is held against the guest, but for what only time makes forget. */
    void forgive() {
        hungTooOften = false;
        hangs = 0;
        recentHangs.clear();
    }

    /** Forgets everything on the engines; the hardware must be free of it. */
    void reset() {
        for (VirtualRing ring : rings) {
            ring.reset();
        }
        tableLook.reset();
        constantMode(0);
        currentContext = 0;
        contextSaved = false;
        if (contextImage != null) {
            contextImage.segment().fill((byte) 0);
        }
        synchronized (lock) {
            ppgtt.clear();
        }
    }

    /** Gives all memory back; the hardware must be free of it. */
    void close() {
        for (VirtualRing ring : rings) {
            ring.close();
        }
        if (contextImage != null) {
            area.forget(contextImage);
            contextImage.close();
            contextImage = null;
        }
        synchronized (lock) {
            ppgtt.close();
        }
    }
}
