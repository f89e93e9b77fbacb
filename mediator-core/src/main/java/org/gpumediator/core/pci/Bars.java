package org.gpumediator.core.pci;

import java.util.List;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.jspecify.annotations.Nullable;

/**
 * The six BARs and the expansion ROM: where each one is and whether it is decoded. Sizing needs no
 * code: the address bits below the length are not writable. Not safe for use by multiple threads.
 *
 * <p>Source: PCI Local Bus Specification 3.0, section 6.2.5.
 */
final class Bars {

    static final int SLOTS = 7;
    static final int ROM = 6;

    private static final int IO_LENGTH_MIN = 4;
    private static final int IO_LENGTH_MAX = 256;
    private static final int MEMORY_LENGTH_MIN = 16;
    private static final int ROM_LENGTH_MIN = 2048;
    private static final long ROM_LENGTH_MAX = 1L << 24;

    private final @Nullable BarKind[] kinds = new BarKind[SLOTS];
    private final long[] lengths = new long[SLOTS];
    private final boolean[] upperHalf = new boolean[SLOTS];
    private final long[] bases = new long[SLOTS];
    private final boolean[] decoded = new boolean[SLOTS];

    /** Declares a BAR; validates it. */
    void declare(int index, BarKind kind, long length) {
        int last = kind == BarKind.ROM ? ROM : kind.is64Bit() ? 4 : 5;
        int first = kind == BarKind.ROM ? ROM : 0;
        if (index < first || index > last) {
            throw new IllegalArgumentException(
                    "BAR index %d for %s: expected %d to %d".formatted(index, kind, first, last));
        }
        long min = minimumLength(kind);
        long max = maximumLength(kind);
        if (Long.bitCount(length) != 1 || length < min || length > max) {
            throw new IllegalArgumentException(
                    "length %d of BAR %d (%s): expected a power of two from %d to %d"
                            .formatted(length, index, kind, min, max));
        }
        boolean taken = kinds[index] != null || upperHalf[index];
        if (taken || (kind.is64Bit() && (kinds[index + 1] != null || upperHalf[index + 1]))) {
            throw new IllegalArgumentException("BAR " + index + ": slot is taken");
        }
        kinds[index] = kind;
        lengths[index] = length;
        if (kind.is64Bit()) {
            upperHalf[index + 1] = true;
        }
    }

    private static long minimumLength(BarKind kind) {
        return switch (kind) {
            case PORT_IO -> IO_LENGTH_MIN;
            case ROM -> ROM_LENGTH_MIN;
            default -> MEMORY_LENGTH_MIN;
        };
    }

    private static long maximumLength(BarKind kind) {
        return switch (kind) {
            case PORT_IO -> IO_LENGTH_MAX;
            case ROM -> ROM_LENGTH_MAX;
            case MEMORY_32, MEMORY_32_PREFETCHABLE -> 1L << 31;
            case MEMORY_64, MEMORY_64_PREFETCHABLE -> 1L << 62;
        };
    }

    /** Returns the length of a BAR in bytes, {@code 0} if there is none; never changes. */
    long length(int index) {
        return lengths[index];
    }

    /** Writes the registers of the declared BARs into a layout. */
    void layOut(ConfigLayout layout) {
        for (int i = 0; i < SLOTS; i++) {
            BarKind kind = kinds[i];
            if (kind != null) {
                long addressMask = -lengths[i];
                int low = (int) addressMask | (kind == BarKind.ROM ? ConfigHeader.ROM_ENABLE : 0);
                layout.field(offsetOf(i), 4, kind.typeBits(), low, 0);
                if (kind.is64Bit()) {
                    layout.field(offsetOf(i) + 4, 4, 0, (int) (addressMask >>> 32), 0);
                }
            }
        }
    }

    /** Writes one slot of a set of VF BARs into a capability. */
    void layOutSlot(int slot, int at, Capability.Builder builder) {
        BarKind kind = kinds[slot];
        if (kind != null) {
            builder.field(at, 4, kind.typeBits(), (int) -lengths[slot], 0);
        } else if (upperHalf[slot]) {
            builder.field(at, 4, 0, (int) (-lengths[slot - 1] >>> 32), 0);
        }
    }

    void checkInside(String what, int index, int offset, int length) {
        BarKind kind = kinds[index];
        if (kind == null || !kind.isMemory() || (long) offset + length > lengths[index]) {
            throw new IllegalArgumentException(
                    "%s at 0x%x, %d bytes: expected to lie inside memory BAR %d (%s, %d bytes)"
                            .formatted(what, offset, length, index, kind, lengths[index]));
        }
    }

    boolean has(BarKind wanted) {
        for (BarKind kind : kinds) {
            if (kind == wanted) {
                return true;
            }
        }
        return false;
    }

    boolean hasMemory() {
        for (BarKind kind : kinds) {
            if (kind != null && kind.isMemory()) {
                return true;
            }
        }
        return false;
    }

    boolean isDecoded(int index) {
        return index >= 0 && index < SLOTS && decoded[index];
    }

    long base(int index) {
        return bases[index];
    }

    /**
     * Works out again where everything is.
     *
     * @param powered whether the function is in D0; otherwise nothing is decoded
     * @param effects receives what has changed
     */
    void refresh(ConfigBytes bytes, boolean powered, List<ConfigWriteEffect> effects) {
        int command = powered ? bytes.read(ConfigHeader.COMMAND, 2) : 0;
        for (int i = 0; i < SLOTS; i++) {
            BarKind kind = kinds[i];
            if (kind != null) {
                update(i, baseOf(bytes, i, kind), decodes(bytes, i, kind, command), effects);
            }
        }
    }

    private void update(int i, long base, boolean now, List<ConfigWriteEffect> effects) {
        if (decoded[i] && now && base != bases[i]) {
            effects.add(new ConfigWriteEffect.BarMoved(i, bases[i], base, lengths[i]));
        } else if (decoded[i] != now) {
            long where = now ? base : bases[i];
            effects.add(new ConfigWriteEffect.DecodeChanged(i, where, lengths[i], now));
        }
        bases[i] = base;
        decoded[i] = now;
    }

    private long baseOf(ConfigBytes bytes, int i, BarKind kind) {
        long low = Integer.toUnsignedLong(bytes.read(offsetOf(i), 4));
        long high = kind.is64Bit() ? (long) bytes.read(offsetOf(i) + 4, 4) << 32 : 0;
        return (high | low) & -lengths[i];
    }

    private static boolean decodes(ConfigBytes bytes, int i, BarKind kind, int command) {
        int space = kind.isMemory() ? ConfigHeader.COMMAND_MEMORY : ConfigHeader.COMMAND_IO;
        boolean enabled =
                kind != BarKind.ROM || (bytes.read(offsetOf(i), 1) & ConfigHeader.ROM_ENABLE) != 0;
        return enabled && (command & space) != 0;
    }

    private static int offsetOf(int index) {
        return index == ROM ? ConfigHeader.EXPANSION_ROM : ConfigHeader.BAR_0 + 4 * index;
    }
}
