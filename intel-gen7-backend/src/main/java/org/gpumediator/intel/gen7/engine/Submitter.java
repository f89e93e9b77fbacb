package org.gpumediator.intel.gen7.engine;

import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.contain.GuestFailure;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * Gives the engines what the guest that is on has queued, and takes note of how long they work.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class Submitter {

    /** Two where an address space is loaded on the way: what comes behind is looked at anew. */
    private static final int LOOKS = 2;

    private final MediationClock clock;
    private final PhysicalRings rings;
    private final Submission submission;
    private final SubmissionEffects effects;
    private final WorkBudget budget;
    private long count;

    Submitter(
            MediationClock clock,
            PhysicalRings rings,
            SubmissionEffects effects,
            WorkBudget budget) {
        this.clock = clock;
        this.rings = rings;
        this.effects = effects;
        this.budget = budget;
        submission = new Submission(budget);
    }

    /** Gives all engines what they have room for. What fails is the guest's failure. */
    void submit(GuestEngines guest) {
        try {
            // First, so that looks do not use up the budget each time.
            boolean any = takeFromAll(guest);
            for (int i = 0; i < LOOKS && guest.tableLook().isNeeded(); i++) {
                guest.releasePastAddressSpaces(rings);
                lookAtTables(guest);
                boolean ignored = takeFromAll(guest);
                any = true;
            }
            if (any) { // the guest's memory was looked at
                GuestFailure.surfaceLateErrors();
            }
        } catch (Throwable thrown) {
            guest.failed(thrown);
        }
    }

    /** Returns whether there was anything that could be taken. */
    private boolean takeFromAll(GuestEngines guest) {
        boolean any = false;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            if (ring.mayTake()
                    && !guest.tableLook().isUnderWay()
                    && !guest.held
                    && !guest.failed()) {
                any = true;
                submit(guest, ring, Integer.MAX_VALUE);
            }
        }
        return any;
    }

    /** Goes on with looking through the tables, if that is needed. */
    void lookAtTables(GuestEngines guest) {
        int forget = guest.tableLook().goOn(budget);
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            if ((forget & engine.bit()) != 0) {
                rings.invalidate(engine);
            }
        }
    }

    /**
     * Gives engines the next pieces of batches that go on, and nothing else.
     *
     * @return whether there were any to give
     */
    boolean goOn(GuestEngines guest) {
        boolean any = false;
        try {
            for (int i = 0; i < Engine.COUNT; i++) {
                Engine engine = Engine.of(i);
                if (guest.inPieces(engine) && rings.isQuiet(guest.ring(engine))) {
                    any = true;
                    submit(guest, guest.ring(engine), VirtualRing.JUMP_BYTES);
                }
            }
            GuestFailure.surfaceLateErrors();
        } catch (Throwable thrown) {
            guest.failed(thrown);
        }
        return any;
    }

    private void submit(GuestEngines guest, VirtualRing ring, int mostBytes) {
        boolean dry = rings.isQuiet(ring);
        if (dry) {
            ring.copies().reset();
        }
        if (!dry && (ring.inPieces() || ring.endIsPadded() || ring.addressSpaceStale)) {
            letRunDry(ring);
            return;
        }
        if (ring.inPieces()) {
            rings.backToJump(ring);
        } else if (ring.endIsPadded()) {
            rings.backToOddEnd(ring);
        }
        if (!ring.inPieces() && ring.addressSpaceStale) {
            rings.loadAddressSpace(guest, ring.engine());
            if (ring.addressSpaceStale || !ring.mayTake()) {
                return; // what is queued belongs to one that is not loaded, or looked at, yet
            }
        }
        count++;
        boolean took = submission.take(guest, ring, effects, mostBytes);
        if (ring.waitsForAddressSpace) {
            boolean quiet = rings.releaseAddressSpaces(guest);
            took |= submission.take(guest, ring, effects, mostBytes);
            if (ring.waitsForAddressSpace && quiet && !took) {
                guest.faults().count(GuestFaultKind.RATE_LIMITED, "PP_DIR_BASE", ring.taken);
                ring.halt(); // one command with more of them than there are places
            }
        }
        if (took) {
            rings.moveTail(ring);
            ring.busy.begin(clock.nanoTime());
        }
        if (!took || !budget.ranOut()) {
            letRunDry(ring); // what comes next may wait for that
        }
    }

    private void letRunDry(VirtualRing ring) {
        if (ring.padEnd()) {
            rings.moveTail(ring);
        }
    }

    /**
     * Takes note of which engines have come to the end of their work; returns whether none works
     * any more, but for those that the guest has stopped.
     */
    boolean noteQuiet(GuestEngines guest, long now) {
        boolean all = true;
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            if (ring.busy.working()) {
                if (rings.isQuiet(ring)) {
                    ring.busy.end(now);
                } else {
                    all &= guest.stopped(engine);
                }
            }
        }
        return all;
    }

    /** Takes note that no engine works for a guest any more. */
    void noteStopped(GuestEngines guest) {
        long now = clock.nanoTime();
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            guest.ring(engine).busy.end(now);
        }
    }

    /** Takes note that engines go on with what is left. */
    void noteResumed(GuestEngines guest) {
        long now = clock.nanoTime();
        for (int i = 0; i < Engine.COUNT; i++) {
            Engine engine = Engine.of(i);
            VirtualRing ring = guest.ring(engine);
            if (ring.enabled() && !ring.isDry()) {
                ring.busy.begin(now);
            }
        }
    }

    /** Returns how often a ring's queue was looked through. */
    long count() {
        return count;
    }
}
