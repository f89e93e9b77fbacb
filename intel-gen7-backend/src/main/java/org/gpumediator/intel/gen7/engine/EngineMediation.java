package org.gpumediator.intel.gen7.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.intel.gen7.Engine;
import org.gpumediator.intel.gen7.Mmio;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shares the four engines among guests: one guest at a time has all four.
 *
 * <p>A guest that is on submits at once: its commands are audited and copied into a shadow ring,
 * then the physical tail moves. A guest that is off only queues. When the scheduler wants another
 * guest on, the rings are stopped, each at the end of its current command; what the guest has on
 * the hardware is saved, the render context is changed by the mediator's own ring, the other
 * guest's state is put in, and its commands are audited from its head on.
 */
public final class EngineMediation implements AutoCloseable {

    /*
     * Invariants: physical rings run only from the reserved area; owner is the guest whose state the hardware has, null while it
     * is being changed. A ring's `taken` is the physical tail while its guest is the owner.
     *
     * Concurrency: one lock, that of the physical GPU; inside it that of one virtual GPU. Nothing of the embedder is called under
     * it but what its contract allows.
     *
     * Threats: a guest writes any register at any time (values are stored, masked and range-checked), never ends (its engine is
     * reset when somebody else waits), resets all the time (only its own rings; the hardware only if it is stuck there).
     */

    /**
     * How long rings may take to stop for a guest that is to stand still. Source: XenGT's ring idle
     * time-out.
     */
    static final long HOLD_NANOS = 500_000_000L;

    /** How long the mediator's own ring may take. */
    static final long SWITCH_NANOS = 500_000_000L;

    /** How often to look whether there is room for what is queued. */
    private static final long ROOM_NANOS = 1_000_000L;

    private static final int MAX_TRANSITIONS = 8;
    private static final int MAX_POLLS = 20_000;

    private enum Phase {
        /** The owner, if any, is on the hardware and may run. */
        RUNNING,
        /** The owner's rings are stopping. */
        STOPPING,
        /**
         * The owner is on the hardware with its rings stopped: its time is up and nobody else's has
         * come.
         */
        PARKED,
        /** The mediator's ring is changing the render context; nobody owns the hardware. */
        SWITCHING
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Mmio mmio;
    private final MediationClock clock;
    private final ReservedArea area;
    private final RenderState renderState;
    private final OwnRing ownRing;
    private final Submission submission;
    private final SubmissionEffects effects;
    private final Runnable serviceInterrupts;
    private final Runnable stepNeeded;
    private final EngineGroupScheduler scheduler;
    private final EngineReset reset;
    private final HangRule hangRule;
    private final Map<Integer, GuestEngines> guests = new TreeMap<>();

    @GuardedBy("lock")
    private Phase phase = Phase.RUNNING;

    @GuardedBy("lock")
    private @Nullable GuestEngines owner;

    @GuardedBy("lock")
    private @Nullable GuestEngines incoming;

    /** Whose render context the mediator's ring is saving. */
    @GuardedBy("lock")
    private @Nullable GuestEngines outgoing;

    /** The switch in progress is the second attempt. */
    @GuardedBy("lock")
    private boolean again;

    @GuardedBy("lock")
    private long deadline = Long.MAX_VALUE;

    @GuardedBy("lock")
    private int contextWindow;

    @GuardedBy("lock")
    private boolean reacting;

    @GuardedBy("lock")
    private long contextSwitches;

    @GuardedBy("lock")
    private long submissions;

    /** Creates the mediation of idle engines. */
    public EngineMediation(
            PhysicalGpu gpu,
            Mmio mmio,
            MediationClock clock,
            ReservedArea area,
            RenderState renderState,
            EngineGroupScheduler scheduler,
            SubmissionEffects effects,
            HangRule hangRule,
            Runnable serviceInterrupts,
            Runnable stepNeeded) {
        this.mmio = mmio;
        this.clock = clock;
        this.area = area;
        this.renderState = renderState;
        this.scheduler = scheduler;
        this.effects = effects;
        this.hangRule = hangRule;
        this.serviceInterrupts = serviceInterrupts;
        this.stepNeeded = stepNeeded;
        ownRing = new OwnRing(gpu, mmio, area);
        submission = new Submission(area);
        reset = new EngineReset(mmio, this::programMasks);
        for (Engine engine : Engine.values()) {
            mmio.write(engine.base() + RingRegisters.CTL, 0);
        }
        programMasks();
    }

    private void programMasks() {
        for (Engine engine : Engine.values()) {
            mmio.write(engine.base() + RingRegisters.IMR, ~EngineEvents.of(engine));
        }
    }

    // ------------------------------------------------------------------ guests come and go

