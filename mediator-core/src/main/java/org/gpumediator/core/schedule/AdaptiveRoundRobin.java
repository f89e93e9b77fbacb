package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * Round robin that pays back: who left the engines late gets shorter slices until the time it took
 * too much is paid, so that shares are equal in the long run although work cannot be stopped at
 * once. The next slice is {@code target - overrun / averagingFactor}, between half and twice the
 * target.
 *
 * <p>Who has work waits at most for one slice of each other with work: {@code (n - 1) * (slice +
 * how late work leaves + a change of hands)}, where slices may be twice the target.
 *
 * @param targetNanos what a slice shall come to on average for who has set no own quantum, positive
 * @param averagingFactor over how many slices an overrun is paid back, {@code 1} to {@code 60}
 */
public record AdaptiveRoundRobin(long targetNanos, int averagingFactor)
        implements SchedulingPolicy {

    /** Length of a slice unless said otherwise. */
    public static final long DEFAULT_TARGET_NANOS = 16 * Turns.MILLISECOND;

    /** Over how many slices an overrun is paid back unless said otherwise. */
    public static final int DEFAULT_AVERAGING_FACTOR = 33;

    /** Validates the numbers. */
    public AdaptiveRoundRobin {
        Turns.checkQuantum(targetNanos);
        Turns.checkAveragingFactor(averagingFactor);
    }

    /** Creates the policy with slices of 16 ms, overruns paid back over 33 slices. */
    public AdaptiveRoundRobin() {
        this(DEFAULT_TARGET_NANOS, DEFAULT_AVERAGING_FACTOR);
    }

    /**
     * Creates the policy for a number of slices per second.
     *
     * @param hertz slices per second, {@code 63} to {@code 960}
     * @throws IllegalArgumentException if the frequency is out of range
     */
    public static AdaptiveRoundRobin ofFrequency(int hertz) {
        if (hertz < 63 || hertz > 960) {
            throw new IllegalArgumentException("frequency " + hertz + " Hz: expected 63 to 960");
        }
        return new AdaptiveRoundRobin(1_000_000_000L / hertz, DEFAULT_AVERAGING_FACTOR);
    }

    @Override
    public String name() {
        return "adaptive-round-robin";
    }

    @Override
    public boolean settlesOverruns() {
        return true;
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.least(queue, Turns.LEAST_RECENT);
        if (client == null) {
            return Slice.idle(targetNanos);
        }
        long target = Turns.quantum(client, targetNanos);
        return new Slice(
                client.id(),
                Turns.compensated(target, client.overrunNanos(), averagingFactor),
                target);
    }
}
