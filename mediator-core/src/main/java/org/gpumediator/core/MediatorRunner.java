package org.gpumediator.core;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.gpumediator.api.Registration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps a mediator on one thread, made by the embedder's factory: for live use, with a clock that
 * runs by itself. Between steps the thread is parked until the next deadline, or until work comes
 * earlier.
 *
 * <p>A step that throws is not the end: the next one comes a little later. The first in a row is
 * logged; the last is found in {@link #failure}, all are counted in {@link #failures}.
 *
 * <p>Safe for use by multiple threads. Close the runner before the mediator.
 */
public final class MediatorRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MediatorRunner.class);

    /** How long to wait after a step that has thrown. */
    private static final long RETRY_NANOS = 10_000_000L;

    private final Mediator mediator;
    private final Thread thread;
    private final Registration registration;
    private final AtomicBoolean due = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final LongAdder failures = new LongAdder();
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

    /** Returns what the last step has thrown, or empty if it went well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Returns how many steps have thrown. */
    public long failures() {
        return failures.sum();
    }

    private void run() {
        while (!closed) {
            due.set(false);
            park(step());
        }
    }

    private long step() {
        try {
            long deadline = mediator.step();
            failure.set(null);
            return deadline;
        } catch (Throwable thrown) {
            failures.increment();
            if (failure.getAndSet(thrown) == null) {
                log.error("A step of {} has thrown; the next will come", mediator, thrown);
            }
            long until = System.nanoTime() + RETRY_NANOS; // whoever wakes the thread meanwhile
            while (!closed && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, until - System.nanoTime());
            }
            due.set(true);
            return Long.MAX_VALUE;
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
