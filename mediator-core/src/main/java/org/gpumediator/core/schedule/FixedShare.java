package org.gpumediator.core.schedule;

import java.util.List;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * One N-th for each, N being for how many the engines were laid out: a wheel of N slots. The slot
 * of one that has no work, and the slots that nobody owns, stay idle: what a guest gets does not
 * depend on its neighbours. Late leaving is taken off the next slots.
 *
 * <p>An elastic cap lets those present have slots that nobody owns, up to a fraction of their own
 * share each. Donating lets those with work have, in equal parts, the slots of those without; slots
 * that nobody owns stay idle also then.
 *
 * <p>Who has work waits at most for the rest of the wheel: {@code (N - 1) * (slot + how late work
 * leaves + a change of hands)}, where slots may be twice their length if overruns are paid back.
 *
 * @param quantumNanos length of a slot, positive; the same for everybody
 * @param extraNumerator numerator of the elastic cap, {@code 0} for none
 * @param extraDenominator denominator of the elastic cap, positive; the fraction is at most 32
 * @param averagingFactor over how many slots an overrun is paid back, {@code 1} to {@code 60};
 *     {@code 0} for not at all
 * @param donating whether slots of those without work go to the others
 */
public record FixedShare(
        long quantumNanos,
        int extraNumerator,
        int extraDenominator,
        int averagingFactor,
        boolean donating)
        implements SchedulingPolicy {

    /** Length of a slot unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 16 * Turns.MILLISECOND;

    /** Over how many slots an overrun is paid back unless said otherwise. */
    public static final int DEFAULT_AVERAGING_FACTOR = 4;

    private static final int MAX_EXTRA = 32;

    /** Validates the numbers. */
    public FixedShare {
        Turns.checkQuantum(quantumNanos);
        Turns.checkFactorOrNone(averagingFactor);
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

    /** Creates the policy with slots of a length and an elastic cap. */
    public FixedShare(long quantumNanos, int extraNumerator, int extraDenominator) {
        this(quantumNanos, extraNumerator, extraDenominator, DEFAULT_AVERAGING_FACTOR, false);
    }

    /** Returns this policy with another averaging factor. */
    public FixedShare withAveragingFactor(int factor) {
        return new FixedShare(quantumNanos, extraNumerator, extraDenominator, factor, donating);
    }

    /** Returns this policy with slots that are donated by those without work. */
    public FixedShare withDonation() {
        return new FixedShare(
                quantumNanos, extraNumerator, extraDenominator, averagingFactor, true);
    }

    @Override
    public String name() {
        String plain = extraNumerator == 0 ? "fixed-share" : "elastic-fixed-share";
        return donating ? plain + "-donating" : plain;
    }

    @Override
    public boolean settlesOverruns() {
        return true;
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
        if (donating) {
            long withWork = clients.stream().filter(Client::hasWork).count();
            slot = clients.size() * slot / Math.max(1, withWork);
        }
        return new Wheel(slot, unowned, donating, averagingFactor).next(queue);
    }

    /** Returns by how much a slot grows at the cost of slots that nobody owns. */
    private long extra(int slots, int owned) {
        long allowed = (long) (quantumNanos * ((double) extraNumerator / extraDenominator));
        return Math.min(allowed, (slots - owned) * quantumNanos / owned);
    }
}
