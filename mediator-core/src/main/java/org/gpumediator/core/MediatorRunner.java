package org.gpumediator.core;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.gpumediator.api.Registration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps a mediator on one thread, made by the embedder's factory: for live use, with a clock that
 * runs by itself. Between steps the thread is parked until the next deadline, or until work comes
 * earlier.
 *
 * <p>A step that throws ends the run, is logged once, and is found in {@link #failure}.
 *
 * <p>Safe for use by multiple threads. Close the runner before the mediator.
 */
public final class MediatorRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MediatorRunner.class);

    private final Mediator mediator;
    private final Thread thread;
    private final Registration registration;
    private final AtomicBoolean due = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;

    private MediatorRunner(Mediator mediator, ThreadFactory threads) {
        this.mediator = mediator;
        thread = Objects.requireNonNull(threads.newThread(this::run), "thread");
        registration = mediator.onStepNeeded(this::wake);
    }

    /**
     * Starts stepping.
     *
     * @param mediator what is stepped; nobody else has to
     * @param threads makes the one thread
     */
    public static MediatorRunner start(Mediator mediator, ThreadFactory threads) {
        MediatorRunner runner = new MediatorRunner(mediator, threads);
        runner.thread.start();
        return runner;
    }

    /**
     * Makes the next step happen now. Never blocks; may be called on any thread and under locks.
     */
    public void wake() {
        if (!due.getAndSet(true)) {
            LockSupport.unpark(thread);
        }
    }

    /** Returns what ended the run, or empty while it goes on or if it was closed in order. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void run() {
        try {
            while (!closed) {
                due.set(false);
                park(mediator.step());
            }
        } catch (RuntimeException | Error error) {
            failure.set(error);
            log.error("Stepping of {} ended", mediator, error);
        }
    }

    private void park(long deadline) {
        while (!closed && !due.get()) {
            if (deadline == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long left = deadline - mediator.clock().nanoTime();
                if (left <= 0) {
                    return;
                }
                LockSupport.parkNanos(this, left);
            }
            // A pending interrupt would make every park return at once; it has no meaning here.
            if (Thread.interrupted() && closed) {
                return;
            }
        }
    }

    /** Ends stepping and waits until the thread has ended. Idempotent. */
    @Override
    public void close() {
        closed = true;
        registration.close();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread != Thread.currentThread() && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException kept) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
