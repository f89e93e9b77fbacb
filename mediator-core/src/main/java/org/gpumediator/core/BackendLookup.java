package org.gpumediator.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.gpumediator.api.BackendUnavailableException;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the one provider that drives a GPU; when there is none, explains what was found. */
final class BackendLookup {

    private static final Logger log = LoggerFactory.getLogger(BackendLookup.class);

    /** More broken service entries than this, and the rest is not looked at. */
    private static final int MAX_BROKEN = 16;

    private final GpuIdentity identity;
    private final @Nullable String wanted;
    private final List<GpuBackendProvider> matching = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<String> breakages = new ArrayList<>();

    private BackendLookup(GpuIdentity identity, @Nullable String wanted) {
        this.identity = identity;
        this.wanted = wanted;
    }

    /**
     * Finds a provider among those on the class path or module path.
     *
     * @param wanted its name, or {@code null} for any that supports the GPU
     * @throws BackendUnavailableException if there is not exactly one
     */
    static GpuBackendProvider find(GpuIdentity identity, @Nullable String wanted) {
        return find(identity, wanted, ServiceLoader.load(GpuBackendProvider.class));
    }

    static GpuBackendProvider find(
            GpuIdentity identity, @Nullable String wanted, Iterable<GpuBackendProvider> providers) {
        BackendLookup lookup = new BackendLookup(identity, wanted);
        lookup.scan(providers.iterator());
        return lookup.only();
    }

    /**
     * Checks a provider that the embedder has given.
     *
     * @throws BackendUnavailableException if it does not fit
     */
    static GpuBackendProvider check(GpuIdentity identity, GpuBackendProvider provider) {
        BackendLookup lookup = new BackendLookup(identity, null);
        lookup.consider(provider);
        return lookup.only();
    }

    private void scan(Iterator<GpuBackendProvider> providers) {
        for (int broken = 0; broken < MAX_BROKEN; ) {
            try {
                if (!providers.hasNext()) {
                    return;
                }
                consider(providers.next());
            } catch (ServiceConfigurationError | LinkageError error) {
                broken++;
                breakage("a provider that cannot be loaded: " + error);
            }
        }
    }

    private void consider(GpuBackendProvider provider) {
        String name = provider.getClass().getName();
        try {
            name = provider.name();
            if (provider.apiVersion() != GpuBackendProvider.API_VERSION) {
                refuse(
                        name,
                        "built for SPI version "
                                + provider.apiVersion()
                                + ", this mediator has "
                                + GpuBackendProvider.API_VERSION);
            } else if (wanted != null && !wanted.equals(name)) {
                refuse(name, "has another name");
            } else if (!provider.supports(identity)) {
                refuse(name, "does not support this GPU");
            } else {
                matching.add(provider);
            }
        } catch (RuntimeException | LinkageError error) {
            breakage(name + " is broken: " + error);
        }
    }

    private void refuse(String name, String reason) {
        refusals.add(name + " " + reason);
    }

    private void breakage(String what) {
        breakages.add(what);
        refusals.add(what);
    }

    private GpuBackendProvider only() {
        if (matching.size() == 1) {
            if (!breakages.isEmpty()) {
                log.warn("Skipped broken backend providers: {}", breakages);
            }
            return matching.getFirst();
        }
        String asked =
                "GPU " + identity + (wanted == null ? "" : ", backend \"" + wanted + "\"") + ": ";
        if (matching.size() > 1) {
            throw new BackendUnavailableException(
                    asked
                            + "several backends can drive it: "
                            + matching.stream().map(GpuBackendProvider::name).toList()
                            + "; none was named");
        }
        throw new BackendUnavailableException(
                asked
                        + (refusals.isEmpty()
                                ? "no backend found on the class path or module path"
                                : "no backend can drive it; found: "
                                        + String.join("; ", refusals)));
    }
}
