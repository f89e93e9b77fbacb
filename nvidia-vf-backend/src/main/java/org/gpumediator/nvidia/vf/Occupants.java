package org.gpumediator.nvidia.vf;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Set;
import java.util.TreeSet;
import org.gpumediator.api.GpuMediationException;

/**
 * Who is on a board: from the beginning of a creation to the end of a close. While somebody is, the
 * board cannot be put to sleep; while it sleeps, nobody comes. Safe for use by multiple threads.
 */
final class Occupants {

    @GuardedBy("this")
    private final Set<String> names = new TreeSet<>();

    @GuardedBy("this")
    private boolean shut;

    /**
     * Lets somebody in.
     *
     * @throws GpuMediationException if the board sleeps
     */
    synchronized void enter(String name) {
        if (shut) {
            throw new GpuMediationException(name + ": the GPU sleeps; wake it first");
        }
        names.add(name);
    }

    synchronized void leave(String name) {
        names.remove(name);
    }

    /**
     * Lets nobody in any more.
     *
     * @throws IllegalStateException if somebody is there; nothing has changed
     */
    synchronized void shut() {
        if (!names.isEmpty()) {
            throw new IllegalStateException(
                    "virtual GPUs " + names + ": expected none to sleep, nor one being created");
        }
        shut = true;
    }

    /** Lets nobody in any more if nobody is there; returns whether that is so. */
    synchronized boolean shutIfEmpty() {
        boolean empty = names.isEmpty() && !shut;
        shut |= empty;
        return empty;
    }

    synchronized void open() {
        shut = false;
    }
}
