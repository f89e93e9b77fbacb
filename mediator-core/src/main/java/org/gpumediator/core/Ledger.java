package org.gpumediator.core;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.gpumediator.api.partition.GpuInventory.Holding;

/**
 * Who holds what. A policy is asked without a lock, so its answer is written down only if the books
 * have not changed meanwhile.
 *
 * <p>Safe for use by multiple threads; the monitor is private to this class and innermost.
 */
final class Ledger {

    /** What the books say at one moment. */
    record Page(long version, List<Holding> holdings) {

        boolean holds(String owner) {
            return holdings.stream().anyMatch(holding -> holding.owner().equals(owner));
        }
    }

    private final Object monitor = new Object();
    private final Map<Integer, Entry> entries = new TreeMap<>();
    private long version;
    private long serial;
    private volatile List<Integer> lost = List.of();

    private record Entry(long serial, Holding holding) {}

    Page page() {
        synchronized (monitor) {
            return new Page(
                    version,
                    entries.values().stream()
                            .sorted((a, b) -> Long.compare(a.serial, b.serial))
                            .map(Entry::holding)
                            .toList());
        }
    }

    /**
     * Writes down a holding under the lowest free number.
     *
     * @return the number; empty if the books have changed since {@code page}
     */
    OptionalInt reserve(Page page, Holding holding) {
        synchronized (monitor) {
            if (version != page.version()) {
                return OptionalInt.empty();
            }
            int id = 0;
            while (entries.containsKey(id)) {
                id++;
            }
            entries.put(id, new Entry(serial++, holding));
            version++;
            return OptionalInt.of(id);
        }
    }

    void release(int id) {
        synchronized (monitor) {
            if (entries.remove(id) != null) {
                version++;
                countLost();
            }
        }
    }

    /** Keeps a share away from everybody until it is released, because it is not safe yet. */
    void markLost(int id) {
        synchronized (monitor) {
            Entry entry = entries.get(id);
            if (entry != null) {
                Holding holding = entry.holding;
                entries.put(
                        id,
                        new Entry(
                                entry.serial,
                                new Holding(
                                        holding.owner() + " (lost " + entry.serial + ")",
                                        holding.type(),
                                        holding.partition(),
                                        true)));
                version++;
                countLost();
            }
        }
    }

    /** Returns the numbers of the shares that {@link #markLost} keeps away from everybody. */
    List<Integer> lost() {
        return lost;
    }

    private void countLost() {
        lost =
                entries.entrySet().stream()
                        .filter(entry -> entry.getValue().holding.lost())
                        .map(Map.Entry::getKey)
                        .toList();
    }

    boolean changedSince(Page page) {
        synchronized (monitor) {
            return version != page.version();
        }
    }
}
