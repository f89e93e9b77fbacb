package org.gpumediator.core.contain;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was thrown while something was done for one guest: by its VMM, by its memory, or by the
 * mediator at work for it. The guest has failed then, and nobody else. The first of a life is
 * logged with its stack, the others are counted.
 *
 * <p>Safe for use by multiple threads. {@link #failed} is one volatile read.
 */
public final class GuestFailure {

    private static final Logger log = LoggerFactory.getLogger(GuestFailure.class);

    private final String vgpu;
    private final Runnable stepNeeded;
    private final AtomicLong count = new AtomicLong();
    private volatile boolean failed;

    /**
     * Creates one of a guest that is well.
     *
     * @param vgpu name of the virtual GPU
     * @param stepNeeded called when the guest fails, on any thread and under any lock: sees to it
     *     that the mediator's next step comes soon
     */
    public GuestFailure(String vgpu, Runnable stepNeeded) {
        this.vgpu = Objects.requireNonNull(vgpu, "vgpu");
        this.stepNeeded = Objects.requireNonNull(stepNeeded, "stepNeeded");
    }

    /** Takes note of what was thrown. Never throws. */
    public void report(Throwable cause) {
        count.incrementAndGet();
        if (!failed) {
            failed = true;
            log.warn("Virtual GPU {} has failed; a reset ends that", vgpu, cause);
            stepNeeded.run();
        }
    }

    /** Returns whether the guest has failed since the last {@link #clear}. */
    public boolean failed() {
        return failed;
    }

    /** Returns how often something was thrown, {@code 0} or more; goes on through resets. */
    public long count() {
        return count.get();
    }

    /** Begins a new life: the virtual GPU was reset. */
    public void clear() {
        failed = false;
    }

    /**
     * Has the JVM throw here and now what it owes the current thread for an access to mapped memory
     * that is no longer there. Compiled code may throw it a good while after the access; called
     * inside the block that catches, this keeps it from surfacing in what is done for somebody
     * else.
     *
     * <p>Source: HotSpot delivers the InternalError of a failed access as an asynchronous
     * exception; the return of a native method is one of the places where it does.
     */
    public static void surfaceLateErrors() {
        Thread.holdsLock(log); // any short native method that the compiler does not replace
    }
}
