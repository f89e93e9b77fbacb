package org.gpumediator.core.schedule;

import java.util.Comparator;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * Time in proportion to weights: whoever with work has had the least time for its weight runs next.
 * Who sleeps earns nothing by it. Late leaving is part of the time had, so it evens out.
 *
 * <p>Who has work waits at most until each other has had its due for one slice of the waiter and
 * one slice more: the sum over the others of {@code (weight / own weight + 1) * (slice + how late
 * work leaves)}, and the changes of hands between.
 *
 * @param quantumNanos length of the slices of who has set no own, positive
 */
public record WeightedFair(long quantumNanos) implements SchedulingPolicy {

    /** Length of a slice unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 15 * Turns.MILLISECOND;

    /** The short slice of GVT-g. */
    public static final long SHORT_QUANTUM_NANOS = Turns.MILLISECOND;

    private static final Comparator<RunQueue.Client> LEAST_SERVED =
            Comparator.comparingLong(RunQueue.Client::virtualRuntimeNanos)
                    .thenComparing(Turns.LEAST_RECENT);

    /** Validates the length. */
    public WeightedFair {
        Turns.checkQuantum(quantumNanos);
    }

    /** Creates the policy with slices of 15 ms. */
    public WeightedFair() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    @Override
    public String name() {
        return "weighted-fair";
    }

    @Override
    public boolean settlesOverruns() {
        return true;
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.least(queue, LEAST_SERVED);
        return client == null
                ? Slice.idle(quantumNanos)
                : new Slice(client.id(), Turns.quantum(client, quantumNanos));
    }
}
