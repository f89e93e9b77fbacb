package org.gpumediator.core.schedule;

import java.util.Comparator;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;

/**
 * The highest priority with work, in turns among equals; one that wakes takes the engines from a
 * lower one at once. But whoever has waited too long gets one slice first, the longest waiting
 * before others, and that slice nobody takes from it. So nobody with work waits longer than the
 * guard and one slice of each other client.
 *
 * @param quantumNanos length of the slices of who has set no own, positive
 * @param guardNanos how long a low priority may keep somebody waiting, positive
 */
public record StrictPriority(long quantumNanos, long guardNanos) implements SchedulingPolicy {

    /** Length of a slice unless said otherwise. */
    public static final long DEFAULT_QUANTUM_NANOS = 15 * Turns.MILLISECOND;

    /** How long somebody may wait unless said otherwise. */
    public static final long DEFAULT_GUARD_NANOS = 500 * Turns.MILLISECOND;

    private static final Comparator<RunQueue.Client> HIGHEST =
            Comparator.comparingInt((RunQueue.Client client) -> -client.parameters().priority())
                    .thenComparing(Turns.LEAST_RECENT);

    private static final Comparator<RunQueue.Client> LONGEST_WAITING =
            Comparator.comparingLong(RunQueue.Client::waitingSinceNanos)
                    .thenComparingInt(RunQueue.Client::id);

    /** Validates the lengths. */
    public StrictPriority {
        Turns.checkQuantum(quantumNanos);
        if (guardNanos <= 0) {
            throw new IllegalArgumentException(
                    "starvation guard of " + guardNanos + " ns: expected a positive length");
        }
    }

    /** Creates the policy with slices of 15 ms and a guard of half a second. */
    public StrictPriority() {
        this(DEFAULT_QUANTUM_NANOS);
    }

    /** Creates the policy with slices of a length and a guard of half a second. */
    public StrictPriority(long quantumNanos) {
        this(quantumNanos, DEFAULT_GUARD_NANOS);
    }

    @Override
    public String name() {
        return "strict-priority";
    }

    @Override
    public Slice next(RunQueue queue) {
        RunQueue.Client client = Turns.least(queue, LONGEST_WAITING);
        if (client == null) {
            return Slice.idle(quantumNanos);
        }
        if (queue.nowNanos() - client.waitingSinceNanos() < guardNanos) {
            RunQueue.Client highest = Turns.least(queue, HIGHEST);
            client = highest == null ? client : highest;
        }
        return new Slice(client.id(), Turns.quantum(client, quantumNanos));
    }

    @Override
    public boolean preempts(RunQueue.Client woken, RunQueue.Client running, long sinceNanos) {
        boolean guarded = sinceNanos - running.waitingSinceNanos() >= guardNanos;
        return !guarded && woken.parameters().priority() > running.parameters().priority();
    }
}
