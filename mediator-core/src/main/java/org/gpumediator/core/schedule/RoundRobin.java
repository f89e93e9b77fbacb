package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * Everybody with work in turn, by number, for slices of one length. Weights and priorities do not
 * count. The default of 15 ms is XenGT's.
 *
 * <p>Who has work waits at most for one slice of each other with work: {@code (n - 1) * (slice +
 * how late work leaves + a change of hands)}.
 *
 * @param quantumNanos length of the slices of who has set no own, positive
 */
public record RoundRobin(long quantumNanos) implements SchedulingPolicy {

    /** Length of a slice unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 15 * Turns.MILLISECOND;

    /** Validates the length. */
    public RoundRobin {
        Turns.checkQuantum(quantumNanos);
    }

    /** Creates the policy with slices of 15 ms. */
    public RoundRobin() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    @Override
    public String name() {
        return "round-robin";
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.nextInTurn(queue);
        return client == null
                ? Slice.idle(quantumNanos)
                : new Slice(client.id(), Turns.quantum(client, quantumNanos));
    }
}
