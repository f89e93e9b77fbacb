package org.gpumediator.testkit.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.EngineGroupScheduler;

/**
 * A stepped model of one group of engines under a scheduling policy: guests with demands, work that
 * leaves late, changes of guests that take time. Measures by itself who was on the engines, so that
 * a policy can be judged without a GPU.
 *
 * <pre>{@code
 * GroupSimulation group = new GroupSimulation(new MyPolicy(), 3, 300_000);
 * group.busy(SchedulingParameters.DEFAULT.withWeight(2));
 * group.busy(SchedulingParameters.DEFAULT);
 * group.run(1_000, Long.MAX_VALUE);
 * assertEquals(2.0 / 3, group.share(0), 0.01);
 * }</pre>
 *
 * <p>Deterministic; not safe for use by multiple threads.
 */
public final class GroupSimulation {

    /** Nanoseconds in a millisecond. */
    public static final long MS = 1_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    final EngineGroupScheduler scheduler;
    final List<Guest> guests = new ArrayList<>();
    long now;
    long slices;
    long stops;
    private final long switchNanos;

    /**
     * Creates a model without guests.
     *
     * @param capacity for how many guests the group is laid out, positive
     * @param switchNanos how long a change of guests takes, not negative
     */
    public GroupSimulation(SchedulingPolicy policy, int capacity, long switchNanos) {
        scheduler = new EngineGroupScheduler(policy, capacity);
        this.switchNanos = switchNanos;
    }

    /** One guest; its bursts arrive {@code pause} after the one before was done. */
    public static final class Guest {
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

        /** Sets how long its work stays on the engines after the end of its slices, in ns. */
        public Guest drains(LongSupplier newDrain) {
            drain = newDrain;
            return this;
        }

        /** Returns how long it has been on the engines, in ns. */
        public long ran() {
            return ran;
        }

        /** Returns how many of its bursts are done. */
        public long bursts() {
            return bursts;
        }
    }

    /** Adds a guest that always has work. */
    public Guest busy(SchedulingParameters parameters) {
        return periodic(parameters, () -> NEVER, () -> 0, 0);
    }

    /** Adds a guest that never has work. */
    public Guest idle(SchedulingParameters parameters) {
        return periodic(parameters, () -> NEVER, () -> 0, NEVER);
    }

    /**
     * Adds a guest whose work comes in bursts.
     *
     * @param burst how long each takes, in ns
     * @param pause how long after one was done the next arrives, in ns
     * @param first when the first arrives, in ns
     */
    public Guest periodic(
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
    public void run(long maxSlices, long until) {
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

    /** Returns which part of all the time a guest was on the engines, by its order of adding. */
    public double share(int id) {
        return (double) guests.get(id).ran / now;
    }

    /** Returns how many slices have begun on the engines. */
    public long slices() {
        return slices;
    }

    /** Returns how often somebody was taken off who had work left. */
    public long stops() {
        return stops;
    }

    /** Returns the time, in ns; it begins at 0. */
    public long nowNanos() {
        return now;
    }

    /** Returns Jain's index over all guests: 1 if all had the same, 1/n if one had everything. */
    public double jain() {
        double sum = 0;
        double squares = 0;
        for (Guest guest : guests) {
            sum += guest.ran;
            squares += (double) guest.ran * guest.ran;
        }
        return sum * sum / (guests.size() * squares);
    }

    /** Returns delays between nothing and a bound, different at each call. */
    public static LongSupplier upTo(long bound, Random random) {
        return () -> random.nextLong(bound + 1);
    }
}
