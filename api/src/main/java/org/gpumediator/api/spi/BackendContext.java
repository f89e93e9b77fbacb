package org.gpumediator.api.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * What a backend is given to work with.
 *
 * @param gpu the physical GPU; the backend is its only user
 * @param clock where time comes from
 * @param listener observer to tell of faults and resets; never throws
 * @param options settings by name; a backend rejects names it does not know
 * @param stepNeeded tells whoever steps the mediator that {@link GpuBackend#step} is due earlier
 *     than it last said, because a trap or an interrupt has brought work; may be called on any
 *     thread and under a lock, does not block and does not step
 */
public record BackendContext(
        PhysicalGpu gpu,
        MediationClock clock,
        MediationListener listener,
        Map<String, String> options,
        Runnable stepNeeded) {

    /** Copies the map. */
    public BackendContext {
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(stepNeeded, "stepNeeded");
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
}
