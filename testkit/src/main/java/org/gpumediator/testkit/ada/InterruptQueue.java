package org.gpumediator.testkit.ada;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Interrupts on their way to listeners, which are called one after the other and with no lock held.
 */
final class InterruptQueue {

    private final ReentrantLock lock;

    // Guarded by the lock.
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean delivering;

    InterruptQueue(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Adds a call of listeners; under the lock. */
    void post(Runnable call) {
        waiting.add(call);
    }

    /**
     * Makes the calls that wait: what one brings about comes after it. No effect under the lock.
     */
    void deliver() {
        if (lock.isHeldByCurrentThread()) {
            return;
        }
        boolean mine = false;
        while (true) {
            Runnable next;
            lock.lock();
            try {
                if (delivering && !mine) {
                    return;
                }
                next = waiting.poll();
                mine = next != null;
                delivering = mine;
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            next.run();
        }
    }
}
