package org.gpumediator.examples.common;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.core.Mediator;

/** A fake GPU, and what drives it: it has no thread of its own. */
public interface FakeGpu {

    /** Returns the GPU. */
    PhysicalGpu gpu();

    /** Returns how its backend shall be opened: options by name. */
    default Map<String, String> backendOptions() {
        return Map.of();
    }

    /** Returns the policies of placing that an operator may choose from, by name. */
    default Map<String, PartitionPolicy> policies() {
        return Policies.anyRoom();
    }

    /**
     * Returns the GPU and its virtual GPUs as small files, by path, as readers of the vendor's
     * sysfs know them; empty if there is no such view.
     */
    default SortedMap<String, String> attributeFiles(Mediator mediator) {
        return Collections.emptySortedMap();
    }

    /**
     * Lets time pass and work be done.
     *
     * @param nowNanos the time
     * @param budget how much work at most, in steps of the fake
     */
    void advance(long nowNanos, long budget);

    /**
     * Returns when to advance it next: a time that has come if there is work now, {@link
     * Long#MAX_VALUE} if it waits for nothing.
     */
    long nextWorkNanos();

    /**
     * Plays through what guests will do, on another GPU of the same kind, so that the first real
     * guest does not wait for classes to be loaded.
     */
    void rehearse();

    /** Says whom to tell that work has come; called on any thread, must not block. */
    void onWork(Runnable listener);
}
