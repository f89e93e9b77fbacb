package org.gpumediator.intel.gen7.engine;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is on the engines: one guest at a time has all four. Does what the scheduler
 * decides, in steps none of which waits.
 *
 * <pre>
 *            granted to another          all stopped, or cut off         own ring done
 *   RUNNING --------------------> STOPPING --------------------> SWITCHING -----------> RUNNING
 *      ^                             |  nobody granted: PARKED ----^                    (another)
 *      +------ granted again --------+------- granted again
 * </pre>
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class EngineTurns {

    /*
     * Invariants: owner is the guest whose state the hardware has, null while it is being changed and when there is none.
     * STOPPING and PARKED have an owner, SWITCHING has none.
     */

    /** How often to look whether there is room for what is queued. */
    private static final long ROOM_NANOS = 1_000_000L;

    private static final int MAX_TRANSITIONS = 8;

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

    private final MediationClock clock;
    private final EngineGroupScheduler scheduler;
    private final PhysicalRings rings;
    private final ContextSwitch contextSwitch;
    private final CutOff cutOff;
    private final Submitter submitter;
    private final WorkBudget budget;
    private final Patience patience = new Patience();
    private final Runnable serviceInterrupts;
    private final List<GuestEngines> guests = new ArrayList<>();
    private Phase phase = Phase.RUNNING;
    private @Nullable GuestEngines owner;
    private long deadline = Long.MAX_VALUE;

    /** How long the owner's work may go on since it was asked to leave. */
    private long patienceNanos;

    private boolean reacting;
    private long switches;

    EngineTurns(
            MediationClock clock,
            EngineGroupScheduler scheduler,
            PhysicalRings rings,
            ContextSwitch contextSwitch,
            CutOff cutOff,
            Submitter submitter,
            WorkBudget budget,
            Runnable serviceInterrupts) {
        this.clock = clock;
        this.scheduler = scheduler;
        this.rings = rings;
        this.contextSwitch = contextSwitch;
        this.cutOff = cutOff;
        this.submitter = submitter;
        this.budget = budget;
        this.serviceInterrupts = serviceInterrupts;
    }

    // ------------------------------------------------------------------ who is on

    /** Returns whose state the hardware has, or null while it is nobody's. */
    @Nullable GuestEngines owner() {
        return owner;
    }

    /** Returns whether the hardware has a guest's state, running or not. */
    boolean isOn(GuestEngines guest) {
        return owner == guest;
    }

    /** Returns whether a guest is on and may run. */
    boolean isRunning(GuestEngines guest) {
        return owner == guest && phase == Phase.RUNNING;
    }

    long switches() {
        return switches;
    }

    long policyFaults() {
        return scheduler.statistics().policyFaults();
    }

    // ------------------------------------------------------------------ guests come and go

    void attach(GuestEngines guest, SchedulingParameters parameters) {
        guests.add(guest);
        scheduler.add(guest.id(), parameters);
    }

    /** Takes a guest off and forgets it. */
    void detach(GuestEngines guest) {
        takeOff(guest);
        guest.detached = true;
        patience.forget(guest);
        guests.remove(guest);
        scheduler.remove(guest.id(), clock.nanoTime());
        guest.close();
        react();
    }

    /** Takes a guest off, puts its engines into their state after reset, and keeps it off. */
    void reset(GuestEngines guest) {
        takeOff(guest);
        guest.reset();
        guest.detached = true;
        drained(guest);
        react();
    }

    /** Asks a guest's rings to stop and to stay so. */
    void askToStop(GuestEngines guest) {
        guest.held = true;
        if (owner == guest) {
            rings.stop();
        }
    }

    /** Returns whether no ring of a guest runs and no switch concerns it. */
    boolean standsStill(GuestEngines guest) {
        return !isSwitching(guest) && (owner != guest || rings.stopped());
    }

    /** Keeps a guest's rings stopped, by a reset if they have not done so. */
    void hold(GuestEngines guest) {
        guest.held = true;
        finishSwitch(guest);
        if (owner == guest) {
            rings.stop();
            if (!rings.stopped()) {
                leave(guest, cutOff.recover(guest, clock.nanoTime()));
            }
            rings.refreshHeads(guest);
            submitter.noteStopped(guest);
            if (phase == Phase.STOPPING) {
                phase = Phase.RUNNING;
            }
        }
        drained(guest);
        react();
    }

    /** Lets a held guest go on. */
    void release(GuestEngines guest) {
        guest.held = false;
        if (isRunning(guest)) {
            rings.letRun(guest);
            submitter.noteResumed(guest);
        }
    }

    /** Takes a guest off at once; it comes back when it is its turn again. */
    void expel(GuestEngines guest) {
        takeOff(guest);
        react();
    }

    /** Makes sure that nothing of a guest is on the hardware, whatever it takes. */
    private void takeOff(GuestEngines guest) {
        finishSwitch(guest);
        if (owner == guest) {
            serviceInterrupts.run(); // while they can still be told whose they are
            rings.refreshHeads(guest);
            rings.stop();
            submitter.noteStopped(guest);
            cutOff.unload(guest);
            contextSwitch.forget();
            vacate();
        }
    }

    /** Returns whether a switch under way concerns a guest, and may yet come to its end. */
    boolean isSwitching(GuestEngines guest) {
        return phase == Phase.SWITCHING && contextSwitch.concerns(guest) && !contextSwitch.done();
    }

    /**
     * Ends a switch that concerns a guest's memory, by a reset of the engine if the mediator's ring
     * has not come to its end. A switch between others goes on.
     */
    void finishSwitch(GuestEngines guest) {
        if (phase != Phase.SWITCHING || !contextSwitch.concerns(guest)) {
            return;
        }
        if (contextSwitch.coming() == guest) {
            contextSwitch.cancel();
            phase = Phase.RUNNING;
            deadline = Long.MAX_VALUE;
        } else {
            completeSwitch(clock.nanoTime());
        }
    }

    /**
     * As {@link #finishSwitch}, for a guest that resets its engines: if the mediator's ring is
     * still loading its context, that is its hang, as if nobody had reset anything.
     */
    void finishSwitchByReset(GuestEngines guest) {
        if (phase == Phase.SWITCHING && contextSwitch.coming() == guest) {
            blame(clock.nanoTime());
        }
        finishSwitch(guest);
    }

    // ------------------------------------------------------------------ time

    /** Does what is due; returns when to be called again. */
    long step(long now) {
        react(now);
        if (budget.ranOut()) {
            return now;
        }
        long next = Math.min(deadline, scheduler.nextDeadline());
        return waits() ? Math.min(next, now + ROOM_NANOS) : next;
    }

    /** Looks through the tables of the guest that is on. */
    void lookAtTables(GuestEngines guest) {
        submitter.lookAtTables(guest);
    }

    /**
     * Returns whether the owner has commands queued that wait for room: the end of others need not
     * raise an interrupt.
     */
    private boolean waits() {
        GuestEngines guest = owner;
        return guest != null
                && (phase == Phase.RUNNING && guest.hasQueued()
                        || phase == Phase.STOPPING && guest.inPieces());
    }

    /** Takes note that a guest may have work; returns whether it has. */
    boolean arrived(GuestEngines guest) {
        if (!guest.hasWork() || guest.detached) {
            return false;
        }
        scheduler.workArrived(guest.id(), clock.nanoTime());
        react();
        return true;
    }

    /** Takes note that a guest has nothing to run. */
    void drained(GuestEngines guest) {
        scheduler.workDrained(guest.id(), clock.nanoTime());
    }

    void react() {
        react(clock.nanoTime());
    }

    private void react(long now) {
        if (reacting) {
            return; // an event of the hardware served on the way; the loop below goes on
        }
        reacting = true;
        try {
            expelFailed();
            for (int i = 0; i < MAX_TRANSITIONS && transition(now); i++) {
                expelFailed();
            }
        } finally {
            reacting = false;
        }
    }

    /** Takes the owner off if it has failed. */
    private void expelFailed() {
        GuestEngines guest = owner;
        if (guest != null && guest.failed()) {
            takeOff(guest);
            drained(guest);
        }
    }

    /**
     * Asks the scheduler who shall be on. A guest that cannot be, for want of memory for its
     * context or because it has failed, is passed over.
     */
    private int granted(long now) {
        for (int i = 0; i <= guests.size(); i++) {
            int granted = scheduler.step(now);
            GuestEngines guest = guest(granted);
            if (guest == null || isReady(guest)) {
                return granted;
            }
            scheduler.workDrained(granted, now);
        }
        return EngineGroupScheduler.NOBODY;
    }

    private @Nullable GuestEngines guest(int id) {
        for (int i = 0; i < guests.size(); i++) {
            if (guests.get(i).id() == id) {
                return guests.get(i);
            }
        }
        return null;
    }

    private static boolean isReady(GuestEngines guest) {
        try {
            guest.contextImage();
        } catch (Throwable thrown) {
            guest.failed(thrown);
        }
        return !guest.failed();
    }

    private boolean transition(long now) {
        return switch (phase) {
            case RUNNING -> running(now);
            case STOPPING -> stopping(now);
            case PARKED -> parked(now);
            case SWITCHING -> switching(now);
        };
    }

    private boolean running(long now) {
        GuestEngines guest = owner;
        if (guest != null) {
            if (scheduler.granted() == guest.id()) {
                submitter.submit(guest);
            }
            boolean quiet = submitter.noteQuiet(guest, now);
            if (quiet && !guest.hasQueued() && rings.isDry(guest)) {
                scheduler.workDrained(guest.id(), now);
            }
        }
        int granted = granted(now);
        if (guest == null) {
            return granted != EngineGroupScheduler.NOBODY && startSwitch(null, granted, now, 0);
        }
        if (granted == guest.id()) {
            return false;
        }
        rings.stop(guest);
        patienceNanos = patience.nanos(guest, now);
        phase = Phase.STOPPING;
        return true;
    }

    private boolean stopping(long now) {
        int lost = 0;
        GuestEngines guest = ownerNow();
        int granted = granted(now);
        if (granted == guest.id()) {
            resumeOwner(guest, now);
            return true;
        }
        if (submitter.goOn(guest) || guest.inPieces() || !rings.stopped()) {
            deadline = scheduler.drainDeadline(patienceNanos);
            if (now < deadline) {
                return false;
            }
            patience.spent(guest, patienceNanos, now);
            lost = cutOff.recover(guest, now);
        }
        deadline = Long.MAX_VALUE;
        scheduler.switched(EngineGroupScheduler.NOBODY, now);
        if (granted == EngineGroupScheduler.NOBODY) {
            if (lost == 0) {
                phase = Phase.PARKED;
            } else {
                leave(guest, lost);
            }
            submitter.noteStopped(guest);
            return false;
        }
        return startSwitch(guest, granted, now, lost);
    }

    private boolean parked(long now) {
        GuestEngines guest = ownerNow();
        int granted = granted(now);
        if (granted == EngineGroupScheduler.NOBODY) {
            return false;
        }
        if (granted == guest.id()) {
            resumeOwner(guest, now);
            return true;
        }
        return startSwitch(guest, granted, now, 0);
    }

    private boolean switching(long now) {
        deadline = contextSwitch.deadline(now);
        if (!contextSwitch.done() && now < deadline) {
            return false;
        }
        completeSwitch(now);
        return true;
    }

    // ------------------------------------------------------------------ changing

    private void resumeOwner(GuestEngines guest, long now) {
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        rings.letRun(guest);
        submitter.noteResumed(guest);
        scheduler.switched(guest.id(), now);
    }

    private GuestEngines ownerNow() {
        GuestEngines guest = owner;
        if (guest == null) {
            throw new IllegalStateException("nobody is on the engines");
        }
        return guest;
    }

    private boolean startSwitch(@Nullable GuestEngines from, int to, long now, int lost) {
        GuestEngines next = guest(to);
        if (next == null) {
            throw new IllegalStateException("no guest " + to);
        }
        if (from != null) {
            save(from, lost);
        }
        owner = null;
        contextSwitch.begin((lost & Engine.RCS.bit()) == 0 ? from : null, next, now);
        phase = Phase.SWITCHING;
        deadline = contextSwitch.deadline(now);
        return true;
    }

    private void completeSwitch(long now) {
        blame(now);
        GuestEngines to = contextSwitch.complete(now);
        if (to == null) {
            deadline = contextSwitch.deadline(now);
            return;
        }
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        switches++;
        serviceInterrupts.run(); // what is left over is nobody's, not the newcomer's
        owner = to;
        try {
            load(to);
        } catch (Throwable thrown) {
            to.failed(thrown); // and is taken off again at once
        }
        scheduler.switched(to.id(), clock.nanoTime());
        submitter.submit(to);
    }

    private void load(GuestEngines guest) {
        int unflushed = rings.load(guest);
        if (unflushed != 0) {
            rings.reload(guest, cutOff.reset(unflushed));
        }
        rings.letRun(guest);
    }

    private void blame(long now) {
        GuestEngines culprit = contextSwitch.culprit();
        if (culprit != null) {
            cutOff.contextHung(culprit, now);
        }
    }

    private void save(GuestEngines guest, int lost) {
        submitter.noteStopped(guest);
        serviceInterrupts.run(); // while they can still be told whose they are
        rings.save(guest, lost);
    }

    /**
     * Takes a guest whose engines were reset off the others as well; it comes back as after a
     * switch, with its context.
     */
    private void leave(GuestEngines guest, int lost) {
        save(guest, lost);
        vacate();
    }

    private void vacate() {
        owner = null;
        phase = Phase.RUNNING;
        deadline = Long.MAX_VALUE;
        scheduler.switched(EngineGroupScheduler.NOBODY, clock.nanoTime());
    }
}
