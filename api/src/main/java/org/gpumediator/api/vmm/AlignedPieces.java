package org.gpumediator.api.vmm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Cuts a run of bytes into the accesses a bus would make of it. */
final class AlignedPieces {

    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private AlignedPieces() {}

    /**
     * Returns the widest naturally aligned access at {@code offset} that fits into {@code left}
     * bytes.
     */
    static int widthAt(long offset, long left) {
        int width = 8;
        while ((offset & (width - 1)) != 0 || width > left) {
            width >>= 1;
        }
        return width;
    }

    static long get(MemorySegment from, long at, int width) {
        return switch (width) {
            case 1 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
            case 2 -> from.get(LE16, at) & 0xffffL;
            case 4 -> Integer.toUnsignedLong(from.get(LE32, at));
            default -> from.get(LE64, at);
        };
    }

    static void put(MemorySegment to, long at, int width, long value) {
        switch (width) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> to.set(LE16, at, (short) value);
            case 4 -> to.set(LE32, at, (int) value);
            default -> to.set(LE64, at, value);
        }
    }

    static long elements(MemorySegment run, int width) {
        if (width != 1 && width != 2 && width != 4 && width != 8) {
            throw new IllegalArgumentException("width " + width + ": expected 1, 2, 4 or 8");
        }
        if (run.byteSize() % width != 0) {
            throw new IllegalArgumentException(
                    "length " + run.byteSize() + ": expected a multiple of the width " + width);
        }
        return run.byteSize() / width;
    }
}
