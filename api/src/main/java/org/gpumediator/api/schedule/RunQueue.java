package org.gpumediator.api.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who may run on one group of engines, at one moment.
 *
 * @param nowNanos the mediator's clock
 * @param current number of the virtual GPU that ran last, or {@code -1}
 * @param capacity for how many virtual GPUs the group was laid out (fixed shares); at least the
 *     number of clients, if known
 * @param clients everybody, by rising number
 * @param previous the policy's last decision, {@code null} before the first; it may have been for a
 *     client without work, for nobody, or for one that has gone since
 * @param previousSinceNanos when that slice began
 */
public record RunQueue(
        long nowNanos,
        int current,
        int capacity,
        List<Client> clients,
        @Nullable Slice previous,
        long previousSinceNanos) {

    /** Copies the list. */
    public RunQueue {
        clients = List.copyOf(clients);
    }

    /** Creates a queue on which nothing was decided before. */
    public RunQueue(long nowNanos, int current, int capacity, List<Client> clients) {
        this(nowNanos, current, capacity, clients, null, 0);
    }

    /**
     * One virtual GPU and its accounts on this group of engines.
     *
     * @param id its number
     * @param hasWork whether it has work that could run now; false while it is held back by its cap
     * @param parameters what its owner has set
     * @param runtimeNanos how long it has been on the engines in all
     * @param virtualRuntimeNanos {@code runtimeNanos} divided by its weight, raised on waking to
     *     the least of those with work so that sleeping earns nothing
     * @param windowRuntimeNanos how long it has been on the engines in the running accounting
     *     window (for caps)
     * @param waitingSinceNanos since when it has had work and not run; meaningless without work
     * @param lastRanNanos when its last slice ended; {@link Long#MIN_VALUE} if it never ran
     * @param overrunNanos how much longer than their target its slices took, summed and not yet
     *     paid back
     */
    public record Client(
            int id,
            boolean hasWork,
            SchedulingParameters parameters,
            long runtimeNanos,
            long virtualRuntimeNanos,
            long windowRuntimeNanos,
            long waitingSinceNanos,
            long lastRanNanos,
            long overrunNanos) {}
}
