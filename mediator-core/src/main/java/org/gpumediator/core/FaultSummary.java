package org.gpumediator.core;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what guests did wrong, at most one line a minute for each. Not safe for concurrent use. */
final class FaultSummary {

    private static final Logger log = LoggerFactory.getLogger(FaultSummary.class);

    private static final long PERIOD_NANOS = 60_000_000_000L;

    private final Map<VirtualGpu, Map<GuestFaultKind, Long>> logged = new HashMap<>();
    private final BiConsumer<String, Map<GuestFaultKind, Long>> line;
    private long next;
    private boolean started;

    FaultSummary() {
        this((vgpu, fresh) -> log.info("Guest faults of {} since last told: {}", vgpu, fresh));
    }

    /** Creates one that writes its lines elsewhere. */
    FaultSummary(BiConsumer<String, Map<GuestFaultKind, Long>> line) {
        this.line = line;
    }

    /** Logs what is new, if a minute has passed. */
    void step(Iterable<? extends VirtualGpu> vgpus, long nowNanos) {
        if (!started) {
            started = true;
            next = nowNanos + PERIOD_NANOS;
        } else if (nowNanos - next >= 0) {
            next = nowNanos + PERIOD_NANOS;
            vgpus.forEach(this::log);
        }
    }

    /** Logs what is new of one that goes, and forgets it. */
    void forget(VirtualGpu vgpu) {
        log(vgpu);
        logged.remove(vgpu);
    }

    private void log(VirtualGpu vgpu) {
        Map<GuestFaultKind, Long> now = vgpu.statistics().faults();
        Map<GuestFaultKind, Long> before = logged.getOrDefault(vgpu, Map.of());
        Map<GuestFaultKind, Long> fresh = new TreeMap<>();
        now.forEach(
                (kind, count) -> {
                    long more = count - before.getOrDefault(kind, 0L);
                    if (more > 0) {
                        fresh.put(kind, more);
                    }
                });
        if (!fresh.isEmpty()) {
            logged.put(vgpu, now);
            line.accept(vgpu.name(), fresh);
        }
    }
}
