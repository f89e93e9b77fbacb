package org.gpumediator.testkit.haswell;

import java.util.function.IntBinaryOperator;

/** A blitter written pixel by pixel, to compare with. */
final class BlitReference {

    /** A surface: where the byte of a row is. */
    record Surface(int base, int pitch, char tiling) {

        int at(int x, int y) {
            return base
                    + switch (tiling) {
                        case 'X' ->
                                (y / 8 * (pitch / 512) + x / 512) * 4096 + y % 8 * 512 + x % 512;
                        case 'Y' ->
                                (y / 32 * (pitch / 128) + x / 128) * 4096
                                        + x % 128 / 16 * 512
                                        + y % 32 * 16
                                        + x % 16;
                        default -> y * pitch + x;
                    };
        }
    }

    /** Marks a pixel that is to be left alone. */
    static final int KEEP = 0x0bad_0bad;

    final byte[] before;
    final byte[] after;
    int bytes = 4;
    int rop = 0xcc;
    int mask = -1;
    int clipLeft = Integer.MIN_VALUE;
    int clipTop = Integer.MIN_VALUE;
    int clipRight = Integer.MAX_VALUE;
    int clipBottom = Integer.MAX_VALUE;

    BlitReference(byte[] memory) {
        before = memory.clone();
        after = memory;
    }

    int pixel(Surface surface, int x, int y) {
        int value = 0;
        for (int b = 0; b < bytes; b++) {
            value |= (before[surface.at(x * bytes + b, y)] & 0xff) << 8 * b;
        }
        return value;
    }

    /** Blits; the operators give source and pattern of a pixel of the rectangle, from 0. */
    void blit(
            Surface to,
            int x1,
            int y1,
            int x2,
            int y2,
            IntBinaryOperator source,
            IntBinaryOperator pattern) {
        for (int y = y1; y < y2; y++) {
            for (int x = x1; x < x2; x++) {
                if (x < clipLeft || x >= clipRight || y < clipTop || y >= clipBottom) {
                    continue;
                }
                int s = source.applyAsInt(x - x1, y - y1);
                int p = pattern.applyAsInt(x - x1, y - y1);
                if (s == KEEP || p == KEEP) {
                    continue;
                }
                int d = pixel(to, x, y);
                int result = 0;
                for (int bit = 0; bit < 32; bit++) {
                    int index = (p >>> bit & 1) << 2 | (s >>> bit & 1) << 1 | d >>> bit & 1;
                    result |= (rop >>> index & 1) << bit;
                }
                result = d & ~mask | result & mask;
                for (int b = 0; b < bytes; b++) {
                    after[to.at(x * bytes + b, y)] = (byte) (result >>> 8 * b);
                }
            }
        }
    }
}
