package org.gpumediator.examples.policylab.scheduling;

import java.util.SplittableRandom;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * Lottery scheduling: whoever has work holds as many tickets as its weight says, and each slice is
 * drawn. Shares are right on average, without any account (Waldspurger and Weihl, OSDI 1994).
 *
 * <p>A policy is a pure function, so the draw hangs on the time and a seed alone: the same queue at
 * the same time has the same winner.
 *
 * @param seed of the draws
 * @param quantumNanos length of the slices, positive
 */
public record Lottery(long seed, long quantumNanos) implements SchedulingPolicy {

    /** Makes one with slices of 5 ms. */
    public Lottery() {
        this(1, 5 * Workload.MILLI);
    }

    @Override
    public String name() {
        return "lottery";
    }

    @Override
    public Slice next(RunQueue queue) {
        int tickets = 0;
        for (Client client : queue.clients()) {
            tickets += tickets(client);
        }
        if (tickets == 0) {
            return Slice.idle(quantumNanos);
        }
        int drawn = new SplittableRandom(seed ^ queue.nowNanos()).nextInt(tickets);
        for (Client client : queue.clients()) {
            drawn -= tickets(client);
            if (drawn < 0) {
                return new Slice(client.id(), quantumNanos);
            }
        }
        throw new AssertionError("one of the tickets was drawn");
    }

    private static int tickets(Client client) {
        return client.hasWork() ? client.parameters().weight() : 0;
    }
}
