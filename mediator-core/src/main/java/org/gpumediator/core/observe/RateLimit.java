package org.gpumediator.core.observe;

/**
 * Lets a guest have so many of something in a second, and a burst at once: a bucket of tokens that
 * fills with time. Safe for use by multiple threads.
 */
public final class RateLimit {

    private static final long SECOND = 1_000_000_000L;

    private final long nanosPerToken;
    private final long burstNanos;
    private long emptyAt = Long.MIN_VALUE;

    /**
     * Creates a full bucket.
     *
     * @param perSecond tokens that come in a second, {@code 1} to {@code 1_000_000_000}
     * @param burst most tokens that can be saved up, positive
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RateLimit(long perSecond, int burst) {
        if (perSecond < 1 || perSecond > SECOND) {
            throw new IllegalArgumentException(
                    "rate " + perSecond + ": expected 1 to " + SECOND + " in a second");
        }
        if (burst < 1) {
            throw new IllegalArgumentException("burst " + burst + ": expected a positive number");
        }
        nanosPerToken = SECOND / perSecond;
        burstNanos = burst * nanosPerToken;
    }

    /**
     * Takes a token.
     *
     * @return whether there was one
     */
    public synchronized boolean take(long nowNanos) {
        long start = emptyAt == Long.MIN_VALUE ? nowNanos - burstNanos : emptyAt;
        start = Math.max(start, nowNanos - burstNanos);
        if (nowNanos - start < nanosPerToken) {
            emptyAt = start;
            return false;
        }
        emptyAt = start + nanosPerToken;
        return true;
    }

    /** Returns when there will be a token: {@code nowNanos} if there is one. */
    public synchronized long nextNanos(long nowNanos) {
        return emptyAt == Long.MIN_VALUE ? nowNanos : Math.max(nowNanos, emptyAt + nanosPerToken);
    }
}
