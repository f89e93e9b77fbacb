package org.gpumediator.core.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;

/**
 * A stepped model of one group of engines under a scheduler: guests with demands, work that leaves
 * late, hands that change slowly. Measures by itself who was on the engines.
 */
final class GroupSimulation {

    static final long MS = 1_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    final EngineGroupScheduler scheduler;
    final List<Guest> guests = new ArrayList<>();
    long now;
    long slices;
    long stops;
    private final long switchNanos;

    GroupSimulation(SchedulingPolicy policy, int capacity, long switchNanos) {
        scheduler = new EngineGroupScheduler(policy, capacity);
        this.switchNanos = switchNanos;
    }

    /** One guest; its bursts arrive {@code pause} after the one before was done. */
    static final class Guest {
        final int id;
        private LongSupplier burst = () -> NEVER;
        private LongSupplier pause = () -> 0;
        private LongSupplier drain = () -> 0;
        private long backlog;
        private long arrival = NEVER;
        long ran;
        long bursts;

        Guest(int id) {
            this.id = id;
        }

        Guest drains(LongSupplier newDrain) {
            drain = newDrain;
            return this;
        }
    }

    Guest busy(SchedulingParameters parameters) {
        return periodic(parameters, () -> NEVER, () -> 0, 0);
    }

    Guest idle(SchedulingParameters parameters) {
        return periodic(parameters, () -> NEVER, () -> 0, NEVER);
    }

    Guest periodic(
            SchedulingParameters parameters, LongSupplier burst, LongSupplier pause, long first) {
        Guest guest = new Guest(guests.size());
        guest.burst = burst;
        guest.pause = pause;
        guest.arrival = first;
        guests.add(guest);
        scheduler.add(guest.id, parameters);
        return guest;
    }

    /** Runs until a number of slices has begun on the engines, or the time is over. */
    void run(long maxSlices, long until) {
        while (slices < maxSlices && now < until) {
            arrive();
            int granted = scheduler.step(now);
            if (granted != scheduler.onHardware()) {
                change(granted);
            } else {
                runOne(until);
            }
        }
    }

    private void arrive() {
        for (Guest guest : guests) {
            if (guest.arrival <= now) {
                guest.arrival = NEVER;
                guest.backlog = guest.burst.getAsLong();
                scheduler.workArrived(guest.id, now);
            }
        }
    }

    private void change(int granted) {
        int old = scheduler.onHardware();
        if (old >= 0) {
            Guest leaving = guests.get(old);
            if (leaving.backlog > 0) {
                stops++;
                spend(leaving, leaving.drain.getAsLong());
            }
            scheduler.switched(EngineGroupScheduler.NOBODY, now);
        }
        if (granted >= 0) {
            now += switchNanos;
            slices++;
            scheduler.switched(granted, now);
        }
    }

    private void runOne(long until) {
        int on = scheduler.onHardware();
        long next = Math.min(until, scheduler.nextDeadline());
        for (Guest guest : guests) {
            next = Math.min(next, guest.arrival);
        }
        if (on >= 0 && guests.get(on).backlog > 0) {
            long before = now;
            spend(guests.get(on), Math.max(0, next - now));
            if (now == before && next > now) {
                throw new AssertionError("time stands still at " + now);
            }
        } else {
            now = Math.max(now, next);
        }
    }

    private void spend(Guest guest, long nanos) {
        long worked = Math.min(nanos, guest.backlog);
        now += worked;
        guest.ran += worked;
        if (guest.backlog != NEVER) {
            guest.backlog -= worked;
        }
        if (guest.backlog == 0 && worked > 0) {
            guest.bursts++;
            scheduler.workDrained(guest.id, now);
            guest.arrival = now + Math.max(1, guest.pause.getAsLong());
        }
    }

    double share(int id) {
        return (double) guests.get(id).ran / now;
    }

    /** Returns Jain's index over all guests: 1 if all had the same, 1/n if one had everything. */
    double jain() {
        double sum = 0;
        double squares = 0;
        for (Guest guest : guests) {
            sum += guest.ran;
            squares += (double) guest.ran * guest.ran;
        }
        return sum * sum / (guests.size() * squares);
    }

    /** Returns delays between nothing and a bound, different at each call. */
    static LongSupplier upTo(long bound, Random random) {
        return () -> random.nextLong(bound + 1);
    }
}
