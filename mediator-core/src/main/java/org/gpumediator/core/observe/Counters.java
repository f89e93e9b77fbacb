package org.gpumediator.core.observe;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters by name. Look a counter up once and keep it; counting is then cheap on any thread. Safe
 * for use by multiple threads.
 */
public final class Counters {

    private final ConcurrentSkipListMap<String, LongAdder> byName = new ConcurrentSkipListMap<>();

    /** Creates an empty set of counters. */
    public Counters() {}

    /**
     * Returns the counter of a name, made now if need be.
     *
     * @param name words separated by dots, such as {@code rcs.busy.nanos}
     */
    public LongAdder counter(String name) {
        return byName.computeIfAbsent(name, _ -> new LongAdder());
    }

    /** Returns all counters at this moment, those that are zero included. */
    public SortedMap<String, Long> snapshot() {
        SortedMap<String, Long> map = new TreeMap<>();
        byName.forEach((name, counter) -> map.put(name, counter.sum()));
        return map;
    }
}
