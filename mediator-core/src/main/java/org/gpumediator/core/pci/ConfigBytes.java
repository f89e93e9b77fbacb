package org.gpumediator.core.pci;

import java.util.Arrays;

/**
 * The bytes of a configuration space: parallel arrays of values and masks. Knows nothing of what a
 * register does. Not safe for use by multiple threads.
 */
final class ConfigBytes {

    private final byte[] values;
    private final byte[] resetValues;
    private final byte[] writableMask;
    private final byte[] oneToClearMask;
    private final byte[] frozenMask;
    private final byte[] freezeOf;
    private final byte[] deviceMask;
    private final ConfigLayout.Freeze[] freezes;

    ConfigBytes(ConfigLayout layout) {
        resetValues = layout.resetValues.clone();
        values = resetValues.clone();
        writableMask = layout.writableMask.clone();
        oneToClearMask = layout.oneToClearMask.clone();
        frozenMask = layout.frozenMask.clone();
        freezeOf = layout.freezeOf.clone();
        deviceMask = layout.deviceMask.clone();
        freezes = layout.freezes.toArray(ConfigLayout.Freeze[]::new);
    }

    static boolean isWidth(int width) {
        return width == 1 || width == 2 || width == 4;
    }

    int length() {
        return values.length;
    }

    /** Reads up to four bytes at any offset; bytes outside are ones. */
    int read(int offset, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            int octet = contains(at) ? values[at] & 0xff : 0xff;
            value |= octet << (8 * i);
        }
        return value;
    }

    /** Writes as a guest does: through the masks. */
    void write(int offset, int width, int value) {
        int frozen = frozenBits(offset, width);
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            if (contains(at)) {
                int octet = value >>> (8 * i);
                int open = ~(frozen >>> (8 * i));
                int writable = writableMask[at] & open;
                int cleared = octet & oneToClearMask[at] & open;
                values[at] = (byte) ((values[at] & ~writable | octet & writable) & ~cleared);
            }
        }
    }

    /** Writes as the device does: every bit. The caller keeps inside the space. */
    void set(int offset, int width, int value) {
        for (int i = 0; i < width; i++) {
            values[offset + i] = (byte) (value >>> (8 * i));
        }
    }

    /** Sets or clears some bits of a 16-bit register. */
    void setBits(int offset, int mask, boolean on) {
        int old = read(offset, 2);
        set(offset, 2, on ? old | mask : old & ~mask);
    }

    void reset() {
        System.arraycopy(resetValues, 0, values, 0, values.length);
    }

    /** Takes over what the guest or the device could have made of the space; nothing else. */
    void restore(byte[] saved) {
        for (int i = 0; i < values.length; i++) {
            int mask = writableMask[i] | oneToClearMask[i] | deviceMask[i];
            values[i] = (byte) (resetValues[i] & ~mask | saved[i] & mask);
        }
    }

    byte[] copy() {
        return Arrays.copyOf(values, values.length);
    }

    private int frozenBits(int offset, int width) {
        int frozen = 0;
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            if (contains(at) && freezeOf[at] != 0) {
                ConfigLayout.Freeze rule = freezes[freezeOf[at] - 1];
                if ((read(rule.guardOffset(), 4) & rule.guardMask()) != 0) {
                    frozen |= (frozenMask[at] & 0xff) << (8 * i);
                }
            }
        }
        return frozen;
    }

    private boolean contains(int at) {
        return at >= 0 && at < values.length;
    }
}
