package org.gpumediator.examples.kvmvmm.machine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Lets processors into the guest, and keeps all of them out of it while something is changed that
 * they must not see half done. Going in and out costs a processor two volatile writes.
 */
final class RunGate {

    /** One processor at the gate. */
    static final class Pass {

        private final Runnable kick;
        private volatile boolean inside;

        private Pass(Runnable kick) {
            this.kick = kick;
        }
    }

    private final List<Pass> passes = new CopyOnWriteArrayList<>();
    private volatile boolean shut;
    private volatile boolean ended;

    /**
     * Adds a processor.
     *
     * @param kick makes it leave the guest, or not stay there when it enters next; called until
     *     {@link #forget}
     */
    Pass add(Runnable kick) {
        Pass pass = new Pass(kick);
        passes.add(pass);
        return pass;
    }

    /** Takes a processor away: it is not kicked any more. */
    synchronized void forget(Pass pass) {
        passes.remove(pass);
    }

    /**
     * Asks to go into the guest; waits while the gate is shut.
     *
     * @return whether to go; {@code false} once everything has ended
     */
    boolean enter(Pass pass) {
        while (true) {
            pass.inside = true;
            if (!shut) {
                return true;
            }
            leave(pass);
            synchronized (this) {
                // Whoever shut the gate holds this monitor, but while waiting for passes.
                if (ended) {
                    return false;
                }
            }
        }
    }

    /** Says that a processor has come out of the guest. */
    void leave(Pass pass) {
        pass.inside = false;
        if (shut) {
            synchronized (passes) {
                passes.notifyAll();
            }
        }
    }

    /**
     * Does something while no processor is in the guest. May be called by a processor's thread that
     * is out of it.
     */
    synchronized void exclusively(Runnable action) {
        boolean before = shut;
        shut = true;
        try {
            awaitOut();
            action.run();
        } finally {
            shut = before;
        }
    }

    /** Lets no processor in any more, and kicks out those that are inside. Idempotent. */
    synchronized void end() {
        ended = true;
        shut = true;
        awaitOut();
    }

    private void awaitOut() {
        for (Pass pass : passes) {
            if (pass.inside) {
                pass.kick.run();
            }
        }
        boolean interrupted = false;
        synchronized (passes) {
            for (Pass pass : passes) {
                while (pass.inside) {
                    try {
                        passes.wait();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
