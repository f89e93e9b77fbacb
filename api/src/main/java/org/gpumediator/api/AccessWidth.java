package org.gpumediator.api;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Widths of accesses in bytes: 1, 2, 4 and 8 are what a bus carries. Values are zero-extended, and
 * little-endian in memory.
 */
public final class AccessWidth {

    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private AccessWidth() {}

    /** Returns whether a width is 1, 2, 4 or 8. */
    public static boolean isLegal(int width) {
        return width >= 1 && width <= Long.BYTES && (width & width - 1) == 0;
    }

    /**
     * Returns what a bus reads where nobody answers.
     *
     * @param width any value
     * @return that many bytes of ones; 8 of them for a width that is not legal
     */
    public static long ones(int width) {
        return isLegal(width) ? -1L >>> Long.SIZE - Byte.SIZE * width : -1L;
    }

    /**
     * Returns a mask of the lowest bytes of a value.
     *
     * @param width any value
     * @return that many bytes of ones; 8 of them below 1 and from 8 on
     */
    public static long lowBytes(int width) {
        return width >= 1 && width < Long.BYTES ? (1L << Byte.SIZE * width) - 1 : -1L;
    }

    /**
     * Returns the widest naturally aligned access at an offset.
     *
     * @param offset any value
     * @param left how many bytes it may reach at most, 1 or more
     * @return 1, 2, 4 or 8
     */
    public static int widestAt(long offset, long left) {
        int width = Long.BYTES;
        while ((offset & width - 1) != 0 || width > left) {
            width >>= 1;
        }
        return width;
    }

    /**
     * Reads a value from memory, at any alignment.
     *
     * @param width 1, 2, 4 or 8
     * @return the value, zero-extended
     * @throws IndexOutOfBoundsException if it is not all inside
     */
    public static long get(MemorySegment from, long at, int width) {
        return switch (width) {
            case 1 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
            case 2 -> from.get(LE16, at) & 0xffffL;
            case 4 -> Integer.toUnsignedLong(from.get(LE32, at));
            default -> from.get(LE64, at);
        };
    }

    /**
     * Writes a value to memory, at any alignment.
     *
     * @param width 1, 2, 4 or 8
     * @param value its low bytes are written
     * @throws IndexOutOfBoundsException if it is not all inside
     */
    public static void put(MemorySegment to, long at, int width, long value) {
        switch (width) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> to.set(LE16, at, (short) value);
            case 4 -> to.set(LE32, at, (int) value);
            default -> to.set(LE64, at, value);
        }
    }
}
