package org.gpumediator.intel.gen7.display;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * The tables of more than 8 bits that a guest writes for its pipes, entry by entry, through an
 * index and a data register. Safe for use by multiple threads.
 *
 * <p>Source: Linux i915, PAL_PREC_INDEX bits 9:0 and PAL_PREC_DATA; Ivy Bridge and Haswell do not
 * count the index up by themselves.
 */
public final class PrecisionPalette {

    static final int ENTRIES = 1024;

    @GuardedBy("this")
    private final int[] @Nullable [] tables = new int[VirtualDisplay.PIPES][];

    /** Creates tables of zeros. */
    public PrecisionPalette() {}

    /** Returns an entry; the index wraps. */
    public synchronized int get(int pipe, int index) {
        int[] table = tables[pipe];
        return table == null ? 0 : table[index & ENTRIES - 1];
    }

    /** Writes an entry; the index wraps. */
    public synchronized void set(int pipe, int index, int value) {
        int[] table = tables[pipe];
        if (table == null) {
            table = new int[ENTRIES];
            tables[pipe] = table;
        }
        table[index & ENTRIES - 1] = value;
    }

    /** Forgets everything. */
    public synchronized void reset() {
        for (int pipe = 0; pipe < tables.length; pipe++) {
            tables[pipe] = null;
        }
    }
}
