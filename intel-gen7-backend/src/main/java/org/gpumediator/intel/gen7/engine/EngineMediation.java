package org.gpumediator.intel.gen7.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Shares the four engines among guests: what a guest does to its engines' registers comes here.
 *
 * <p>A guest that is on submits at once: its commands are audited and copied into a shadow ring,
 * then the physical tail moves. A guest that is off only queues. When the scheduler wants another
 * guest on, the rings are stopped, each at the end of its current command; what the guest has on
 * the hardware is saved, the render context is changed by the mediator's own ring, the other
 * guest's state is put in, and its commands are audited from its head on: {@link EngineTurns}.
 */
public final class EngineMediation implements AutoCloseable {

    /*
     * Invariants: physical rings run only from the reserved area. A ring's `taken` is the physical tail while its guest is on.
     *
     * Concurrency: one lock, that of the physical GPU, around everything here and in the classes it uses; inside it that of one
     *
     * Threats: a guest writes any register at any time (values are stored, masked and range-checked), never ends (its engine is
     * reset when somebody else waits), resets all the time (only its own rings; the hardware only if it is stuck there).
     */

    /**
     * How long rings may take to stop for a guest that is to stand still. Source: XenGT's ring idle
     * time-out.
     */
    private static final long HOLD_NANOS = 500_000_000L;

    /** Fair, so that whoever has work done all the time comes after those who wait already. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final WorkBudget budget = new WorkBudget();
    private final MediationClock clock;
    private final RenderState renderState;
    private final Runnable stepNeeded;
    private final EngineGroupScheduler scheduler;
    private final EngineReset reset;
    private final PhysicalRings rings;
    private final ContextSwitch contextSwitch;
    private final CutOff cutOff;
    private final Submitter submitter;
    private final EngineTurns turns;

    /** Whose trap holds the lock, null if it is none: who is told of its interrupts at the end. */
    private @Nullable GuestEngines trapping;

    /** A step is to be asked for when the lock is let go of. */
    private boolean stepWanted;

    /**
     * Creates the mediation of idle engines.
     *
     * @param deviceWasReset puts back what a reset of the whole device takes along besides the
     *     engines' state; called under the lock of the physical GPU
     */
    public EngineMediation(
            PhysicalGpu gpu,
            Mmio mmio,
            MediationClock clock,
            ReservedArea area,
            RenderState renderState,
            EngineGroupScheduler scheduler,
            SubmissionEffects effects,
            HangRule hangRule,
            Runnable deviceWasReset,
            Runnable serviceInterrupts,
            Runnable stepNeeded) {
        this.clock = clock;
        this.renderState = renderState;
        this.scheduler = scheduler;
        this.stepNeeded = stepNeeded;
        rings = new PhysicalRings(mmio, area, renderState, budget);
        reset =
                new EngineReset(
                        mmio,
                        () -> {
                            deviceWasReset.run();
                            rings.programMasks();
                        });
        contextSwitch = new ContextSwitch(gpu, mmio, area, reset);
        cutOff = new CutOff(clock, rings, reset, hangRule);
        submitter = new Submitter(clock, rings, effects, budget);
        turns =
                new EngineTurns(
                        clock,
                        scheduler,
                        rings,
                        contextSwitch,
                        cutOff,
                        submitter,
                        budget,
                        serviceInterrupts);
        rings.switchOff();
        rings.programMasks();
    }

    private void enter() {
        lock.lock();
        if (lock.getHoldCount() == 1) {
            budget.begin();
        }
    }

    /** Enters for a guest, on a thread that is there for no other. */
    private void enter(GuestEngines guest) {
        enter();
        if (lock.getHoldCount() == 1) {
            trapping = guest;
        }
    }

