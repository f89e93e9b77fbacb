package org.gpumediator.examples.policylab.scheduling;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.gpumediator.examples.policylab.common.Percentiles;

/** One guest in a run: its queue, and what came of its jobs. */
final class Guest {

    private static final int JOBS_IN_A_BURST = 10;

    private final int id;
    private final Workload workload;
    private final SplittableRandom random;
    private final ArrayDeque<Long> queue = new ArrayDeque<>(); // when they were submitted
    private long left;
    private long nextArrival;
    private long asked;
    private long busy;
    private int late;
    private int dropped;
    private long[] latencies = new long[64];
    private int done;

    Guest(int id, Workload workload, long seed) {
        this.id = id;
        this.workload = workload;
        random = new SplittableRandom(seed * 31 + id);
    }

    int id() {
        return id;
    }

    Workload workload() {
        return workload;
    }

    boolean hasWork() {
        return !queue.isEmpty();
    }

    /** Returns when it submits next by itself. */
    long nextArrival() {
        return nextArrival;
    }

    /** Submits what is due; returns whether a frame was dropped. */
    boolean arrive(long now) {
        boolean drops = workload.pattern() == Workload.Pattern.FRAMES && hasWork();
        dropped += drops ? 1 : 0;
        int jobs = workload.pattern() == Workload.Pattern.BURSTS ? JOBS_IN_A_BURST : 1;
        for (int i = 0; i < jobs && !drops; i++) {
            submit(now);
        }
        asked += drops ? workload.workNanos() : 0;
        nextArrival =
                switch (workload.pattern()) {
                    case FRAMES -> now + workload.periodNanos();
                    case BURSTS ->
                            now
                                    + 1
                                    + (long)
                                            (-workload.periodNanos()
                                                    * Math.log(1 - random.nextDouble()));
                    case BATCH, SLEEPER -> Long.MAX_VALUE;
                };
        return drops;
    }

    private void submit(long now) {
        if (queue.isEmpty()) {
            left = workload.workNanos();
        }
        queue.add(now);
        asked += workload.workNanos();
    }

    /** Returns how long the next piece of its first job takes. */
    long piece() {
        return Math.min(left, workload.pieceNanos());
    }

    void finish(long piece, long now) {
        busy += piece;
        left -= piece;
        if (left > 0) {
            return;
        }
        long latency = now - queue.remove();
        if (done == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * done);
        }
        latencies[done++] = latency;
        left = workload.workNanos();
        switch (workload.pattern()) {
            case FRAMES -> late += latency > workload.periodNanos() ? 1 : 0;
            case BATCH -> submit(now);
            case SLEEPER -> nextArrival = now + workload.periodNanos();
            case BURSTS -> {}
        }
    }

    /** Returns what came of it; {@code most} is all the time there was. */
    GuestResult result(long worstWait, long most) {
        long demand =
                switch (workload.pattern()) {
                    case FRAMES, BURSTS -> Math.min(asked, most);
                    case BATCH -> most;
                    case SLEEPER ->
                            most
                                    / (workload.workNanos() + workload.periodNanos())
                                    * workload.workNanos();
                };
        return new GuestResult(
                workload, new Percentiles(latencies, done), late, dropped, busy, demand, worstWait);
    }
}
