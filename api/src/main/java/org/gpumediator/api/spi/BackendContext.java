package org.gpumediator.api.spi;

import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.PhysicalGpu;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a backend is given to work with.
 *
 * @param gpu the physical GPU; the backend is its only user
 * @param clock where time comes from
 * @param listener observer to tell of faults and resets; never throws
 * @param options settings by name; a backend rejects names it does not know
 */
public record BackendContext(
        PhysicalGpu gpu,
        MediationClock clock,
        MediationListener listener,
        Map<String, String> options) {

    /** Copies the map. */
    public BackendContext {
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(listener, "listener");
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
}
