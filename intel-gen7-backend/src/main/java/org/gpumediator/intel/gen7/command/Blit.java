package org.gpumediator.intel.gen7.command;

/**
 * Where blitter commands have what the audits read. Dwords are counted from the command's first.
 *
 * <p>Sources: XenGT opcode table; Mesa and i915 users of the blitter.
 */
final class Blit {

    /** DW0: the source is tiled. */
    static final int TILED_SOURCE = 1 << 15;

    /** DW0: the destination is tiled. */
    static final int TILED_DESTINATION = 1 << 11;

    /** DW0 of blits with a monochrome source: in which bit of its byte each line begins. */
    static final int MONO_BIT = 17;

    /** BR13: pitch in bits 15:0, colour depth in bits 25:24. */
    static final int FORMAT = 1;

    /** BR13 of COLOR_BLT and SRC_COPY_BLT: from the base to lower addresses. */
    static final int RIGHT_TO_LEFT = 1 << 30;

    /** XY commands: first corner, corner behind the last pixel, base. */
    static final int FROM = 2;

    static final int TO = 3;
    static final int BASE = 4;

    /** XY commands with a source: its first corner, pitch and base. */
    static final int SOURCE_FROM = 5;

    static final int SOURCE_PITCH = 6;
    static final int SOURCE = 7;

    /** XY commands with a monochrome source: where it is. */
    static final int MONO_SOURCE = 5;

    /** Commands that draw with what was set up: first corner and corner behind the last pixel. */
    static final int DRAWN_FROM = 1;

    static final int DRAWN_TO = 2;

    /** XY_TEXT_BLT: the monochrome source. */
    static final int GLYPHS = 3;

    /** COLOR_BLT and SRC_COPY_BLT: height and width in bytes, base, and those of the source. */
    static final int LINEAR_SIZE = 2;

    static final int LINEAR_BASE = 3;
    static final int LINEAR_SOURCE_PITCH = 4;
    static final int LINEAR_SOURCE = 5;

    /** A pattern is 8 by 8. */
    static final int PATTERN_PIXELS = 64;

    private static final int DEPTH_SHIFT = 24;
    private static final int DEPTH_MASK = 3;

    private Blit() {}

    static int x(int corner) {
        return (short) corner;
    }

    static int y(int corner) {
        return corner >> 16;
    }

    static int width(int size) {
        return size & 0xffff;
    }

    static int height(int size) {
        return size >>> 16;
    }

    static int pitch(int format) {
        return (short) format;
    }

    /** Returns the binary logarithm of the bytes per pixel: 8, 16, 16 or 32 bits. */
    static int pixelShift(int format) {
        return (format >>> DEPTH_SHIFT & DEPTH_MASK) + 1 >> 1;
    }
}
