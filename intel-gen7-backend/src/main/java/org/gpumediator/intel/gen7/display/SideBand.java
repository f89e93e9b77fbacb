package org.gpumediator.intel.gen7.display;

import java.util.HashMap;
import java.util.Map;

/**
 * The registers behind the platform hub's side band (clock and PHY settings): what was written is
 * read back. A driver uses a few dozen; more than {@value #MOST} are not kept.
 *
 * <p>Source: Linux i915 reads the pixel clock of the analog port back from them after a mode set.
 */
public final class SideBand {

    static final int MOST = 512;

    private final Map<Integer, Integer> values = new HashMap<>();

    /** Returns a register; 0 where nothing was written. */
    public synchronized int read(int address) {
        return values.getOrDefault(address, 0);
    }

    /** Keeps a register. */
    public synchronized void write(int address, int value) {
        if (values.size() < MOST || values.containsKey(address)) {
            values.put(address, value);
        }
    }

    /** Forgets everything. */
    public synchronized void reset() {
        values.clear();
    }
}
