package org.gpumediator.testkit.ada;

import java.util.concurrent.locks.ReentrantLock;
import org.gpumediator.api.MediationClock;
import org.gpumediator.testkit.SteppedClock;
import org.jspecify.annotations.Nullable;

/** When the board does what it has planned: whenever somebody lets time pass, or waits for it. */
final class BoardTime {

    private static final long SHORTEST_POLL_NANOS = 1_000;
    private static final long LONGEST_POLL_NANOS = 10_000_000;

    private final ReentrantLock lock;
    private final MediationClock clock;
    private final @Nullable SteppedClock stepped;

    // Guarded by the lock.
    private final Agenda agenda = new Agenda();
    private long pollNanos = SHORTEST_POLL_NANOS;

    BoardTime(ReentrantLock lock, MediationClock clock) {
        this.lock = lock;
        this.clock = clock;
        stepped = clock instanceof SteppedClock steppedClock ? steppedClock : null;
        agenda.run(clock.nanoTime());
    }

    Agenda agenda() {
        return agenda;
    }

    /** Does what is due by the clock; under the lock. */
    void catchUp() {
        agenda.run(clock.nanoTime());
    }

    /** Does what is due. Returns when something is due next. */
    long advance(long nowNanos) {
        lock.lock();
        try {
            agenda.run(nowNanos);
            return agenda.nextDue();
        } finally {
            lock.unlock();
        }
    }

    /** Does what is due by the clock, after moving a stepped one as a waiting processor would. */
    void poll() {
        lock.lock();
        try {
            if (stepped != null) {
                move(stepped);
            }
            catchUp();
        } finally {
            lock.unlock();
        }
    }

    private void move(SteppedClock moved) {
        long now = moved.nanoTime();
        long due = agenda.nextDue();
        if (due <= now + pollNanos) {
            moved.advanceTo(Math.max(due, now + SHORTEST_POLL_NANOS));
            pollNanos = SHORTEST_POLL_NANOS;
        } else {
            moved.advanceNanos(pollNanos);
            pollNanos = Math.min(2 * pollNanos, LONGEST_POLL_NANOS);
        }
    }
}
