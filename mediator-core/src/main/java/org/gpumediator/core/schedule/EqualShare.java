package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * One n-th for each of the n that are there: a wheel of n slots, which changes when one comes or
 * goes. The slot of one without work stays idle, or is donated to those that have some.
 *
 * <p>Who has work waits at most for one slot of each other: {@code (n - 1) * (slot + how late work
 * leaves + a change of hands)}, where slots may be twice their length if overruns are paid back.
 *
 * @param quantumNanos length of a slot, or what it shall come to on average if overruns are paid
 *     back; positive, the same for everybody
 * @param averagingFactor over how many slots an overrun is paid back, {@code 1} to {@code 60};
 *     {@code 0} for not at all
 * @param donating whether slots of those without work go to the others
 */
public record EqualShare(long quantumNanos, int averagingFactor, boolean donating)
        implements SchedulingPolicy {

    /** Length of a slot unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 16 * Turns.MILLISECOND;

    /** Validates the numbers. */
    public EqualShare {
        Turns.checkQuantum(quantumNanos);
        Turns.checkFactorOrNone(averagingFactor);
    }

    /** Creates the policy with slots of 16 ms that are not donated. */
    public EqualShare() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    /** Creates the policy with slots of a length that are not donated. */
    public EqualShare(long quantumNanos) {
        this(quantumNanos, AdaptiveRoundRobin.DEFAULT_AVERAGING_FACTOR, false);
    }

    /** Returns this policy with slots that are donated by those without work. */
    public EqualShare withDonation() {
        return new EqualShare(quantumNanos, averagingFactor, true);
    }

    @Override
    public String name() {
        return donating ? "equal-share-donating" : "equal-share";
    }

    @Override
    public boolean settlesOverruns() {
        return true;
    }

    @Override
    public Slice next(RunQueue queue) {
        // A quantum of its own would make the shares unequal: only the policy's counts.
        return new Wheel(quantumNanos, 0, donating, averagingFactor).next(queue);
    }
}