    /** Lets go of the lock. What the embedder is to hear of comes after that. */
    private void leave() {
        if (lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        GuestEngines guest = trapping;
        boolean step = stepWanted;
        trapping = null;
        stepWanted = false;
        lock.unlock();
        if (step) {
            stepNeeded.run();
        }
        if (guest != null) {
            guest.interrupts().tell();
        }
    }

    /** Sees to it that a step comes soon, once the lock is let go of. Any thread. */
    public void wantStep() {
        if (lock.isHeldByCurrentThread()) {
            stepWanted = true;
        } else {
            stepNeeded.run();
        }
    }

    /**
     * Returns whether the current thread may call the embedder: it does not hold the lock of the
     * physical GPU. If it does, and the end of its trap is not where this guest is told of its
     * interrupts, a step is asked for.
     */
    public boolean mayTell(GuestEngines guest) {
        if (!lock.isHeldByCurrentThread()) {
            return true;
        }
        stepWanted |= trapping != null && trapping != guest;
        return false;
    }

    /** Returns whether the current thread holds the lock of the physical GPU. */
    public boolean isHeldHere() {
        return lock.isHeldByCurrentThread();
    }

    /**
     * Does something under the lock as soon as a condition holds there, or when the wait for it is
     * over. The lock is let go of between glances: nobody else waits.
     */
    private void onceHolds(
            GuestEngines guest, BooleanSupplier condition, long nanos, Runnable action) {
        Glances glances = new Glances(clock, nanos);
        boolean done = false;
        for (boolean last = false; !done; last = !glances.onceMore()) {
            enter(guest);
            try {
                if (condition.getAsBoolean() || last) {
                    done = true;
                    action.run();
                }
            } finally {
                leave();
            }
        }
    }

    /** Does something with a guest once no switch concerns it. */
    private void unswitched(GuestEngines guest, Runnable action) {
        onceHolds(guest, () -> !turns.isSwitching(guest), ContextSwitch.MAX_NANOS, action);
    }

    // ------------------------------------------------------------------ guests come and go

    /** Lets a guest use the engines. */
    public void attach(GuestEngines guest, SchedulingParameters parameters) {
        enter(guest);
        try {
            turns.attach(guest, parameters);
        } finally {
            leave();
        }
    }

    /**
     * Takes a guest off the engines, by force if its work does not stop at once, and forgets it.
     */
    public void detach(GuestEngines guest) {
        unswitched(guest, () -> turns.detach(guest));
    }

    /**
     * Takes a guest off the engines and puts its engines into their state after reset. It stays off
     * until {@link #comeBack}.
     *
     * @param forgiven whether its hangs are forgotten: not where it can ask for the reset itself
     * @param rest what else is reset while nobody uses the engines
     */
    public void resetAll(GuestEngines guest, boolean forgiven, Runnable rest) {
        unswitched(
                guest,
                () -> {
                    turns.reset(guest);
                    if (forgiven) {
                        guest.forgive();
                    }
                    rest.run();
                });
    }

    /** Lets a guest use the engines again after a reset. */
    public void comeBack(GuestEngines guest) {
        enter(guest);
        try {
            guest.detached = false;
            arrived(guest);
        } finally {
            leave();
        }
    }

    /**
     * Stops a guest's rings and keeps them so; returns when they stand still, or were reset because
     * they would not.
     */
    public void hold(GuestEngines guest) {
        exclusively(() -> turns.askToStop(guest));
        onceHolds(guest, () -> turns.standsStill(guest), HOLD_NANOS, () -> turns.hold(guest));
    }

    /** Lets a held guest go on. */
    public void release(GuestEngines guest) {
        enter(guest);
        try {
            turns.release(guest);
            arrived(guest);
        } catch (Throwable thrown) {
            fail(guest, thrown);
        } finally {
            leave();
        }
    }

    // ------------------------------------------------------------------ what guests do

    /** Takes a guest's write of TAIL. */
    public void tailWritten(GuestEngines guest, Engine engine, int value) {
        enter(guest);
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
            ring.moveTail(tail);
            arrived(guest);
        } finally {
            leave();
        }
    }

