package org.gpumediator.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.jspecify.annotations.Nullable;

/**
 * One BAR as the processors of a guest reach it: through traps, or, where the VMM maps direct
 * windows, straight through the memory behind them.
 */
public final class GuestBar {

    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final TrapRegion region;
    private final boolean mapsDirectWindows;

    GuestBar(TrapRegion region, boolean mapsDirectWindows) {
        this.region = region;
        this.mapsDirectWindows = mapsDirectWindows;
    }

    /** Returns the BAR's description. */
    public TrapRegion region() {
        return region;
    }

    /** Returns the BAR's length in bytes. */
    public long length() {
        return region.length();
    }

    /** Returns who answers trapped accesses. */
    public TrapHandler handler() {
        return region.handler();
    }

    /**
     * Reads.
     *
     * @param offset byte offset from the start of the BAR
     * @param width 1, 2, 4 or 8 bytes
     * @return the value, zero-extended
     */
    public long read(long offset, int width) {
        DirectWindow window = windowAt(offset, width);
        return window == null
                ? region.handler().read(offset, width)
                : get(window.backing().segment(), within(window, offset), width);
    }

    /**
     * Writes.
     *
     * @param offset byte offset from the start of the BAR
     * @param width 1, 2, 4 or 8 bytes
     * @param value the value; bits above {@code width} bytes are ignored
     */
    public void write(long offset, int width, long value) {
        DirectWindow window = windowAt(offset, width);
        if (window == null) {
            region.handler().write(offset, width, value);
        } else {
            put(window.backing().segment(), within(window, offset), width, value);
        }
    }

    /** Reads 32 bits. */
    public int read32(long offset) {
        return (int) read(offset, 4);
    }

    /** Writes 32 bits. */
    public void write32(long offset, int value) {
        write(offset, 4, Integer.toUnsignedLong(value));
    }

    /** Reads 64 bits in one access. */
    public long read64(long offset) {
        return read(offset, 8);
    }

    /** Writes 64 bits in one access. */
    public void write64(long offset, long value) {
        write(offset, 8, value);
    }

    private @Nullable DirectWindow windowAt(long offset, int width) {
        if (!mapsDirectWindows) {
            return null;
        }
        for (DirectWindow window : region.directWindows()) {
            if (offset >= window.offset() && offset <= window.offset() + window.length() - width) {
                return window;
            }
        }
        return null;
    }

    private static long within(DirectWindow window, long offset) {
        return window.backingOffset() + (offset - window.offset());
    }

    private static long get(MemorySegment from, long at, int width) {
        return switch (width) {
            case 1 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
            case 2 -> from.get(LE16, at) & 0xffffL;
            case 4 -> Integer.toUnsignedLong(from.get(LE32, at));
            default -> from.get(LE64, at);
        };
    }

    private static void put(MemorySegment to, long at, int width, long value) {
        switch (width) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> to.set(LE16, at, (short) value);
            case 4 -> to.set(LE32, at, (int) value);
            default -> to.set(LE64, at, value);
        }
    }
}
