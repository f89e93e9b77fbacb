package org.gpumediator.api.vmm;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gpumediator.api.event.GuestFaultKind;

/**
 * Counters of one virtual GPU since it was created, at one moment. Counters that belong together
 * were not necessarily read at the same instant.
 *
 * <p>This is the guest's view: all of it may be shown to the guest, as nothing in it depends on
 * what other virtual GPUs own, how many there are, or what the board as a whole does; only time its
 * own work has had or waited for is in it. Numbers of the whole board are the host's alone, see
 * {@link org.gpumediator.api.spi.GpuBackend#counters}.
 *
 * @param faults how often the guest did something wrong, by kind; kinds that never happened are
 *     absent
 * @param counters every other counter by its name, sorted, such as {@code mmio.read} or {@code
 *     rcs.busy.nanos}
 */
public record VgpuStatistics(Map<GuestFaultKind, Long> faults, SortedMap<String, Long> counters) {

    /** Copies the maps. */
    public VgpuStatistics {
        faults = Map.copyOf(faults);
        counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    }

    /** Returns how often a fault of that kind happened. */
    public long faults(GuestFaultKind kind) {
        return faults.getOrDefault(kind, 0L);
    }

    /** Returns a counter, {@code 0} if there is none of that name. */
    public long counter(String name) {
        return counters.getOrDefault(name, 0L);
    }
}
