package org.gpumediator.examples.common;

import java.util.concurrent.locks.LockSupport;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.core.Mediator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that drives the GPU and its mediator. Sleeps until a guest's access, an interrupt
 * or a deadline brings work.
 */
public final class GpuLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GpuLoop.class);

    /** Work done between two looks at the clock. */
    private static final long BUDGET = 50_000;

    /** Sleeps no longer than this, so that a wake-up that nobody sent costs little. */
    private static final long LONGEST_SLEEP_NANOS = 100_000_000;

    private static final long PAUSE_AFTER_FAILURE_NANOS = 10_000_000;

    private final FakeGpu fake;
    private final Mediator mediator;
    private final MediationClock clock;
    private final Thread thread;
    private final Registration registration;
    private volatile boolean woken;
    private volatile boolean closing;
    private volatile Runnable whenMemoryIsGone = () -> {};
    private long failures;
    private long rounds;
    private long busyNanos;

    /** Starts the thread. */
    public GpuLoop(FakeGpu fake, Mediator mediator) {
        this.fake = fake;
        this.mediator = mediator;
        clock = mediator.clock();
        thread = Thread.ofPlatform().daemon().name("gpu-loop").unstarted(this::run);
        fake.onWork(this::wake);
        registration = mediator.onStepNeeded(this::wake);
        thread.start();
    }

    /** Says that there may be work. May be called on any thread; does not block. */
    public void wake() {
        if (!woken) {
            woken = true;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closing) {
            woken = false;
            long due = round();
            long left = due - clock.nanoTime();
            if (left > 0 && !woken && !closing) {
                LockSupport.parkNanos(this, Math.min(left, LONGEST_SLEEP_NANOS));
            }
        }
    }

    /** Does what is due; answers when to come again. */
    private long round() {
        long began = clock.nanoTime();
        rounds++;
        try {
            fake.advance(began, BUDGET);
            long stepDue = mediator.step(clock.nanoTime());
            long due = Math.min(stepDue, fake.nextWorkNanos());
            busyNanos += clock.nanoTime() - began;
            return due;
        } catch (InternalError gone) {
            whenMemoryIsGone.run();
            return failed(gone);
        } catch (RuntimeException | Error thrown) {
            return failed(thrown);
        }
    }

    private long failed(Throwable thrown) {
        if (failures++ == 0) {
            log.error("a step of the GPU failed; further failures are only counted", thrown);
        }
        return clock.nanoTime() + PAUSE_AFTER_FAILURE_NANOS;
    }

    /** Says what to do when some client has taken memory away that the GPU was using. */
    public void onMemoryGone(Runnable action) {
        whenMemoryIsGone = action;
    }

    /** Returns how often it went round. */
    public long rounds() {
        return rounds;
    }

    /** Returns how long it was at work. */
    public long busyNanos() {
        return busyNanos;
    }

    /** Returns how often a step failed. */
    public long failures() {
        return failures;
    }

    /** Stops the thread. */
    @Override
    public void close() {
        closing = true;
        registration.close();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