    /** Lets a guest use the engines. */
    public void attach(GuestEngines guest, SchedulingParameters parameters) {
        lock.lock();
        try {
            guests.put(guest.id(), guest);
            scheduler.add(guest.id(), parameters);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a guest off the engines, by force if its work does not stop at once, and forgets it.
     */
    public void detach(GuestEngines guest) {
        lock.lock();
        try {
            takeOff(guest);
            guest.detached = true;
            guests.remove(guest.id());
            scheduler.remove(guest.id(), clock.nanoTime());
            guest.close();
            react();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest off the engines and puts its engines into their state after reset. */
    public void resetAll(GuestEngines guest) {
        lock.lock();
        try {
            takeOff(guest);
            guest.reset();
            scheduler.workDrained(guest.id(), clock.nanoTime());
            react();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops a guest's rings and keeps them so; returns when they stand still, or were reset because
     * they would not.
     */
    public void hold(GuestEngines guest) {
        lock.lock();
        try {
            guest.held = true;
            finishSwitch(guest);
            if (owner == guest) {
                stopRings();
                if (!waitUntilStopped()) {
                    leave(guest, recover(guest));
                }
                refreshHeads(guest);
                noteStopped(guest);
                if (phase == Phase.STOPPING) {
                    phase = Phase.RUNNING;
                }
            }
            scheduler.workDrained(guest.id(), clock.nanoTime());
            react();
        } finally {
            lock.unlock();
        }
    }

    /** Lets a held guest go on. */
    public void release(GuestEngines guest) {
        lock.lock();
        try {
            guest.held = false;
            if (owner == guest && phase == Phase.RUNNING) {
                letRingsRun(guest);
                noteResumed(guest);
            }
            arrived(guest);
        } finally {
            lock.unlock();
        }
    }

    /** Makes sure that nothing of a guest is on the hardware, whatever it takes. */
    @GuardedBy("lock")
    private void takeOff(GuestEngines guest) {
        finishSwitch(guest);
        if (owner == guest) {
            serviceInterrupts.run(); // while they can still be told whose they are
            refreshHeads(guest);
            stopRings();
            noteStopped(guest);
            for (Engine engine : Engine.values()) {
                if (!stopped(engine)) {
                    reset.reset(engine);
                }
                mmio.write(engine.base() + RingRegisters.CTL, 0);
                guest.ring(engine).loaded = false;
            }
            forgetContext();
            owner = null;
            phase = Phase.RUNNING;
            deadline = Long.MAX_VALUE;
            scheduler.switched(EngineGroupScheduler.NOBODY, clock.nanoTime());
        }
    }

    /** Makes the render engine forget whose context it has, so that it is saved nowhere. */
    @GuardedBy("lock")
    private void forgetContext() {
        reset.reset(Engine.RCS);
        mmio.write(Engine.RCS.base() + RingRegisters.CCID, 0);
        area.hide(area.context(0), (int) (ReservedArea.CONTEXT_BYTES / 4096));
        area.hide(area.context(1), (int) (ReservedArea.CONTEXT_BYTES / 4096));
    }

    /**
     * Ends a switch that concerns a guest's memory: waits for the mediator's ring, or resets the
     * engine under it. A switch between others goes on.
     */
    @GuardedBy("lock")
    private void finishSwitch(GuestEngines guest) {
        if (phase != Phase.SWITCHING || guest != incoming && guest != outgoing) {
            return;
        }
        int polls = 0;
        while (!ownRing.done() && polls++ < MAX_POLLS) {
            mmio.read(Engine.RCS.base() + RingRegisters.MI_MODE);
        }
        completeSwitch(ownRing.done(), incoming == guest);
    }

    // ------------------------------------------------------------------ what guests do

    /** Takes a guest's write of TAIL. */
    public void tailWritten(GuestEngines guest, Engine engine, int value) {
        lock.lock();
        try {
            VirtualRing ring = guest.ring(engine);
            int tail = value & RingRegisters.TAIL_OFFSET_MASK;
            if (ring.enabled() && tail >= ring.length()) {
                guest.faults()
                        .count(
                                GuestFaultKind.REFUSED_ACCESS,
                                "RING_TAIL",
                                Integer.toUnsignedLong(value));
                return;
            }
            ring.tail = tail;
            arrived(guest);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's write of HEAD. */
    public void headWritten(GuestEngines guest, Engine engine, int value) {
        lock.lock();
        try {
            VirtualRing ring = guest.ring(engine);
            if (ring.enabled() && (value & RingRegisters.HEAD_OFFSET_MASK) >= ring.length()) {
                guest.faults()
                        .count(
                                GuestFaultKind.REFUSED_ACCESS,
                                "RING_HEAD",
                                Integer.toUnsignedLong(value));
                return;
            }
            boolean running = ring.enabled() && isOn(guest);
            if (running) {
                switchOff(guest, engine);
            }
            ring.head = value;
            ring.retake();
            if (running) {
                loadRing(guest, engine);
                letRunNow(guest, engine);
            }
            arrived(guest);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's write of START. */
    public void startWritten(GuestEngines guest, Engine engine, int value) {
        lock.lock();
        try {
            guest.ring(engine).start = value & RingRegisters.START_MASK;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's write of CTL: switches the ring on or off. */
    public void ctlWritten(GuestEngines guest, Engine engine, int value) {
        lock.lock();
        try {
            VirtualRing ring = guest.ring(engine);
            boolean was = ring.enabled();
            if (was && ring.ctl == value) {
                return;
            }
            if (was && isOn(guest)) {
                switchOff(guest, engine);
            }
            ring.ctl = value;
            ring.proceed();
            if (ring.enabled()) {
                ring.retake();
                if (!guest.ringInSlice(ring) || !guest.ringInOrder(ring)) {
                    ring.haltAtOnce();
                }
                if (isOn(guest)) {
                    loadRing(guest, engine);
                    letRunNow(guest, engine);
                }
                arrived(guest);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Switches a physical ring off. What it is in the middle of is ended by a reset: a guest that
     * does so to a working engine gets what it would get of hardware, and the copies of its batches
     * are free to be used again.
     */
    @GuardedBy("lock")
    private void switchOff(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        int mode = engine.base() + RingRegisters.MI_MODE;
        mmio.writeMasked(mode, RingRegisters.MI_MODE_STOP, RingRegisters.MI_MODE_STOP);
        if (!ring.hung && !stopped(engine)) {
            guest.faults().count(GuestFaultKind.HANG, engine.name(), ring.head);
            refreshHeads(guest);
            boolean running = phase == Phase.RUNNING;
            reload(guest, reset.reset(engine));
            if (running) {
                letRingsRun(guest);
            }
        } else {
            refreshHead(ring);
        }
        mmio.write(engine.base() + RingRegisters.CTL, 0);
        ring.loaded = false;
    }

    /** Lets an engine run if its guest may run now. */
    @GuardedBy("lock")
    private void letRunNow(GuestEngines guest, Engine engine) {
        if (phase == Phase.RUNNING) {
            letRun(guest, engine);
        }
    }

    /** Returns what a guest sees in HEAD. */
    public int head(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            VirtualRing ring = guest.ring(engine);
            if (isOn(guest)) {
                refreshHead(ring);
            }
            return ring.head;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what a guest sees in TAIL. */
    public int tail(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            return guest.ring(engine).tail;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what a guest sees in ACTHD: its own addresses, not those of the shadow. */
    public int activeHead(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            int offset = engine.base() + RingRegisters.ACTHD;
            VirtualRing ring = guest.ring(engine);
            if (isOn(guest) && !ring.hung) {
                int value = mmio.read(offset);
                int inRing = value - (int) area.ring(engine);
                boolean shadowed =
                        Integer.compareUnsigned(inRing, (int) ReservedArea.RING_WINDOW) < 0;
                guest.registers().set(offset, shadowed ? ring.start + inRing : value);
            }
            return guest.registers().get(offset);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a guest's write of MI_MODE; the merged value is stored already. Stopping is done to the
     * hardware as well.
     */
    public void modeWritten(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            if (isOn(guest) && phase == Phase.RUNNING && !guest.held) {
                int stop =
                        guest.registers().get(engine.base() + RingRegisters.MI_MODE)
                                & RingRegisters.MI_MODE_STOP;
                mmio.writeMasked(
                        engine.base() + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP, stop);
            }
            arrived(guest);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns whether a guest sees an engine as idle: its ring is stopped, off, or has nothing to
     * run.
     */
    public boolean idle(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            VirtualRing ring = guest.ring(engine);
            if (ring.hung) {
                return false;
            }
            if (isOn(guest) && phase == Phase.RUNNING) {
                return !ring.enabled() || stopped(engine);
            }
            return !ring.enabled() || guest.stopped(engine) || ring.headOffset() == ring.tail;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a guest's write of a register that chooses its address space: GFX_MODE, PP_DIR_BASE,
     * PP_DCLV.
     */
    public void addressSpaceWritten(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            if (isOn(guest)) {
                VirtualRing ring = guest.ring(engine);
                if (isQuiet(ring)) {
                    loadAddressSpace(guest, engine);
                } else {
                    ring.addressSpaceStale = true;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's write of HWS_PGA. */
    public void statusPageWritten(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            if (isOn(guest)) {
                mmio.write(engine.statusPageRegister(), guest.statusPage(engine, area));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's request to invalidate an engine's translations. */
    public void invalidate(GuestEngines guest, Engine engine) {
        lock.lock();
        try {
            guest.synchroniseTables();
            if (isOn(guest)) {
                int bits = RingRegisters.INSTPM_SYNC_FLUSH | RingRegisters.INSTPM_TLB_INVALIDATE;
                mmio.writeMasked(engine.base() + RingRegisters.INSTPM, bits, bits);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a guest's write of a register that moves with it; it is stored already. */
    public void renderWritten(GuestEngines guest, int offset) {
        lock.lock();
        try {
            if (isOn(guest)) {
                renderState.restore(guest, offset);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns what a guest sees in a register that moves with it. */
    public int renderRead(GuestEngines guest, int offset, int stored) {
        lock.lock();
        try {
            return isOn(guest) ? mmio.read(offset) : stored;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Resets some of a guest's engines, as its GDRST asks for. The hardware is reset only where the
     * guest's work is stuck on it.
     *
     * @param engines bits of {@link Engine#bit}
     */
    public void guestReset(GuestEngines guest, int engines) {
        lock.lock();
        try {
            finishSwitch(guest);
            for (Engine engine : Engine.values()) {
                if ((engines & engine.bit()) != 0) {
                    resetOne(guest, engine);
                }
            }
            if (owner != guest && !guest.hasWork() && !guest.detached) {
                scheduler.workDrained(guest.id(), clock.nanoTime());
            }
            react();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void resetOne(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        int lost = engine.bit();
        if (owner == guest && ring.enabled() && !ring.hung) {
            int mode = engine.base() + RingRegisters.MI_MODE;
            mmio.writeMasked(mode, RingRegisters.MI_MODE_STOP, RingRegisters.MI_MODE_STOP);
            if (!stopped(engine)) {
                guest.faults().count(GuestFaultKind.HANG, engine.name(), ring.head);
                refreshHeads(guest);
                lost |= reset.reset(engine);
            }
        }
        ring.reset();
        guest.registers()
                .clearBits(engine.base() + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP);
        guest.registers().set(engine.base() + RingRegisters.ACTHD, 0);
        if (owner == guest) {
            boolean running = phase == Phase.RUNNING;
            reload(guest, lost);
            if (running) {
                letRingsRun(guest);
            }
        }
    }

    // ------------------------------------------------------------------ time

    /** Does what is due. */
    public long step(long now) {
        lock.lock();
        try {
            react(now);
            long next = Math.min(deadline, scheduler.nextDeadline());
            return waits() ? Math.min(next, now + ROOM_NANOS) : next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns whether the owner has commands queued that wait for room: the end of others need not
     * raise an interrupt.
     */
    @GuardedBy("lock")
    private boolean waits() {
        return phase == Phase.RUNNING && owner != null && owner.hasQueued();
    }

    /** Tells the owner of the engines of events that the hardware has raised: bits of GT and PM. */
    public void engineEvents(int gt, int pm) {
        lock.lock();
        try {
            GuestEngines guest = owner;
            if (guest == null) {
                return; // the mediator's own ring
            }
            for (Engine engine : Engine.values()) {
                int bits = (engine.bank() == Engine.Bank.GT ? gt : pm) & EngineEvents.of(engine);
                if (bits != 0) {
                    guest.interrupts().engineEvent(engine, bits);
                }
            }
            react();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs something with the engines standing still for everybody: no trap, no switch, no
     * submission in between.
     */
    public void exclusively(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Replaces the scheduling policy. */
    public void policy(SchedulingPolicy policy) {
        exclusively(() -> scheduler.policy(policy));
    }

    /** Returns the scheduling policy. */
    public SchedulingPolicy policy() {
        lock.lock();
        try {
            return scheduler.policy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sets a guest's scheduling parameters.
     *
     * @throws IllegalArgumentException if there is no guest of that number
     */
    public void parameters(int id, SchedulingParameters parameters) {
        exclusively(() -> scheduler.parameters(id, parameters));
    }

    /** Returns what a guest has had of the engines. */
    public EngineGroupScheduler.ClientStatistics statistics(GuestEngines guest) {
        lock.lock();
        try {
            return scheduler.statistics(guest.id());
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------ deciding

    @GuardedBy("lock")
    private void arrived(GuestEngines guest) {
        if (guest.hasWork() && !guest.detached) {
            scheduler.workArrived(guest.id(), clock.nanoTime());
            react();
            stepNeeded.run();
        }
    }

    @GuardedBy("lock")
    private void react() {
        react(clock.nanoTime());
    }

    @GuardedBy("lock")
    private void react(long now) {
        if (reacting) {
            return; // an event of the hardware served on the way; the loop below goes on
        }
        reacting = true;
        try {
            for (int i = 0; i < MAX_TRANSITIONS && transition(now); i++) {}
        } finally {
            reacting = false;
        }
    }

    @GuardedBy("lock")
    private boolean transition(long now) {
        return switch (phase) {
            case RUNNING -> running(now);
            case STOPPING -> stopping(now);
            case PARKED -> parked(now);
            case SWITCHING -> switching(now);
        };
    }

    @GuardedBy("lock")
    private boolean running(long now) {
        GuestEngines guest = owner;
        if (guest != null) {
            if (scheduler.granted() == guest.id()) {
                submit(guest);
            }
            noteQuiet(guest, now);
            if (!guest.hasQueued() && isDry(guest)) {
                scheduler.workDrained(guest.id(), now);
            }
        }
        int granted = scheduler.step(now);
        if (guest == null) {
            return granted != EngineGroupScheduler.NOBODY && startSwitch(null, granted, now, 0);
        }
        if (granted == guest.id()) {
            return false;
        }
        stopRings();
        phase = Phase.STOPPING;
        return true;
    }

    @GuardedBy("lock")
    private boolean stopping(long now) {
        int lost = 0;
        GuestEngines guest = ownerNow();
        int granted = scheduler.step(now);
        if (granted == guest.id()) {
            resumeOwner(guest, now);
            return true;
        }
        if (!allStopped()) {
            deadline = scheduler.drainDeadline(patienceNanos(guest));
            if (now < deadline) {
                return false;
            }
            lost = recover(guest);
        }
        deadline = Long.MAX_VALUE;
        scheduler.switched(EngineGroupScheduler.NOBODY, now);
        if (granted == EngineGroupScheduler.NOBODY) {
            if (lost == 0) {
                phase = Phase.PARKED;
            } else {
                leave(guest, lost);
            }
            noteStopped(guest);
            return false;
        }
        return startSwitch(guest, granted, now, lost);
    }

    /**
     * Takes a guest whose engines were reset off the others as well; it comes back as after a
     * switch, with its context.
     */
    @GuardedBy("lock")
    private void leave(GuestEngines guest, int lost) {
        save(guest, lost);
        owner = null;
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        scheduler.switched(EngineGroupScheduler.NOBODY, clock.nanoTime());
    }

    /**
     * Puts a guest's state back into engines that were reset under it; their rings stay stopped.
     */
    @GuardedBy("lock")
    private void reload(GuestEngines guest, int engines) {
        for (Engine engine : Engine.values()) {
            if ((engines & engine.bit()) != 0) {
                load(guest, engine);
            }
        }
        stopRings();
    }

    @GuardedBy("lock")
    private boolean parked(long now) {
        GuestEngines guest = ownerNow();
        int granted = scheduler.step(now);
        if (granted == EngineGroupScheduler.NOBODY) {
            return false;
        }
        if (granted == guest.id()) {
            resumeOwner(guest, now);
            return true;
        }
        return startSwitch(guest, granted, now, 0);
    }

    @GuardedBy("lock")
    private void resumeOwner(GuestEngines guest, long now) {
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        letRingsRun(guest);
        noteResumed(guest);
        scheduler.switched(guest.id(), now);
    }

    @GuardedBy("lock")
    private GuestEngines ownerNow() {
        GuestEngines guest = owner;
        if (guest == null) {
            throw new IllegalStateException("nobody is on the engines");
        }
        return guest;
    }

    @GuardedBy("lock")
    private boolean startSwitch(@Nullable GuestEngines from, int to, long now, int lost) {
        GuestEngines next = guests.get(to);
        if (next == null) {
            throw new IllegalStateException("no guest " + to);
        }
        if (from != null) {
            save(from, lost);
        }
        incoming = next;
        beginSwitch((lost & Engine.RCS.bit()) == 0 ? from : null, now);
        return true;
    }

    @GuardedBy("lock")
    private boolean switching(long now) {
        boolean done = ownRing.done();
        if (!done && now < deadline) {
            return false;
        }
        completeSwitch(done, false);
        return true;
    }

    // ------------------------------------------------------------------ switching

    @GuardedBy("lock")
    private void beginSwitch(@Nullable GuestEngines from, long now) {
        GuestEngines to = incoming;
        if (to == null) {
            throw new IllegalStateException("nobody to switch to");
        }
        owner = null;
        outgoing = from;
        OwnRing program = ownRing.begin();
        if (from != null) {
            program.selectWithoutLoading(area.context(contextWindow));
        }
        contextWindow ^= 1;
        long image = area.context(contextWindow);
        area.show(image, to.contextImage().busAddress(), to.contextImage().pages());
        if (to.contextSaved) {
            program.selectAndLoad(image);
        } else {
            program.selectWithoutLoading(image);
        }
        if (from != null) {
            from.contextSaved = true;
        }
        long own = Integer.toUnsignedLong(to.contextAddress());
        if (own != 0 && to.contextSaved) {
            program.selectWithoutLoading(own);
        } else if (own != 0) {
            program.selectAndLoad(own);
        }
        program.run();
        phase = Phase.SWITCHING;
        deadline = now + SWITCH_NANOS;
    }

    /**
     * Ends a switch.
     *
     * @param done whether the mediator's ring has run to its end; if not, the render engine is
     *     reset and the context lost
     * @param cancelled whether the incoming guest is no longer wanted
     */
    @GuardedBy("lock")
    private void completeSwitch(boolean done, boolean cancelled) {
        GuestEngines to = incoming;
        GuestEngines from = outgoing;
        outgoing = null;
        mmio.write(Engine.RCS.base() + RingRegisters.CTL, 0);
        if (!done || cancelled) {
            forgetContext();
        }
        if (!done && from != null) {
            from.contextSaved = false;
        }
        if (!done && !cancelled && !again) {
            again = true;
            beginSwitch(null, clock.nanoTime());
            return;
        }
        again = false;
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        incoming = null;
        if (to == null || cancelled) {
            return;
        }
        to.contextSaved &= done;
        if (!to.contextSaved && to.contextAddress() == 0) {
            reset.reset(Engine.RCS); // nothing was loaded over what another guest has left
            mmio.write(Engine.RCS.base() + RingRegisters.CCID, 0);
        }
        contextSwitches++;
        serviceInterrupts.run(); // what is left over is nobody's, not the newcomer's
        owner = to;
        to.contextLoaded();
        renderState.restore(to);
        for (Engine engine : Engine.values()) {
            load(to, engine);
        }
        scheduler.switched(to.id(), clock.nanoTime());
        submit(to);
    }

    @GuardedBy("lock")
    private void save(GuestEngines guest, int lost) {
        noteStopped(guest);
        serviceInterrupts.run(); // while they can still be told whose they are
        keepRegisters(guest, lost);
        for (Engine engine : Engine.values()) {
            if ((lost & engine.bit()) == 0) {
                activeHead(guest, engine);
                refreshHead(guest.ring(engine));
            }
            mmio.write(engine.base() + RingRegisters.CTL, 0);
            guest.ring(engine).loaded = false;
            guest.ring(engine).retake();
        }
    }

    /** Puts everything a guest has on one engine into the hardware. */
    @GuardedBy("lock")
    private void load(GuestEngines guest, Engine engine) {
        mmio.write(engine.base() + RingRegisters.IMR, ~EngineEvents.of(engine));
        mmio.write(engine.statusPageRegister(), guest.statusPage(engine, area));
        renderState.restore(guest, engine);
        loadAddressSpace(guest, engine);
        loadRing(guest, engine);
        letRun(guest, engine);
    }

    @GuardedBy("lock")
    private void loadAddressSpace(GuestEngines guest, Engine engine) {
        guest.ring(engine).addressSpaceStale = false;
        int base = engine.base();
        mmio.write(base + RingRegisters.PP_DCLV, RingRegisters.DCLV_ALL);
        guest.releaseAddressSpaces(engine, 0); // the engine has run dry, or stands before its queue
        mmio.write(
                base + RingRegisters.PP_DIR_BASE,
                guest.activate(engine, guest.registers().get(base + RingRegisters.PP_DIR_BASE)));
        mmio.write(
                base + RingRegisters.GFX_MODE,
                0xffff_0000 | guest.registers().get(base + RingRegisters.GFX_MODE));
    }

    @GuardedBy("lock")
    private void loadRing(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        int base = engine.base();
        mmio.write(base + RingRegisters.CTL, 0);
        ring.loaded = ring.isRunnable();
        if (!ring.loaded) {
            return;
        }
        ring.proceed(); // if halted, that is found again in its place
        ring.retake();
        area.show(area.ring(engine), ring.shadow().busAddress(), ring.shadow().pages());
        mmio.write(base + RingRegisters.START, (int) area.ring(engine));
        mmio.write(base + RingRegisters.HEAD, ring.head);
        mmio.write(base + RingRegisters.TAIL, ring.taken);
        mmio.write(base + RingRegisters.CTL, ring.ctl);
    }

    // ------------------------------------------------------------------ submitting

    @GuardedBy("lock")
    private void submit(GuestEngines guest) {
        if (guest.held || guest.failed) {
            return;
        }
        for (Engine engine : Engine.values()) {
            VirtualRing ring = guest.ring(engine);
            if (ring.hasQueued()) {
                submit(guest, ring);
            }
        }
    }

    @GuardedBy("lock")
    private void submit(GuestEngines guest, VirtualRing ring) {
        if (isQuiet(ring)) {
            ring.copies().reset();
            if (ring.addressSpaceStale) {
                loadAddressSpace(guest, ring.engine());
            }
        } else if (ring.addressSpaceStale) {
            return; // what is queued belongs to the other address space
        }
        submissions++;
        boolean took = submission.take(guest, ring, effects);
        if (ring.waitsForAddressSpace) {
            boolean quiet = releaseAddressSpaces(guest);
            took |= submission.take(guest, ring, effects);
            if (ring.waitsForAddressSpace && quiet && !took) {
                guest.faults().count(GuestFaultKind.RATE_LIMITED, "PP_DIR_BASE", ring.taken);
                ring.halt(); // one command with more of them than there are places
            }
        }
        if (took) {
            mmio.write(ring.engine().base() + RingRegisters.TAIL, ring.taken);
            ring.busy.begin(clock.nanoTime());
        }
    }

    /** Takes note of which engines have come to the end of their work. */
    @GuardedBy("lock")
    private void noteQuiet(GuestEngines guest, long now) {
        for (Engine engine : Engine.values()) {
            VirtualRing ring = guest.ring(engine);
            if (ring.busy.working() && isQuiet(ring)) {
                ring.busy.end(now);
            }
        }
    }

    /** Takes note that no engine works for a guest any more. */
    @GuardedBy("lock")
    private void noteStopped(GuestEngines guest) {
        long now = clock.nanoTime();
        for (Engine engine : Engine.values()) {
            guest.ring(engine).busy.end(now);
        }
    }

    /** Takes note that engines go on with what is left. */
    @GuardedBy("lock")
    private void noteResumed(GuestEngines guest) {
        long now = clock.nanoTime();
        for (Engine engine : Engine.values()) {
            VirtualRing ring = guest.ring(engine);
            if (ring.enabled() && !ring.isDry()) {
                ring.busy.begin(now);
            }
        }
    }

    /**
     * Gives up the address spaces of the owner's engines that have run dry; returns whether all
     * have.
     */
    @GuardedBy("lock")
    private boolean releaseAddressSpaces(GuestEngines guest) {
        boolean all = true;
        for (Engine engine : Engine.values()) {
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

    // ------------------------------------------------------------------ stopping and recovering

    @GuardedBy("lock")
    private void stopRings() {
        for (Engine engine : Engine.values()) {
            mmio.writeMasked(
                    engine.base() + RingRegisters.MI_MODE,
                    RingRegisters.MI_MODE_STOP,
                    RingRegisters.MI_MODE_STOP);
        }
    }

    @GuardedBy("lock")
    private void letRingsRun(GuestEngines guest) {
        for (Engine engine : Engine.values()) {
            letRun(guest, engine);
        }
    }

    @GuardedBy("lock")
    private void letRun(GuestEngines guest, Engine engine) {
        int stop = guest.held || guest.stopped(engine) ? RingRegisters.MI_MODE_STOP : 0;
        mmio.writeMasked(engine.base() + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP, stop);
    }

    @GuardedBy("lock")
    private boolean allStopped() {
        for (Engine engine : Engine.values()) {
            if (!stopped(engine)) {
                return false;
            }
        }
        return true;
    }

    /** Returns how long what still runs may go on when another guest waits. */
    @GuardedBy("lock")
    private long patienceNanos(GuestEngines guest) {
        long longest = 0;
        for (Engine engine : Engine.values()) {
            if (!stopped(engine)) {
                longest = Math.max(longest, guest.ring(engine).patienceNanos());
            }
        }
        return longest;
    }

    private boolean stopped(Engine engine) {
        return (mmio.read(engine.base() + RingRegisters.MI_MODE) & RingRegisters.MI_MODE_IDLE) != 0;
    }

    @GuardedBy("lock")
    private boolean waitUntilStopped() {
        long end = clock.nanoTime() + HOLD_NANOS;
        for (int polls = 0; polls < MAX_POLLS || clock.nanoTime() < end; polls++) {
            if (allStopped()) {
                return true;
            }
            if (polls >= MAX_POLLS && clock.nanoTime() == end - HOLD_NANOS) {
                return false; // time stands still: whoever steps the clock is waiting for this call
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /**
     * Resets the engines on which a guest's work does not end in time. Only that guest notices, if
     * at all: the batch that was cut off is run from its start when the guest is next on, as Linux
     * i915 does with what it thinks innocent. One that is cut off too often counts as hung: its
     * ring stands still until the guest resets it.
     *
     * @return the engines that were reset, bits of {@link Engine#bit}
     */
    @GuardedBy("lock")
    private int recover(GuestEngines guest) {
        if (!allStopped()) {
            keepRegisters(guest, 0);
        }
        int lost = 0;
        refreshHeads(guest); // before a reset puts them to zero
        for (Engine engine : Engine.values()) {
            if ((lost & engine.bit()) == 0 && !stopped(engine)) {
                lost |= cutOff(guest, engine);
            }
        }
        return lost;
    }

    /**
     * Takes what a reset would destroy into the owner's registers: what is run again then finds the
     * values that were there when it was cut off. The pipeline's state cannot be read; of it, the
     * last saved image is what is left.
     *
     * @param lost engines that have been reset, bits of {@link Engine#bit}
     */
    @GuardedBy("lock")
    private void keepRegisters(GuestEngines guest, int lost) {
        renderState.save(guest, lost);
        for (Engine engine : Engine.values()) {
            int offset = engine.base() + RingRegisters.PP_DIR_BASE;
            int directory = guest.guestBase(mmio.read(offset));
            if ((lost & engine.bit()) == 0 && directory != 0) {
                guest.registers().set(offset, directory);
            }
        }
        if ((lost & Engine.RCS.bit()) == 0) {
            int offset = Engine.RCS.base() + RingRegisters.CCID;
            guest.registers().set(offset, guest.ownContext(mmio.read(offset)));
        }
    }

    @GuardedBy("lock")
    private int cutOff(GuestEngines guest, Engine engine) {
        VirtualRing ring = guest.ring(engine);
        activeHead(guest, engine);
        boolean inBatch = !isInRing(engine, mmio.read(engine.base() + RingRegisters.ACTHD));
        int lost = reset.reset(engine);
        if (inBatch) {
            ring.rewindToBatch();
        }
        if (engine == Engine.RCS && ring.hasChangedContext()) {
            guest.contextSaved = false; // the guest's own image is the later one
        }
        if (ring.cutOff()) {
            ring.hung = true;
            guest.faults().count(GuestFaultKind.HANG, engine.name(), ring.head);
            guest.failed = hangRule.hung(guest, engine, clock.nanoTime());
        }
        return lost;
    }

    private boolean isInRing(Engine engine, int address) {
        int inRing = address - (int) area.ring(engine);
        return Integer.compareUnsigned(inRing, (int) ReservedArea.RING_WINDOW) < 0;
    }

    // ------------------------------------------------------------------ small things

    @GuardedBy("lock")
    private boolean isOn(GuestEngines guest) {
        return owner == guest;
    }

    @GuardedBy("lock")
    private boolean isDry(GuestEngines guest) {
        for (Engine engine : Engine.values()) {
            VirtualRing ring = guest.ring(engine);
            if (ring.enabled() && !ring.hung && ring.loaded) {
                refreshHead(ring);
                if (!stopped(engine) || !ring.isDry() && !guest.stopped(engine)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Returns whether a ring of the owner has run all it was given. The head alone does not tell:
     * it is past the jump while a batch runs.
     */
    @GuardedBy("lock")
    private boolean isQuiet(VirtualRing ring) {
        refreshHead(ring);
        return ring.isDry() && stopped(ring.engine());
    }

    @GuardedBy("lock")
    private void refreshHeads(GuestEngines guest) {
        for (Engine engine : Engine.values()) {
            refreshHead(guest.ring(engine));
        }
    }

    @GuardedBy("lock")
    private void refreshHead(VirtualRing ring) {
        if (ring.enabled() && ring.loaded && !ring.hung) {
            ring.head = mmio.read(ring.engine().base() + RingRegisters.HEAD);
        }
    }

    /** Returns counters by name. */
    public Map<String, Long> counters() {
        lock.lock();
        try {
            Map<String, Long> counters = new TreeMap<>(reset.counters());
            counters.put("engines.switches", contextSwitches);
            counters.put("engines.submissions", submissions);
            return counters;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a guest has hung the engines too often. */
    public boolean hasFailed(GuestEngines guest) {
        lock.lock();
        try {
            return guest.failed;
        } finally {
            lock.unlock();
        }
    }

    /** Returns a guest's counters by name, engine by engine. */
    public Map<String, Long> ringCounters(GuestEngines guest) {
        lock.lock();
        try {
            return guest.counters(clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Leaves the engines stopped. Every guest must be detached. */
    @Override
    public void close() {
        lock.lock();
        try {
            for (Engine engine : Engine.values()) {
                mmio.write(engine.base() + RingRegisters.CTL, 0);
            }
            ownRing.close();
        } finally {
            lock.unlock();
        }
    }
}
