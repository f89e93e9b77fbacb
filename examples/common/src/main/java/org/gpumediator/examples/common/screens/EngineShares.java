package org.gpumediator.examples.common.screens;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.core.Mediator;

/**
 * Which part of the time the engines worked for each virtual GPU, over the last second or more.
 * Safe for use by multiple threads.
 */
final class EngineShares {

    private static final String BUSY = "engines.busy.nanos";
    private static final long SPAN_NANOS = 1_000_000_000;

    private final Mediator mediator;

    @GuardedBy("this")
    private Map<String, Long> busy;

    @GuardedBy("this")
    private long since;

    @GuardedBy("this")
    private Map<String, Double> shares = Map.of();

    EngineShares(Mediator mediator) {
        this.mediator = mediator;
        busy = busyNow();
        since = mediator.clock().nanoTime();
    }

    private Map<String, Long> busyNow() {
        Map<String, Long> now = new HashMap<>();
        mediator.statistics()
                .vgpus()
                .forEach((name, each) -> now.put(name, each.counters().getOrDefault(BUSY, 0L)));
        return now;
    }

    /** Returns the share of each virtual GPU, 0 to 1; of one that is new, none. */
    synchronized Map<String, Double> now() {
        long time = mediator.clock().nanoTime();
        long span = time - since;
        if (span >= SPAN_NANOS) {
            Map<String, Long> before = busy;
            Map<String, Double> next = new HashMap<>();
            busy = busyNow();
            since = time;
            busy.forEach(
                    (name, nanos) -> {
                        Long earlier = before.get(name);
                        if (earlier != null) {
                            next.put(name, Math.clamp((nanos - earlier) / (double) span, 0, 1));
                        }
                    });
            shares = Map.copyOf(next);
        }
        return shares;
    }
}
