package org.gpumediator.testkit;

import java.lang.ref.Reference;
import java.util.function.IntFunction;

/**
 * Measures how much of the Java heap something holds while it does nothing: makes many, collects
 * garbage before and after, and divides. What all have in common counts once and hardly shows; what
 * is outside the heap does not count.
 *
 * <p>Exact to a few hundred bytes where nothing else in the virtual machine allocates meanwhile. A
 * virtual machine that is told to ignore {@link System#gc} cannot be measured.
 */
public final class HeapFootprint {

    private static final int COLLECTIONS = 4;
    private static final int WARM_UP = 2;

    private HeapFootprint() {}

    /**
     * Returns the bytes of heap that each one holds.
     *
     * @param count how many to make, positive; all are held until the measure is taken
     * @param make makes one, by its number from {@code 0}; before that called twice more, with
     *     {@code -2} and {@code -1}, so that classes are loaded and what is shared is there
     * @throws IllegalArgumentException if the count is not positive
     */
    public static long bytesEach(int count, IntFunction<?> make) {
        if (count <= 0) {
            throw new IllegalArgumentException("count " + count + ": expected a positive number");
        }
        Object[] made = new Object[count + WARM_UP];
        try {
            long before = 0;
            for (int i = -WARM_UP; i < 0; i++) {
                // The collector has settled after the second measure, not yet after the first.
                made[count - 1 - i] = make.apply(i);
                before = used();
            }
            for (int i = 0; i < count; i++) {
                made[i] = make.apply(i);
            }
            return (used() - before) / count;
        } finally {
            Reference.reachabilityFence(made);
        }
    }

    private static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
