package org.gpumediator.testkit.ada;

import org.gpumediator.api.AccessWidth;

/**
 * Registers of 32 bits that a bus may access in pieces or in aligned pairs. Used under the board's
 * lock.
 */
abstract class DwordRegisters {

    /** Reads a register, with what that does. */
    abstract int read(int offset);

    /** Returns what the rest of a register is when a piece of it is written. */
    abstract int held(int offset);

    /** Writes a register, with what that does. */
    abstract void write(int offset, int value);

    /** Reads a piece of any width that does not cross a dword, or an aligned pair of dwords. */
    final long read(int offset, int width) {
        if (width == 8) {
            return Integer.toUnsignedLong(read(offset)) | (long) read(offset + 4) << 32;
        }
        return Integer.toUnsignedLong(read(offset & ~3)) >>> 8 * (offset & 3)
                & AccessWidth.ones(width);
    }

    /** Writes a piece of any width that does not cross a dword, or an aligned pair of dwords. */
    final void write(int offset, int width, long value) {
        if (width == 8) {
            write(offset, (int) value);
            write(offset + 4, (int) (value >>> 32));
        } else if (width == 4) {
            write(offset, (int) value);
        } else {
            int shift = 8 * (offset & 3);
            int mask = (width == 1 ? 0xff : 0xffff) << shift;
            write(offset & ~3, held(offset & ~3) & ~mask | (int) value << shift & mask);
        }
    }
}
