package org.gpumediator.testkit.haswell;

import java.util.Arrays;

/**
 * The pattern operand of a blit: one colour, or 8 by 8 pixels in colour or in two colours, of which
 * the background may be left alone.
 */
final class BlitPattern {

    private static final int SIDE = 8;

    /** Rows of the fixed patterns, highest byte first; bit 7 of a byte is the leftmost pixel. */
    // spotless:off
    private static final long[] FIXED = {
        0x0000_00ff_0000_0000L, // horizontal lines
        0x0808_0808_0808_0808L, // vertical lines
        0x8040_2010_0804_0201L, // diagonal down
        0x0102_0408_1020_4080L, // diagonal up
        0x0808_08ff_0808_0808L, // cross
        0x8142_2418_1824_4281L, // diagonal cross
        0, 0,
        0xaa55_aa55_aa55_aa55L, // screen door
        0xcccc_3333_cccc_3333L, // wide screen door
        0x8020_0802_4010_0401L, // walking bit, one
        0x7fdf_f7fd_bfef_fbfeL, // walking bit, zero
        0, 0, 0, 0,
    };
    // spotless:on

    private final byte[] pixels = new byte[SIDE * SIDE * 4];
    private final boolean[] kept = new boolean[SIDE * SIDE];
    private boolean solid;
    private boolean transparent;
    private int pixelBytes;
    private int seedX;
    private int seedY;

    void setSolid(int colour, int bytesPerPixel) {
        solid = true;
        transparent = false;
        pixelBytes = bytesPerPixel;
        put(pixels, 0, colour, bytesPerPixel);
    }

    /** Takes pixels from memory or from a command, row by row without gaps. */
    byte[] setColour(int bytesPerPixel) {
        solid = false;
        transparent = false;
        pixelBytes = bytesPerPixel;
        return pixels;
    }

    /** Takes two colours; row 0 is the lowest byte. */
    void setMono(long bits, int background, int foreground, boolean keep, int bytesPerPixel) {
        solid = false;
        transparent = keep;
        pixelBytes = bytesPerPixel;
        for (int i = 0; i < SIDE * SIDE; i++) {
            boolean set = (bits >>> 8 * (i / SIDE) + 7 - i % SIDE & 1) != 0;
            put(pixels, i * bytesPerPixel, set ? foreground : background, bytesPerPixel);
            kept[i] = keep && !set;
        }
    }

    void setFixed(int which, int background, int foreground, boolean keep, int bytesPerPixel) {
        setMono(Long.reverseBytes(FIXED[which & 15]), background, foreground, keep, bytesPerPixel);
    }

    /** Sets the pattern's pixel that lies at the first pixel of the destination. */
    void seed(int x, int y) {
        seedX = x;
        seedY = y;
    }

    boolean transparent() {
        return transparent;
    }

    /**
     * Fills a row.
     *
     * @param x pixels from the left edge of the destination, before clipping
     * @param y rows from its top
     */
    void fill(byte[] row, int x, int y, int count) {
        int bytes = pixelBytes;
        if (solid) {
            repeat(row, pixels, 0, bytes, count * bytes);
            return;
        }
        int line = (y + seedY & SIDE - 1) * SIDE;
        for (int i = 0; i < count; i++) {
            int from = (line + (x + i + seedX & SIDE - 1)) * bytes;
            for (int b = 0; b < bytes; b++) {
                row[i * bytes + b] = pixels[from + b];
            }
        }
    }

    /** Clears the mask where the pattern leaves the destination alone. */
    void mask(byte[] mask, int x, int y, int count) {
        int line = (y + seedY & SIDE - 1) * SIDE;
        for (int i = 0; i < count; i++) {
            if (kept[line + (x + i + seedX & SIDE - 1)]) {
                Arrays.fill(mask, i * pixelBytes, (i + 1) * pixelBytes, (byte) 0);
            }
        }
    }

    static void put(byte[] to, int at, int colour, int bytes) {
        for (int b = 0; b < bytes; b++) {
            to[at + b] = (byte) (colour >>> 8 * b);
        }
    }

    private static void repeat(byte[] to, byte[] from, int at, int unit, int length) {
        if (length == 0) {
            return;
        }
        System.arraycopy(from, at, to, 0, unit);
        for (int done = unit; done < length; done *= 2) {
            System.arraycopy(to, 0, to, done, Math.min(done, length - done));
        }
    }
}
