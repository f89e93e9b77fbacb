package org.gpumediator.core.observe;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.MediationListener;

/**
 * Keeps what shall be told to the embedder until no lock is held. Bounded: what does not fit while
 * nobody delivers is counted and dropped.
 */
public final class DeferredListener implements MediationListener {

    private final MediationListener target;

    /** No more than this waits to be told. */
    public static final int MOST_WAITING = 1024;

    private final Queue<Runnable> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final LongAdder dropped = new LongAdder();

    public DeferredListener(MediationListener target) {
        this.target = target;
    }

    @Override
    public void guestFault(GuestFault fault, long count) {
        later(() -> target.guestFault(fault, count));
    }

    @Override
    public void hardwareReset(String what, String offender) {
        later(() -> target.hardwareReset(what, offender));
    }

    private void later(Runnable call) {
        if (!waiting.offer(call)) {
            dropped.increment();
        }
    }

    /** Returns how often something was not told for want of room. */
    public long dropped() {
        return dropped.sum();
    }

    /** Tells everything that waits. Called with no lock held. */
    public void deliver() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }
}