    /** Takes a guest's write of HEAD. */
    public void headWritten(GuestEngines guest, Engine engine, int value) {
        enter(guest);
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
            boolean running = ring.enabled() && turns.isOn(guest);
            if (running) {
                switchOff(guest, engine);
            }
            ring.head = value;
            ring.retake();
            if (running) {
                loadRing(guest, engine);
            }
            arrived(guest);
        } catch (Throwable thrown) {
            fail(guest, thrown);
        } finally {
            leave();
        }
    }

    /** Takes a guest's write of START. */
    public void startWritten(GuestEngines guest, Engine engine, int value) {
        enter(guest);
        try {
            guest.ring(engine).start = value & RingRegisters.START_MASK;
        } finally {
            leave();
        }
    }

    /** Takes a guest's write of CTL: switches the ring on or off. */
    public void ctlWritten(GuestEngines guest, Engine engine, int value) {
        enter(guest);
        try {
            VirtualRing ring = guest.ring(engine);
            boolean was = ring.enabled();
            if (was && ring.ctl == value) {
                return;
            }
            if (was && turns.isOn(guest)) {
                switchOff(guest, engine);
            }
            ring.ctl = value;
            ring.proceed();
            if (ring.enabled()) {
                ring.retake();
                if (!guest.ringInSlice(ring) || !guest.ringInOrder(ring)) {
                    ring.haltAtOnce();
                }
                if (turns.isOn(guest)) {
                    rings.loadAddressSpace(guest, engine);
                    loadRing(guest, engine);
                }
                arrived(guest);
            }
        } catch (Throwable thrown) {
            fail(guest, thrown);
        } finally {
            leave();
        }
    }

    /**
     * Switches a physical ring off. What it is in the middle of is ended by a reset; the copies of
     * its batches are free to be used again.
     */
    private void switchOff(GuestEngines guest, Engine engine) {
        boolean running = turns.isRunning(guest);
        int lost = cutOff.stopNow(guest, engine);
        if (lost != 0) {
            reload(guest, lost, running);
        } else {
            rings.refreshHead(guest.ring(engine));
        }
        rings.unload(guest, engine);
    }

    /** Puts a guest's state back into engines that were reset under it. */
    private void reload(GuestEngines guest, int engines, boolean running) {
        rings.reload(guest, engines);
        if (running) {
            rings.letRun(guest);
        }
    }

    private void loadRing(GuestEngines guest, Engine engine) {
        rings.loadRing(guest, engine);
        if (turns.isRunning(guest)) {
            rings.letRun(guest, engine);
        }
    }

    /** Returns what a guest sees in HEAD. */
    public int head(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            VirtualRing ring = guest.ring(engine);
            if (turns.isOn(guest)) {
                rings.refreshHead(ring);
            }
            return ring.head;
        } finally {
            leave();
        }
    }

    /** Returns what a guest sees in TAIL. */
    public int tail(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            return guest.ring(engine).tail;
        } finally {
            leave();
        }
    }

    /** Returns what a guest sees in ACTHD: its own addresses, not those of the shadow. */
    public int activeHead(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            if (turns.isOn(guest)) {
                rings.refreshActiveHead(guest, engine);
            }
            return guest.registers().get(engine.base() + RingRegisters.ACTHD);
        } finally {
            leave();
        }
    }

    /** Returns what a guest sees in PP_DIR_BASE: its own directory that was loaded last. */
    public int pageDirectory(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            if (turns.isOn(guest)) {
                rings.refreshDirectory(guest, engine);
            }
            return guest.registers().get(engine.base() + RingRegisters.PP_DIR_BASE);
        } finally {
            leave();
        }
    }

    /**
     * Takes a guest's write of MI_MODE; the merged value is stored already. Stopping is done to the
     * hardware as well.
     */
    public void modeWritten(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            int mode = guest.registers().get(engine.base() + RingRegisters.MI_MODE);
            guest.ring(engine).stopped = (mode & RingRegisters.MI_MODE_STOP) != 0;
            if (turns.isRunning(guest)) {
                rings.letRun(guest, engine);
            }
            arrived(guest);
        } finally {
            leave();
        }
    }

    /**
     * Returns whether a guest sees an engine as idle: its ring is stopped, off, or has nothing to
     * run.
     */
    public boolean idle(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            VirtualRing ring = guest.ring(engine);
            if (ring.hung) {
                return false;
            }
            if (turns.isRunning(guest)) {
                return !ring.enabled() || rings.stopped(engine) && !ring.inPieces();
            }
            return !ring.enabled() || guest.stopped(engine) || ring.headOffset() == ring.tail;
        } finally {
            leave();
        }
    }

    /**
     * Takes a guest's write of a register that chooses its address space: GFX_MODE, PP_DIR_BASE,
     * PP_DCLV.
     */
    public void addressSpaceWritten(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            if (turns.isOn(guest)) {
                VirtualRing ring = guest.ring(engine);
                if (rings.isQuiet(ring)) {
                    rings.loadAddressSpace(guest, engine);
                } else {
                    ring.addressSpaceStale = true;
                }
            }
        } catch (Throwable thrown) {
            fail(guest, thrown);
        } finally {
            leave();
        }
    }

    /** Takes a guest's write of HWS_PGA. */
    public void statusPageWritten(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            if (turns.isOn(guest)) {
                rings.loadStatusPage(guest, engine);
            }
        } finally {
            leave();
        }
    }

    /** Takes a guest's request to invalidate an engine's translations. */
    public void invalidate(GuestEngines guest, Engine engine) {
        enter(guest);
        try {
            if (turns.isOn(guest)) { // else what it comes back with is looked at then
                guest.tableLook().ask(engine);
                turns.lookAtTables(guest);
                stepWanted |= budget.ranOut();
            }
        } catch (Throwable thrown) {
            fail(guest, thrown);
        } finally {
            leave();
        }
    }

    /**
     * Lets the engines forget where a guest's memory is, before some of it goes: a bus address may
     * be another's memory by the next time it is used.
     */
    public void forgetTranslations(GuestEngines guest) {
        enter(guest);
        try {
            if (turns.isOn(guest) && !rings.invalidateAll()) {
                turns.expel(guest); // whose commands hold flushes back
            }
        } finally {
            leave();
        }
    }

    /** Takes a guest's write of a register that moves with it; it is stored already. */
    public void renderWritten(GuestEngines guest, int offset) {
        enter(guest);
        try {
            if (turns.isOn(guest)) {
                renderState.restore(guest, offset);
            }
        } finally {
            leave();
        }
    }

    /** Returns what a guest sees in a register that moves with it. */
    public int renderRead(GuestEngines guest, int offset, int stored) {
        enter(guest);
        try {
            return turns.isOn(guest) ? rings.read(guest, offset) : stored;
        } finally {
            leave();
        }
    }

    /**
     * Resets some of a guest's engines, as its GDRST asks for. The hardware is reset only where the
     * guest's work is stuck on it.
     *
     * @param engines bits of {@link Engine#bit}
     */
    public void guestReset(GuestEngines guest, int engines) {
        unswitched(guest, () -> resetSome(guest, engines));
    }

    private void resetSome(GuestEngines guest, int engines) {
        try {
            turns.finishSwitchByReset(guest);
            for (Engine engine : Engine.ALL) {
                if ((engines & engine.bit()) != 0) {
                    resetOne(guest, engine);
                }
            }
            if (!turns.isOn(guest) && !guest.hasWork() && !guest.detached) {
                turns.drained(guest);
            }
            turns.react();
        } catch (Throwable thrown) {
            fail(guest, thrown);
        }
    }

    private void resetOne(GuestEngines guest, Engine engine) {
        boolean on = turns.isOn(guest);
        boolean running = turns.isRunning(guest);
        VirtualRing ring = guest.ring(engine);
        int lost = engine.bit();
        if (on && ring.enabled()) {
            lost |= cutOff.stopNow(guest, engine);
        }
        ring.reset();
        guest.registers()
                .clearBits(engine.base() + RingRegisters.MI_MODE, RingRegisters.MI_MODE_STOP);
        guest.registers().set(engine.base() + RingRegisters.ACTHD, 0);
        if (on) {
            reload(guest, lost, running);
        }
    }

    // ------------------------------------------------------------------ time

    /** Does what is due. */
    public long step(long now) {
        enter();
        try {
            return turns.step(now);
        } finally {
            leave();
        }
    }

    /** Tells the owner of the engines of events that the hardware has raised: bits of GT and PM. */
    public void engineEvents(int gt, int pm) {
        enter();
        try {
            GuestEngines guest = turns.owner();
            for (Engine engine : Engine.ALL) {
                int bits = (engine.bank() == Engine.Bank.GT ? gt : pm) & EngineEvents.of(engine);
                if ((bits & EngineEvents.error(engine)) != 0) {
                    int errors = rings.takeErrors(engine);
                    if (guest == null || !guest.noteErrors(engine, errors)) {
                        bits &= ~EngineEvents.error(engine);
                    }
                }
                if (bits != 0 && guest != null) { // nobody's are those of the mediator's own ring
                    guest.interrupts().engineEvent(engine, bits);
                }
            }
            if (guest == null) {
                return;
            }
            turns.react();
        } finally {
            leave();
        }
    }

    /**
     * Runs something with the engines standing still for everybody: no trap, no switch, no
     * submission in between.
     */
    public void exclusively(Runnable action) {
        enter();
        try {
            action.run();
        } finally {
            leave();
        }
    }

    /** Replaces the scheduling policy. */
    public void policy(SchedulingPolicy policy) {
        exclusively(() -> scheduler.policy(policy));
    }

    /** Returns the scheduling policy. */
    public SchedulingPolicy policy() {
        enter();
        try {
            return scheduler.policy();
        } finally {
            leave();
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
        enter();
        try {
            return scheduler.statistics(guest.id());
        } finally {
            leave();
        }
    }

    /** What is done for one guest and throws is its failure: it leaves the engines. */
    private void fail(GuestEngines guest, Throwable thrown) {
        guest.failed(thrown);
        turns.react();
    }

    private void arrived(GuestEngines guest) {
        stepWanted |= turns.arrived(guest);
    }

    // ------------------------------------------------------------------ counters

    /** Returns counters by name. */
    public Map<String, Long> counters() {
        enter();
        try {
            Map<String, Long> counters = new TreeMap<>(reset.counters());
            counters.put("engines.switches", turns.switches());
            counters.put("engines.policy-faults", turns.policyFaults());
            counters.put("engines.submissions", submitter.count());
            counters.put("engines.work", budget.all());
            counters.put("engines.work.most", (long) budget.most());
            return counters;
        } finally {
            leave();
        }
    }

    /** Returns whether a guest has failed: hung the engines too often, or made its work throw. */
    public boolean hasFailed(GuestEngines guest) {
        return guest.failed();
    }

    /** Returns a guest's counters by name, engine by engine. */
    public Map<String, Long> ringCounters(GuestEngines guest) {
        enter();
        try {
            return guest.counters(clock.nanoTime());
        } finally {
            leave();
        }
    }

    /** Leaves the engines stopped. Every guest must be detached. */
    @Override
    public void close() {
        enter();
        try {
            rings.switchOff();
            contextSwitch.close();
        } finally {
            leave();
        }
    }
}
