package org.gpumediator.examples.policylab.scheduling;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Earliest deadline first, with reservations: who has reserved time and not used it up in this
 * accounting window runs before the others, the one first whose work is due first. Due is one
 * period after the work came. Who has nothing reserved, or has used it up, takes turns in what is
 * left; so nobody can starve the others by asking for more than it has reserved.
 *
 * @param reservations by number of the guest
 * @param quantumNanos length of the slices of the others, positive
 */
public record EarliestDeadlineFirst(Map<Integer, Reservation> reservations, long quantumNanos)
        implements SchedulingPolicy {

    /**
     * What a guest may count on.
     *
     * @param percent of each accounting window
     * @param periodNanos how long after it came its work is due
     */
    public record Reservation(int percent, long periodNanos) {

        private long windowNanos() {
            return EngineGroupScheduler.WINDOW_NANOS * percent / 100;
        }
    }

    /** Reserves for guests that draw frames what these need and a fifth more. */
    public static EarliestDeadlineFirst of(List<Workload> workloads) {
        Map<Integer, Reservation> reservations = new HashMap<>();
        for (int i = 0; i < workloads.size(); i++) {
            Workload guest = workloads.get(i);
            if (guest.pattern() == Workload.Pattern.FRAMES) {
                long percent = 120 * guest.workNanos() / guest.periodNanos() + 1;
                reservations.put(i, new Reservation((int) percent, guest.periodNanos()));
            }
        }
        return new EarliestDeadlineFirst(reservations, 2 * Workload.MILLI);
    }

    @Override
    public String name() {
        return "edf";
    }

    @Override
    public Slice next(RunQueue queue) {
        Client first = null;
        Client other = null;
        for (Client client : queue.clients()) {
            if (client.hasWork()) {
                if (left(client) > 0 && (first == null || due(client) < due(first))) {
                    first = client;
                }
                if (other == null || client.lastRanNanos() < other.lastRanNanos()) {
                    other = client;
                }
            }
        }
        if (first != null) {
            return new Slice(first.id(), left(first));
        }
        return other == null ? Slice.idle(quantumNanos) : new Slice(other.id(), quantumNanos);
    }

    @Override
    public boolean preempts(Client woken, Client running, long sinceNanos) {
        return left(woken) > 0 && (left(running) <= 0 || due(woken) < due(running));
    }

    /** Returns what is left of a guest's reservation in this window. */
    private long left(Client client) {
        Reservation reservation = reservations.get(client.id());
        return reservation == null ? 0 : reservation.windowNanos() - client.windowRuntimeNanos();
    }

    private long due(Client client) {
        @Nullable Reservation reservation = reservations.get(client.id());
        return client.waitingSinceNanos() + (reservation == null ? 0 : reservation.periodNanos());
    }
}
