package org.gpumediator.testkit.haswell;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** A surface as the blitter addresses it: rows of bytes, linear or tiled. */
final class BlitSurface {

    private static final int PAGE = 4096;

    /** How a surface is laid out, with the bytes of a row that lie together. */
    enum Tiling {
        LINEAR(PAGE),
        X(512),
        Y(16);

        private final int run;

        Tiling(int run) {
            this.run = run;
        }
    }

    private final Translator memory;
    private long base;
    private int pitch;
    private int space;
    private Tiling tiling = Tiling.LINEAR;

    BlitSurface(Translator memory) {
        this.memory = memory;
    }

    /** Sets the surface; the pitch is in bytes and may be negative where it is linear. */
    void set(int address, int pitchBytes, Tiling layout, int addressSpace) {
        tiling = layout;
        base = Integer.toUnsignedLong(layout == Tiling.LINEAR ? address : address & -PAGE);
        pitch = pitchBytes;
        space = addressSpace;
    }

    /** Returns whether a copy to this surface must start with the last row. */
    boolean overlapsAfter(int row, int column, BlitSurface source, int fromRow, int fromColumn) {
        if (base == source.base && tiling == source.tiling) {
            return pitch < 0 ? row < fromRow : row > fromRow;
        }
        return address(row, column) > source.address(fromRow, fromColumn) == pitch >= 0;
    }

    void read(int row, int column, byte[] to, int length) {
        int done = 0;
        while (done < length) {
            long address = address(row, column + done);
            int run = Math.min(length - done, runAt(address, column + done));
            int slot = memory.slot(address, space, BusFault.Access.READ);
            if (slot < 0) {
                Arrays.fill(to, done, done + run, (byte) -1);
            } else {
                get(slot, address, to, done, run);
            }
            done += run;
        }
    }

    void write(int row, int column, byte[] from, int length) {
        int done = 0;
        while (done < length) {
            long address = address(row, column + done);
            int run = Math.min(length - done, runAt(address, column + done));
            int slot = memory.slot(address, space, BusFault.Access.WRITE);
            if (slot >= 0) {
                put(slot, address, from, done, run);
            }
            done += run;
        }
    }

    private long address(int row, int column) {
        long inside =
                switch (tiling) {
                    case LINEAR -> (long) row * pitch + column;
                    case X -> Aperture.tileX(row, column, pitch);
                    case Y -> Aperture.tileY(row, column, pitch);
                };
        return base + inside & 0xffff_ffffL;
    }

    private int runAt(long address, int column) {
        int from = tiling == Tiling.LINEAR ? (int) address : column;
        return tiling.run - (from & tiling.run - 1);
    }

    private void get(int slot, long address, byte[] to, int at, int length) {
        MemorySegment segment = memory.segmentOf(slot);
        long offset = memory.offsetOf(slot) + (address & PAGE - 1);
        try {
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, to, at, length);
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            memory.vanished(address, BusFault.Access.READ);
            Arrays.fill(to, at, at + length, (byte) -1);
        }
    }

    private void put(int slot, long address, byte[] from, int at, int length) {
        MemorySegment segment = memory.segmentOf(slot);
        long offset = memory.offsetOf(slot) + (address & PAGE - 1);
        try {
            MemorySegment.copy(from, at, segment, ValueLayout.JAVA_BYTE, offset, length);
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            memory.vanished(address, BusFault.Access.WRITE);
        }
    }
}
