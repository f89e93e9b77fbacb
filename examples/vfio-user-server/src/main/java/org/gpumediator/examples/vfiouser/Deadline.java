package org.gpumediator.examples.vfiouser;

import java.time.Duration;

/** Work that is waited for only so long. */
final class Deadline {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Deadline() {}

    /**
     * Runs something on a thread of its own, which does not keep the process alive.
     *
     * @param nanos how long to wait for its end; at least a millisecond is waited
     * @return whether it ended in time; {@code false} also if the calling thread was interrupted
     */
    static boolean meets(long nanos, Runnable work) {
        Thread worker = Thread.ofPlatform().daemon().name("deadline").start(work);
        try {
            return worker.join(Duration.ofNanos(Math.max(nanos, NANOS_PER_MILLI)));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
