package org.gpumediator.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gpumediator.api.vmm.VgpuStatistics;

/**
 * Counters of a mediator at one moment. Counters that belong together were not necessarily read at
 * the same instant.
 *
 * <p>This is the host's view: it covers the whole board and everybody on it, and is not for guests.
 * What a guest may see of it is {@link #guestView}.
 *
 * @param vgpus counters of each living virtual GPU, by its name, in the order they were created
 * @param counters counters of the physical GPU and of the mediator itself ({@code
 *     mediator.created}, {@code mediator.closed}, {@code mediator.refused}, {@code
 *     mediator.failed-creations}, {@code mediator.steps}, {@code mediator.listener-errors}, {@code
 *     mediator.wake-up-errors}), sorted
 */
public record MediationStatistics(
        Map<String, VgpuStatistics> vgpus, SortedMap<String, Long> counters) {

    /** Copies the maps. */
    public MediationStatistics {
        vgpus = Collections.unmodifiableMap(new LinkedHashMap<>(vgpus));
        counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    }

    /**
     * Returns what one guest may see: its own counters.
     *
     * @param name of a virtual GPU; empty if there is none of that name
     */
    public Optional<VgpuStatistics> guestView(String name) {
        return Optional.ofNullable(vgpus.get(name));
    }

    /** Returns a counter, {@code 0} if there is none of that name. */
    public long counter(String name) {
        return counters.getOrDefault(name, 0L);
    }
}
