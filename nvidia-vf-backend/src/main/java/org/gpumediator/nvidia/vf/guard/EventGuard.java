package org.gpumediator.nvidia.vf.guard;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Counts one kind of event of one virtual function in a sliding window.
 *
 * <p>A record is dropped when it is older than the window: at exactly the window's age it still
 * counts. An event is tested after old records are dropped and before it is recorded: with as many
 * records as the threshold it is refused and not recorded, otherwise it is recorded and served. So
 * the event that makes a guard full is served, and the next one is the first that is not.
 *
 * <p>Safe for use by multiple threads; allocates when its limit is changed, and when more events
 * than ever before are in the window.
 */
public final class EventGuard {

    private static final int FIRST_ROOM = 16;

    /** How much of the window is used. */
    public enum State {
        /** Events are served. */
        NORMAL,
        /** As many as allowed; none was refused since. */
        FULL,
        /** As many as allowed, and at least one more was refused. */
        OVERFLOW
    }

    private final Object lock = new Object();

    /** Moments of the records, a ring: the oldest at {@code head}. */
    @GuardedBy("lock")
    private long[] moments;

    @GuardedBy("lock")
    private int threshold;

    @GuardedBy("lock")
    private long windowNanos;

    @GuardedBy("lock")
    private int head;

    @GuardedBy("lock")
    private int active;

    @GuardedBy("lock")
    private boolean overflown;

    @GuardedBy("lock")
    private long total;

    @GuardedBy("lock")
    private long refused;

    /** Creates an empty guard. */
    public EventGuard(GuardLimit limit) {
        threshold = limit.threshold();
        moments = new long[Math.min(threshold, FIRST_ROOM)];
        windowNanos = limit.windowNanos();
    }

    /**
     * Takes note of an event.
     *
     * @param nowNanos the clock
     * @return whether it is to be served
     */
    public boolean record(long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            total++;
            if (active >= threshold) {
                overflown = true;
                refused++;
                return false;
            }
            if (active == moments.length) {
                moments = latest(active, Math.min(2 * active, threshold));
                head = 0;
            }
            moments[(head + active) % moments.length] = nowNanos;
            active++;
            return true;
        }
    }

    /** Returns the latest records in order, with room for more. */
    @GuardedBy("lock")
    private long[] latest(int count, int room) {
        long[] kept = new long[room];
        for (int i = 0; i < count; i++) {
            kept[i] = moments[(head + active - count + i) % moments.length];
        }
        return kept;
    }

    /** Returns how much of the window is used. */
    public State state(long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            if (active < threshold) {
                return State.NORMAL;
            }
            return overflown ? State.OVERFLOW : State.FULL;
        }
    }

    /**
     * Takes the latest record back: the host itself caused that event. No effect on an empty guard.
     */
    public void forgive(long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            if (active > 0) {
                active--;
                overflown = false;
            }
        }
    }

    /** Takes every record in the window back; what was counted stays counted. */
    public void forgiveAll() {
        synchronized (lock) {
            active = 0;
            overflown = false;
        }
    }

    /**
     * Returns from when on an event would be served again; {@code nowNanos} if one would be now.
     */
    public long servedFrom(long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            return active < threshold ? nowNanos : moments[head] + windowNanos + 1;
        }
    }

    /** Changes the limit. Of more records than the new threshold the latest are kept. */
    public void setLimit(GuardLimit limit, long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            threshold = limit.threshold();
            int count = Math.min(active, threshold);
            moments = latest(count, Math.clamp(count, Math.min(threshold, FIRST_ROOM), threshold));
            head = 0;
            active = count;
            overflown &= active == threshold;
            windowNanos = limit.windowNanos();
            dropExpired(nowNanos);
        }
    }

    /** Returns the limit. */
    public GuardLimit limit() {
        synchronized (lock) {
            return new GuardLimit(threshold, windowNanos);
        }
    }

    /** Returns the records in the window. */
    public int active(long nowNanos) {
        synchronized (lock) {
            dropExpired(nowNanos);
            return active;
        }
    }

    /** Returns the events since the guard was made, refused ones among them. */
    public long total() {
        synchronized (lock) {
            return total;
        }
    }

    /** Returns the events that were refused since the guard was made. */
    public long refused() {
        synchronized (lock) {
            return refused;
        }
    }

    @GuardedBy("lock")
    private void dropExpired(long nowNanos) {
        while (active > 0 && nowNanos - moments[head] > windowNanos) {
            head = (head + 1) % moments.length;
            active--;
            overflown = false;
        }
    }
}
