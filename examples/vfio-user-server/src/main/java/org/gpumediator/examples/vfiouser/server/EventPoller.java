package org.gpumediator.examples.vfiouser.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.PollSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for many descriptors: listening sockets, clients to be turned away, and
 * counters that clients signal.
 *
 * <p>Invariants: a watched descriptor belongs to the poller and is closed by its thread, so that a
 * descriptor number is never used after it may mean something else. What runs on this thread does
 * not wait. A descriptor that can be read again and again is looked at no more than {@link
 * #MOST_RUNS} times in {@link #WINDOW_NANOS}, then rests: a client that signals without end, or
 * hands over a counter that takes for ever to empty, costs the others a few percent of the thread.
 */
final class EventPoller implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventPoller.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final int LONGEST_WAIT_MILLIS = 60_000;

    static final int MOST_RUNS = 100;
    static final long WINDOW_NANOS = 10_000_000;

    private final int wakeUp;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Delayed> delayed =
            new PriorityQueue<>(Comparator.comparingLong((Delayed later) -> later.dueNanos));
    private final List<Watch> watches = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    private record Delayed(long dueNanos, Runnable task) {}

    /** A descriptor that is being watched. */
    final class Watch {

        private final int descriptor;
        private final Consumer<Watch> whenReadable;
        private volatile boolean ended;

        // Used on the poller's thread only.
        private long windowEnds = System.nanoTime();
        private long restsUntil = windowEnds;
        private int runs;

        private Watch(int descriptor, Consumer<Watch> whenReadable) {
            this.descriptor = descriptor;
            this.whenReadable = whenReadable;
        }

        boolean isEnded() {
            return ended;
        }

        /** Is not looked at for a while. Called on the poller's thread only. */
        void rest(long nanos) {
            restsUntil = System.nanoTime() + nanos;
        }

        private void run(long now) {
            if (now - windowEnds >= 0) {
                windowEnds = now + WINDOW_NANOS;
                runs = 0;
            }
            if (++runs >= MOST_RUNS) {
                restsUntil = windowEnds;
            }
            guarded(() -> whenReadable.accept(this));
        }

        /**
         * Ends the watch; the descriptor is closed soon after. What was to run may be running, but
         * does not begin any more. May be called on any thread, with any lock held.
         */
        void end() {
            ended = true;
            execute(
                    () -> {
                        if (watches.remove(this)) {
                            Descriptors.close(descriptor);
                        }
                    });
        }
    }

    /**
     * Starts the thread.
     *
     * @throws LinuxException if the process has no descriptor left
     */
    EventPoller(ThreadFactory threads) throws LinuxException {
        wakeUp = EventFd.create();
        thread = threads.newThread(this::run);
        thread.start();
    }

    /** Runs something on the poller's thread, soon. May be called on any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        EventFd.signal(wakeUp);
    }

    /** Runs something on the poller's thread, later. Called on the poller's thread only. */
    void executeAfter(long nanos, Runnable task) {
        delayed.add(new Delayed(System.nanoTime() + nanos, task));
    }

    /**
     * Watches a descriptor.
     *
     * @param descriptor becomes the poller's
     * @param whenReadable what to run, on the poller's thread, as long as it can be read; must not
     *     wait
     */
    Watch watch(int descriptor, Consumer<Watch> whenReadable) {
        Watch watch = new Watch(descriptor, whenReadable);
        execute(() -> watches.add(watch));
        return watch;
    }

    private void run() {
        try (PollSet set = new PollSet()) {
            List<Watch> polled = new ArrayList<>();
            while (!closing) {
                set.clear();
                set.add(wakeUp);
                polled.clear();
                long now = System.nanoTime();
                long longest = untilDelayed(now);
                for (Watch watch : watches) {
                    if (watch.restsUntil - now > 0) {
                        longest = Math.min(longest, watch.restsUntil - now);
                    } else {
                        polled.add(watch);
                        set.add(watch.descriptor);
                    }
                }
                set.await(millis(longest));
                now = System.nanoTime();
                for (int i = 0; i < polled.size(); i++) {
                    Watch watch = polled.get(i);
                    if (set.ready(i + 1) && !watch.ended) {
                        watch.run(now);
                    }
                }
                runTasks();
            }
        } catch (LinuxException failed) {
            log.error("waiting for clients failed", failed);
        } finally {
            runTasks();
            watches.forEach(watch -> Descriptors.close(watch.descriptor));
            watches.clear();
        }
    }

    private void runTasks() {
        EventFd.take(wakeUp);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
        while (!delayed.isEmpty() && delayed.element().dueNanos - System.nanoTime() <= 0) {
            guarded(delayed.remove().task);
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error thrown) {
            log.error("task of the poller failed", thrown);
        }
    }

    private long untilDelayed(long now) {
        return delayed.isEmpty() ? Long.MAX_VALUE : delayed.element().dueNanos - now;
    }

    /** Rounds a wait up, so that it is over when it ends; without end is negative. */
    private static int millis(long nanos) {
        return nanos == Long.MAX_VALUE
                ? -1
                : Math.clamp(nanos / NANOS_PER_MILLI + 1, 0, LONGEST_WAIT_MILLIS);
    }

    /** Stops the thread and closes every watched descriptor. */
    @Override
    public void close() {
        closing = true;
        EventFd.signal(wakeUp);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        Descriptors.close(wakeUp);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
