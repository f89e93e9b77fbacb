package org.gpumediator.core.schedule;

import java.util.List;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * One N-th for each, N being for how many the engines were laid out: a wheel of N slots, turned in
 * the order of numbers. The slot of one that has no work, and the slots that nobody owns, stay
 * idle: what a guest gets does not depend on its neighbours. Late leaving is taken off the next
 * slots.
 *
 * <p>An elastic cap lets those present have slots that nobody owns, up to a fraction of their own
 * share each.
 *
 * <p>When nobody at all had work for a whole turn of the wheel, it starts again at who wakes.
 *
 * @param quantumNanos length of a slot, positive; the same for everybody
 * @param extraNumerator numerator of the elastic cap, {@code 0} for none
 * @param extraDenominator denominator of the elastic cap, positive; the fraction is at most 32
 */
public record FixedShare(long quantumNanos, int extraNumerator, int extraDenominator)
        implements SchedulingPolicy {

    /** Length of a slot unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 16 * Turns.MILLISECOND;

    private static final int MAX_EXTRA = 32;
    private static final int AVERAGING_FACTOR = 4;

    /** Validates the numbers. */
    public FixedShare {
        Turns.checkQuantum(quantumNanos);
        if (extraNumerator < 0
                || extraDenominator <= 0
                || extraNumerator > (long) MAX_EXTRA * extraDenominator) {
            throw new IllegalArgumentException(
                    "elastic cap "
                            + extraNumerator
                            + "/"
                            + extraDenominator
                            + ": expected 0 to "
                            + MAX_EXTRA);
        }
    }

    /** Creates the policy with slots of 16 ms and no elastic cap. */
    public FixedShare() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    /** Creates the policy with slots of a length and no elastic cap. */
    public FixedShare(long quantumNanos) {
        this(quantumNanos, 0, 1);
    }

    @Override
    public String name() {
        return extraNumerator == 0 ? "fixed-share" : "elastic-fixed-share";
    }

    @Override
    public Slice next(RunQueue queue) {
        List<Client> clients = queue.clients();
        if (clients.isEmpty()) {
            return Slice.idle(quantumNanos);
        }
        int slots = Math.max(queue.capacity(), clients.size());
        long slot = quantumNanos + extra(slots, clients.size());
        long unowned = slots * quantumNanos - clients.size() * slot;
        Slice previous = queue.previous();
        if (previous == null) {
            return slotOf(firstWithWork(clients), slot);
        }
        long end = queue.previousSinceNanos() + previous.lengthNanos();
        if (queue.nowNanos() - end >= slots * quantumNanos) {
            return slotOf(firstWithWork(clients), slot);
        }
        if (queue.nowNanos() - end < 0 && isThere(clients, previous.client())) {
            return new Slice(previous.client(), end - queue.nowNanos());
        }
        for (Client client : clients) {
            if (previous.client() >= 0 && client.id() > previous.client()) {
                return slotOf(client, slot);
            }
        }
        return previous.client() >= 0 && unowned > 0
                ? Slice.idle(unowned)
                : slotOf(clients.getFirst(), slot);
    }

    /** Returns by how much a slot grows at the cost of slots that nobody owns. */
    private long extra(int slots, int owned) {
        long allowed = (long) (quantumNanos * ((double) extraNumerator / extraDenominator));
        return Math.min(allowed, (slots - owned) * quantumNanos / owned);
    }

    private static boolean isThere(List<Client> clients, int id) {
        return id < 0 || clients.stream().anyMatch(client -> client.id() == id);
    }

    private static Client firstWithWork(List<Client> clients) {
        return clients.stream().filter(Client::hasWork).findFirst().orElseGet(clients::getFirst);
    }

    private static Slice slotOf(Client client, long slot) {
        return new Slice(
                client.id(),
                Turns.compensated(slot, client.overrunNanos(), AVERAGING_FACTOR),
                slot);
    }
}
