package org.gpumediator.nvidia.vf.manager;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often each step of recovery was the one that was needed. */
final class RecoveryCounts {

    private final LongAdder resets = new LongAdder();
    private final LongAdder rebuilds = new LongAdder();
    private final LongAdder lost = new LongAdder();

    void reset() {
        resets.increment();
    }

    void rebuild() {
        rebuilds.increment();
    }

    void lose() {
        lost.increment();
    }

    void count(Map<String, Long> counters) {
        counters.put("recovery.resets", resets.sum());
        counters.put("recovery.rebuilds", rebuilds.sum());
        counters.put("recovery.lost", lost.sum());
    }
}
