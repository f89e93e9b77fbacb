package org.gpumediator.examples.vfiouser.server;

/**
 * How long a client may keep others waiting with its answers: {@link #MOST_NANOS} at a stretch, and
 * a quarter of the time that passes. A client that has used that up is not asked for {@link
 * #PAUSE_NANOS}, then has all of it again. An answer that comes {@link #SOON_NANOS} after the
 * question costs nothing.
 *
 * <p>Times are as {@link System#nanoTime} counts. Used by one thread.
 */
final class Patience {

    static final long MOST_NANOS = 200_000_000;
    static final long SOON_NANOS = 500_000;
    static final long PAUSE_NANOS = 10_000_000_000L;
    private static final int PART = 4;

    private long left = MOST_NANOS;
    private long countedAt;
    private long giveUpAt;
    private long pausesUntil;

    Patience(long now) {
        countedAt = now;
        giveUpAt = now;
        pausesUntil = now;
    }

    /** Returns whether the client can be asked. */
    boolean isLeft(long now) {
        return pausesUntil - now <= 0;
    }

    /** Returns when an answer to a question asked now comes too late. */
    long begin(long now) {
        left = Math.min(MOST_NANOS, left + (now - countedAt) / PART);
        countedAt = now;
        giveUpAt = now + left;
        return giveUpAt;
    }

    /** Counts the wait since {@link #begin}. */
    void end(long now) {
        left -= Math.max(0, now - countedAt - SOON_NANOS);
        countedAt = now;
        if (left <= 0 || now - giveUpAt >= 0) {
            left = MOST_NANOS;
            pausesUntil = now + PAUSE_NANOS;
        }
    }
}
