package org.gpumediator.core.pci;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the registers of a configuration space while it is built, and who owns each byte. Arrays
 * reach up to the last register only: of an extended space hardly anything is used.
 */
final class ConfigLayout {

    /**
     * Bits that are read-only while another register says so.
     *
     * @param guardOffset byte offset of that register
     * @param guardMask the bits of its four bytes of which any set one freezes
     */
    record Freeze(int guardOffset, int guardMask) {}

    byte[] resetValues = {};
    byte[] writableMask = {};
    byte[] oneToClearMask = {};
    byte[] frozenMask = {};
    byte[] freezeOf = {};

    /** Bits that the device itself may change, and a restored state therefore may too. */
    byte[] deviceMask = {};

    final List<Freeze> freezes = new ArrayList<>();
    private final int length;
    private @Nullable String[] owner = {};

    ConfigLayout(int length) {
        this.length = length;
        reach(Math.min(length, ConfigHeader.CONVENTIONAL_LENGTH));
    }

    int length() {
        return length;
    }

    private void reach(int end) {
        if (end > owner.length) {
            resetValues = Arrays.copyOf(resetValues, end);
            writableMask = Arrays.copyOf(writableMask, end);
            oneToClearMask = Arrays.copyOf(oneToClearMask, end);
            frozenMask = Arrays.copyOf(frozenMask, end);
            freezeOf = Arrays.copyOf(freezeOf, end);
            deviceMask = Arrays.copyOf(deviceMask, end);
            owner = Arrays.copyOf(owner, end);
        }
    }

    /** Takes a run of bytes for a named owner. */
    void claim(String name, int offset, int bytes) {
        if (offset < 0 || bytes < 1 || offset > length - bytes) {
            throw new IllegalArgumentException(
                    "%s at 0x%x, %d bytes: expected to lie inside a space of %d bytes"
                            .formatted(name, offset, bytes, length));
        }
        reach(offset + bytes);
        for (int i = offset; i < offset + bytes; i++) {
            if (owner[i] != null) {
                throw new IllegalArgumentException(
                        "%s at 0x%x: byte 0x%x belongs to %s".formatted(name, offset, i, owner[i]));
            }
            owner[i] = name;
        }
    }

    /**
     * Finds free bytes.
     *
     * @return the lowest multiple of four at or above {@code from} with {@code bytes} free bytes
     *     below {@code limit}
     */
    int free(String name, int bytes, int from, int limit) {
        int run = 0;
        for (int i = from; i < limit; i++) {
            boolean free = i >= owner.length || owner[i] == null;
            run = free && (run > 0 || (i & 3) == 0) ? run + 1 : 0;
            if (run == bytes) {
                return i - bytes + 1;
            }
        }
        throw new IllegalArgumentException(
                "%s: no %d free bytes from 0x%x to 0x%x".formatted(name, bytes, from, limit));
    }

    /** Sets reset value and masks of a register that lies in claimed bytes. */
    void field(int offset, int width, int reset, int writable, int oneToClear) {
        for (int i = 0; i < width; i++) {
            int shift = 8 * i;
            resetValues[offset + i] = (byte) (reset >>> shift);
            writableMask[offset + i] = (byte) ((writable & ~oneToClear) >>> shift);
            oneToClearMask[offset + i] = (byte) (oneToClear >>> shift);
        }
    }

    /** Marks a register as one that the device itself may change. */
    void deviceOwned(int offset, int width) {
        Arrays.fill(deviceMask, offset, offset + width, (byte) -1);
    }

    /** Freezes bits of a register while any of {@code guardMask} is set elsewhere. */
    void freeze(int offset, int width, int mask, int guardOffset, int guardMask) {
        reach(Math.min(offset + width, length));
        freezes.add(new Freeze(guardOffset, guardMask));
        if (freezes.size() > Byte.MAX_VALUE) {
            throw new IllegalArgumentException(
                    freezes.size() + " freezing rules: expected at most " + Byte.MAX_VALUE);
        }
        for (int i = 0; i < width; i++) {
            frozenMask[offset + i] = (byte) (mask >>> (8 * i));
            freezeOf[offset + i] = (byte) freezes.size();
        }
    }
}
