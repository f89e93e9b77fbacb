package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.BusSpace.LE32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.gpumediator.api.AccessWidth;

/**
 * The processor's window to graphics memory, BAR 2: through the global table, and inside a fence
 * also through its tiling.
 *
 * <p>Fence on Haswell: low dword start page, bit 1 Y tiling, bit 0 valid; high dword last page, and
 * pitch in units of 128 bytes less one. X tile: 8 rows of 512 bytes. Y tile: 32 rows of 128 bytes
 * in columns of 16. Bit-6 swizzling is off. Source: i915 gen7 fence registers.
 */
final class Aperture {

    static final int TILE_BYTES = 4096;

    private static final int PAGE_MASK = 0xffff_f000;
    private static final int PAGE = 4096;
    private static final int VALID = 1;
    private static final int TILED_Y = 2;
    private static final int PITCH_MASK = 0xfff;
    private static final int PITCH_UNIT = 128;

    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Translator translator;
    private final long length;
    private final int[] low = new int[Registers.FENCES];
    private final int[] high = new int[Registers.FENCES];
    private int valid;

    Aperture(Translator translator, long length) {
        this.translator = translator;
        this.length = length;
    }

    long length() {
        return length;
    }

    void reset() {
        valid = 0;
        Arrays.fill(low, 0);
        Arrays.fill(high, 0);
    }

    /** Takes a write to a fence register; {@code offset} from the first one. */
    void setFence(int offset, int value) {
        int fence = offset >>> 3;
        if ((offset & 4) != 0) {
            high[fence] = value;
        } else {
            low[fence] = value;
            valid = valid & ~(1 << fence) | (value & VALID) << fence;
        }
    }

    long read(long offset, int width) {
        long address = detile(offset);
        int slot = translator.slot(address, Translator.GLOBAL, BusFault.Access.READ);
        if (slot < 0) {
            return AccessWidth.ones(width);
        }
        MemorySegment segment = translator.segmentOf(slot);
        long at = translator.offsetOf(slot) + (address & PAGE - 1);
        try {
            return switch (width) {
                case 1 -> segment.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
                case 2 -> segment.get(LE16, at) & 0xffffL;
                case 4 -> Integer.toUnsignedLong(segment.get(LE32, at));
                default -> segment.get(LE64, at);
            };
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            translator.vanished(address, BusFault.Access.READ);
            return AccessWidth.ones(width);
        }
    }

    void write(long offset, int width, long value) {
        long address = detile(offset);
        int slot = translator.slot(address, Translator.GLOBAL, BusFault.Access.WRITE);
        if (slot < 0) {
            return;
        }
        MemorySegment segment = translator.segmentOf(slot);
        long at = translator.offsetOf(slot) + (address & PAGE - 1);
        try {
            switch (width) {
                case 1 -> segment.set(ValueLayout.JAVA_BYTE, at, (byte) value);
                case 2 -> segment.set(LE16, at, (short) value);
                case 4 -> segment.set(LE32, at, (int) value);
                default -> segment.set(LE64, at, value);
            }
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            translator.vanished(address, BusFault.Access.WRITE);
        }
    }

    private long detile(long offset) {
        for (int left = valid; left != 0; left &= left - 1) {
            int fence = Integer.numberOfTrailingZeros(left);
            long start = Integer.toUnsignedLong(low[fence] & PAGE_MASK);
            long end = Integer.toUnsignedLong(high[fence] & PAGE_MASK) + PAGE;
            if (offset >= start && offset < end) {
                int pitch = ((high[fence] & PITCH_MASK) + 1) * PITCH_UNIT;
                long inside = offset - start;
                long row = inside / pitch;
                int column = (int) (inside % pitch);
                return start
                        + ((low[fence] & TILED_Y) != 0
                                ? tileY(row, column, pitch)
                                : tileX(row, column, pitch));
            }
        }
        return offset;
    }

    /** Returns where byte {@code column} of a row is in an X-tiled surface of this pitch. */
    static long tileX(long row, int column, int pitch) {
        long tile = (row >> 3) * Math.max(1, pitch >> 9) + (column >> 9);
        return tile * TILE_BYTES + ((row & 7) << 9) + (column & 511);
    }

    /** Returns where byte {@code column} of a row is in a Y-tiled surface of this pitch. */
    static long tileY(long row, int column, int pitch) {
        long tile = (row >> 5) * Math.max(1, pitch >> 7) + (column >> 7);
        return tile * TILE_BYTES + ((column & 127) >> 4 << 9) + ((row & 31) << 4) + (column & 15);
    }
}
