package org.gpumediator.core.schedule;

import java.util.Comparator;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.jspecify.annotations.Nullable;

/** Questions that several policies ask of a run queue. */
final class Turns {

    /** Who has waited longest since its last slice; who never ran comes first. */
    static final Comparator<Client> LEAST_RECENT =
            Comparator.comparingLong(Client::lastRanNanos).thenComparingInt(Client::id);

    static final long MILLISECOND = 1_000_000L;

    private Turns() {}

    /** Returns the length of a client's slices: its own, or the policy's. */
    static long quantum(Client client, long policysNanos) {
        long own = client.parameters().quantumNanos();
        return own > 0 ? own : policysNanos;
    }

    /** Returns the first client with work after the current one, going round; null if none. */
    static @Nullable Client nextInTurn(RunQueue queue) {
        Client first = null;
        for (Client client : queue.clients()) {
            if (client.hasWork()) {
                if (client.id() > queue.current()) {
                    return client;
                }
                if (first == null) {
                    first = client;
                }
            }
        }
        return first;
    }

    /** Returns the least client with work in some order; null if none has work. */
    static @Nullable Client least(RunQueue queue, Comparator<Client> order) {
        Client least = null;
        for (Client client : queue.clients()) {
            if (client.hasWork() && (least == null || order.compare(client, least) < 0)) {
                least = client;
            }
        }
        return least;
    }

    /**
     * Takes a part of the overrun that a client has run up off its next slice.
     *
     * @return {@code target - overrun / averagingFactor}, at least half and at most twice the
     *     target
     */
    static long compensated(long targetNanos, long overrunNanos, int averagingFactor) {
        long length = targetNanos - overrunNanos / averagingFactor;
        return Math.clamp(length, Math.max(1, targetNanos / 2), 2 * targetNanos);
    }

    static long checkQuantum(long nanos) {
        if (nanos <= 0 || nanos > 3_600_000 * MILLISECOND) {
            throw new IllegalArgumentException(
                    "quantum of " + nanos + " ns: expected 1 ns to one hour");
        }
        return nanos;
    }

    static int checkAveragingFactor(int factor) {
        return checkFactor(factor, 1);
    }

    /** Checks an averaging factor that may be 0: overruns are not paid back. */
    static int checkFactorOrNone(int factor) {
        return checkFactor(factor, 0);
    }

    private static int checkFactor(int factor, int least) {
        if (factor < least || factor > 60) {
            throw new IllegalArgumentException(
                    "averaging factor " + factor + ": expected " + least + " to 60");
        }
        return factor;
    }
}
