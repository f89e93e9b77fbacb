package org.gpumediator.examples.benchmarks;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one writes first: regions in a sorted map, each with a device behind an interface. */
final class NaiveBus {

    /** One device on the bus. */
    interface Device {
        int read(int offset);

        void write(int offset, int value);

        /** Returns what the writes so far have come to, so that none can be left out. */
        long sum();
    }

    private record Region(int start, int length, Device device) {}

    private final TreeMap<Integer, Region> regions = new TreeMap<>();

    void add(int start, int length, Device device) {
        regions.put(start, new Region(start, length, device));
    }

    int read(int offset) {
        Region region = at(offset);
        return region == null ? -1 : region.device().read(offset - region.start());
    }

    void write(int offset, int value) {
        Region region = at(offset);
        if (region != null) {
            region.device().write(offset - region.start(), value);
        }
    }

    private @Nullable Region at(int offset) {
        Map.Entry<Integer, Region> entry = regions.floorEntry(offset);
        if (entry == null || offset - entry.getKey() >= entry.getValue().length()) {
            return null;
        }
        return entry.getValue();
    }
}
