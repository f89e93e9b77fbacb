package org.gpumediator.examples.policylab.scheduling;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Guests on one group of engines, in virtual time. The engines work off one piece after the other
 * of the guest that is on them; a piece is not interrupted, and a change of hands takes {@link
 * #CHANGE_NANOS}.
 */
public final class EngineRun {

    /** What a change of hands costs: saving and restoring the state of the engines. */
    static final long CHANGE_NANOS = 50_000;

    private static final int NOBODY = EngineGroupScheduler.NOBODY;

    /**
     * What came of it.
     *
     * @param wastedNanos how long the engines idled although somebody had work
     * @param changeNanos how long they changed hands
     * @param changes how often
     * @param policyFaults how often the policy gave no usable answer
     */
    record Result(
            List<GuestResult> guests,
            Timeline timeline,
            long nanos,
            long wastedNanos,
            long changeNanos,
            long changes,
            long policyFaults) {

        double fairness() {
            return GuestResult.fairness(guests, nanos);
        }
    }

    private final EngineGroupScheduler scheduler;
    private final List<Guest> guests = new ArrayList<>();
    private final Timeline timeline = new Timeline();
    private int loaded = NOBODY;
    private int coming = NOBODY;
    private long changedAt;
    private @Nullable Guest working;
    private long pieceFrom;
    private long pieceUntil;
    private long wasted;
    private long changing;

    /** Prepares a run; the guests are numbered in their order, from 0. */
    public EngineRun(List<Workload> workloads, SchedulingPolicy policy, long seed) {
        scheduler = new EngineGroupScheduler(policy, workloads.size());
        for (Workload workload : workloads) {
            Guest guest = new Guest(guests.size(), workload, seed);
            guests.add(guest);
            scheduler.add(guest.id(), workload.parameters());
        }
    }

    /** Runs from time 0. */
    Result run(long nanos) {
        long now = 0;
        while (now < nanos) {
            finishPiece(now);
            arrivals(now);
            handOver(now);
            startPiece(now);
            long next = Math.min(nanos, next(now));
            account(now, next);
            now = next;
        }
        List<GuestResult> results = new ArrayList<>();
        for (Guest guest : guests) {
            long worst = scheduler.statistics(guest.id()).worstWaitNanos();
            results.add(guest.result(worst, nanos));
        }
        EngineGroupScheduler.GroupStatistics group = scheduler.statistics();
        return new Result(
                results, timeline, nanos, wasted, changing, group.switches(), group.policyFaults());
    }

    private void finishPiece(long now) {
        Guest guest = working;
        if (guest != null && pieceUntil == now) {
            guest.finish(pieceUntil - pieceFrom, now);
            working = null;
            if (!guest.hasWork()) {
                scheduler.workDrained(guest.id(), now);
            }
        }
    }

    private void arrivals(long now) {
        for (Guest guest : guests) {
            while (guest.nextArrival() <= now) {
                boolean idle = !guest.hasWork();
                if (guest.arrive(now)) {
                    timeline.drop(guest.id(), now);
                }
                if (idle) {
                    scheduler.workArrived(guest.id(), now);
                }
            }
        }
    }

    /** Carries out what the scheduler says, as a backend does. */
    private void handOver(long now) {
        if (coming != NOBODY && changedAt == now) {
            loaded = coming;
            coming = NOBODY;
            scheduler.switched(loaded, now);
        }
        int granted = scheduler.step(now);
        if (coming != NOBODY || working != null || granted == loaded) {
            return;
        }
        if (loaded != NOBODY) {
            loaded = NOBODY;
            scheduler.switched(NOBODY, now);
            granted = scheduler.step(now);
        }
        if (granted != NOBODY) {
            coming = granted;
            changedAt = now + CHANGE_NANOS;
        }
    }

    private void startPiece(long now) {
        if (working == null && loaded != NOBODY && loaded == scheduler.granted()) {
            Guest guest = guests.get(loaded);
            if (guest.hasWork()) {
                working = guest;
                pieceFrom = now;
                pieceUntil = now + guest.piece();
            }
        }
    }

    private long next(long now) {
        long next = scheduler.nextDeadline();
        if (coming != NOBODY) {
            next = Math.min(next, changedAt);
        }
        if (working != null) {
            next = Math.min(next, pieceUntil);
        }
        for (Guest guest : guests) {
            next = Math.min(next, guest.nextArrival());
        }
        return Math.max(next, now + 1);
    }

    private void account(long from, long until) {
        if (working != null) {
            timeline.add(working.id(), from, until);
        } else if (coming != NOBODY) {
            timeline.add(Timeline.CHANGE, from, until);
            changing += until - from;
        } else if (guests.stream().anyMatch(Guest::hasWork)) {
            timeline.add(Timeline.WASTED, from, until);
            wasted += until - from;
        }
    }
}
