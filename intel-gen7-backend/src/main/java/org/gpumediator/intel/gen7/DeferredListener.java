package org.gpumediator.intel.gen7;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.MediationListener;

/**
 * Keeps what shall be told to the embedder until no lock is held. Bounded by nature: faults are
 * told at powers of two, resets at the pace of hangs.
 */
final class DeferredListener implements MediationListener {

    private final MediationListener target;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    DeferredListener(MediationListener target) {
        this.target = target;
    }

    @Override
    public void guestFault(GuestFault fault, long count) {
        waiting.add(() -> target.guestFault(fault, count));
    }

    @Override
    public void hardwareReset(String what, String offender) {
        waiting.add(() -> target.hardwareReset(what, offender));
    }

    /** Tells everything that waits. Called with no lock held. */
    void deliver() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }
}
