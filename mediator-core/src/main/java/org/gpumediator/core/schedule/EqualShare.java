package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * One n-th for each of the n that are there: turns of equal length, in which late leaving is paid
 * back. The turn of one without work passes on to the next.
 *
 * @param quantumNanos what a turn shall come to on average, positive; the same for everybody
 * @param averagingFactor over how many turns an overrun is paid back, {@code 1} to {@code 60}
 */
public record EqualShare(long quantumNanos, int averagingFactor) implements SchedulingPolicy {

    /** Length of a turn unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 16 * Turns.MILLISECOND;

    /** Validates the numbers. */
    public EqualShare {
        Turns.checkQuantum(quantumNanos);
        Turns.checkAveragingFactor(averagingFactor);
    }

    /** Creates the policy with turns of 16 ms. */
    public EqualShare() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    /** Creates the policy with turns of a length. */
    public EqualShare(long quantumNanos) {
        this(quantumNanos, AdaptiveRoundRobin.DEFAULT_AVERAGING_FACTOR);
    }

    @Override
    public String name() {
        return "equal-share";
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.nextInTurn(queue);
        if (client == null) {
            return Slice.idle(quantumNanos);
        }
        // A quantum of its own would make the shares unequal: only the policy's counts.
        return new Slice(
                client.id(),
                Turns.compensated(quantumNanos, client.overrunNanos(), averagingFactor),
                quantumNanos);
    }
}
