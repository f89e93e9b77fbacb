package org.gpumediator.intel.gen7.display;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/** Plain storage, as the register file keeps it. */
final class Wires implements ShadowRegisters {

    private final Map<Integer, Integer> values = new HashMap<>();

    @Override
    public int get(int offset) {
        return values.getOrDefault(offset, 0);
    }

    @Override
    public void set(int offset, int value) {
        values.put(offset, value);
    }

    @Override
    public void setBits(int offset, int bits) {
        set(offset, get(offset) | bits);
    }

    @Override
    public void clearBits(int offset, int bits) {
        set(offset, get(offset) & ~bits);
    }
}
