package org.gpumediator.core.pci;

import java.util.Arrays;

/**
 * The bytes of a configuration space: parallel arrays of values and masks up to the last register,
 * zeros behind it. Knows nothing of what a register does. Not safe for use by multiple threads.
 */
final class ConfigBytes {

    private final int length;
    private byte[] values;
    private final byte[] resetValues;
    private final byte[] writableMask;
    private final byte[] oneToClearMask;
    private final byte[] frozenMask;
    private final byte[] freezeOf;
    private final byte[] deviceMask;
    private final ConfigLayout.Freeze[] freezes;

    /** Takes a finished layout over: nobody may change it afterwards. */
    ConfigBytes(ConfigLayout layout) {
        length = layout.length();
        resetValues = layout.resetValues;
        values = resetValues.clone();
        writableMask = layout.writableMask;
        oneToClearMask = layout.oneToClearMask;
        frozenMask = layout.frozenMask;
        freezeOf = layout.freezeOf;
        deviceMask = layout.deviceMask;
        freezes = layout.freezes.toArray(ConfigLayout.Freeze[]::new);
    }

    static boolean isWidth(int width) {
        return width == 1 || width == 2 || width == 4;
    }

    int length() {
        return length;
    }

    /** Reads up to four bytes at any offset; bytes outside are ones. */
    int read(int offset, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            int octet = at < 0 || at >= length ? 0xff : at < values.length ? values[at] & 0xff : 0;
            value |= octet << (8 * i);
        }
        return value;
    }

    /** Writes as a guest does: through the masks. */
    void write(int offset, int width, int value) {
        int frozen = frozenBits(offset, width);
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            if (isRegister(at)) {
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
        if (offset + width > values.length) {
            values = Arrays.copyOf(values, offset + width);
        }
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
        values = Arrays.copyOf(resetValues, values.length);
    }

    /** Takes over what the guest or the device could have made of the space; nothing else. */
    void restore(byte[] saved) {
        reset();
        for (int i = 0; i < resetValues.length; i++) {
            int mask = writableMask[i] | oneToClearMask[i] | deviceMask[i];
            values[i] = (byte) (resetValues[i] & ~mask | saved[i] & mask);
        }
    }

    byte[] copy() {
        return Arrays.copyOf(values, length);
    }

    private int frozenBits(int offset, int width) {
        int frozen = 0;
        for (int i = 0; i < width; i++) {
            int at = offset + i;
            if (isRegister(at) && freezeOf[at] != 0) {
                ConfigLayout.Freeze rule = freezes[freezeOf[at] - 1];
                if ((read(rule.guardOffset(), 4) & rule.guardMask()) != 0) {
                    frozen |= (frozenMask[at] & 0xff) << (8 * i);
                }
            }
        }
        return frozen;
    }

    private boolean isRegister(int at) {
        return at >= 0 && at < resetValues.length;
    }
}
