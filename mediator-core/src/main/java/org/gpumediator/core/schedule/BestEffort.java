package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * Whoever has work and ran longest ago, for slices of one length; a slice nobody needs passes on,
 * and nothing is promised to anybody.
 *
 * <p>Who has work waits at most for one slice of each other with work: {@code (n - 1) * (slice +
 * how late work leaves + a change of hands)}.
 *
 * @param quantumNanos length of the slices of who has set no own, positive
 */
public record BestEffort(long quantumNanos) implements SchedulingPolicy {

    /** Length of a slice unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 16 * Turns.MILLISECOND;

    /** Validates the length. */
    public BestEffort {
        Turns.checkQuantum(quantumNanos);
    }

    /** Creates the policy with slices of 16 ms. */
    public BestEffort() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    @Override
    public String name() {
        return "best-effort";
    }

    @Override
    public boolean settlesOverruns() {
        return true;
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.least(queue, Turns.LEAST_RECENT);
        return client == null
                ? Slice.idle(quantumNanos)
                : new Slice(client.id(), Turns.quantum(client, quantumNanos));
    }
}
