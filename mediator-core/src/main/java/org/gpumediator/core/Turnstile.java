package org.gpumediator.core;

/** Counts who is inside; once shut nobody enters, and the one who shuts waits for the rest. */
final class Turnstile {

    private final Object monitor = new Object();
    private int inside;
    private boolean shut;

    /** Returns whether the caller is inside now, and has to {@link #leave}. */
    boolean enter() {
        synchronized (monitor) {
            if (!shut) {
                inside++;
            }
            return !shut;
        }
    }

    void leave() {
        synchronized (monitor) {
            if (--inside == 0) {
                monitor.notifyAll();
            }
        }
    }

    boolean isShut() {
        synchronized (monitor) {
            return shut;
        }
    }

    /**
     * Shuts, and waits until nobody is inside. Interrupts are kept for the caller.
     *
     * @return whether this call has shut it
     */
    boolean shut() {
        boolean interrupted = false;
        boolean first;
        synchronized (monitor) {
            first = !shut;
            shut = true;
            while (inside > 0) {
                try {
                    monitor.wait();
                } catch (InterruptedException kept) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return first;
    }
}
