package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import org.gpumediator.api.event.GuestFaultKind;

/**
 * Audits the 2D blitter: every byte a blit may touch, computed from base, pitch, rectangle and
 * colour depth, must lie in the range of the slice that holds the base.
 *
 * <p>Clipping only makes a blit smaller and is ignored. A tiled surface may be X or Y tiled, as a
 * register says that unprivileged batches may change: it has to fit as both, whichever way the
 * hardware rounds a pitch that is no multiple of a tile's, and its pitch is positive. Commands that
 * draw with a destination that was set up before are legal only after the setup in the same run of
 * commands: another batch, audited or not, may have set up something else.
 *
 * <p>Sources: XenGT opcode table for the address positions; Mesa and i915 users of the blitter for
 * BR13 and tiling bits.
 */
final class BlitAudit {

    private static final int TILED_SOURCE = 1 << 15;
    private static final int TILED_DESTINATION = 1 << 11;
    private static final int DEPTH_SHIFT = 24;
    private static final int DEPTH_MASK = 3;

    /** Of COLOR_BLT and SRC_COPY_BLT, in BR13: from the base to lower addresses. */
    private static final int RIGHT_TO_LEFT = 1 << 30;

    private static final int X_TILE_WIDTH = 512;
    private static final int Y_TILE_WIDTH = 128;
    private static final int Y_TILE_ROWS = 32;
    private static final int TILE_BYTES = 4096;
    private static final int PATTERN_PIXELS = 64;

    /** The sign bits of both coordinates of a corner. */
    private static final int SIGNS = 0x8000_8000;

    private final AuditState state;

    private boolean setUp;
    private int setupBase;
    private int setupFormat;
    private boolean setupTiled;

    BlitAudit(AuditState state) {
        this.state = state;
    }

    /** Forgets the destination that was set up: what runs next may come from anywhere. */
    void forgetSetup() {
        setUp = false;
    }

    /** Keeps what is set up where a batch is cut. */
    void keepSetup(BatchRest rest) {
        rest.setUp = setUp;
        rest.setupBase = setupBase;
        rest.setupFormat = setupFormat;
        rest.setupTiled = setupTiled;
    }

    /** Goes on with what was set up: nothing else has run on the engine in between. */
    void takeSetup(BatchRest rest) {
        setUp = rest.setUp;
        setupBase = rest.setupBase;
        setupFormat = rest.setupFormat;
        setupTiled = rest.setupTiled;
    }

    void setup(int[] d, int at, int length, int row, boolean withPattern) {
        setUp = false;
        if (length < (withPattern ? 8 : 5)) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        if (!state.bounds.contains(toUnsignedLong(d[at + 4]), 1)) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 4]));
            return;
        }
        if (withPattern && !pattern(d, at, length, row, 7, d[at + 1])) {
            return;
        }
        setUp = true;
        setupBase = d[at + 4];
        setupFormat = d[at + 1];
        setupTiled = (d[at] & TILED_DESTINATION) != 0;
    }

    void pixel(int[] d, int at, int length, int row) {
        if (length < 2) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int x = x(d[at + 1]);
        int y = y(d[at + 1]);
        drawWithSetup(d, at, length, row, x, y, x + 1, y + 1);
    }

    void spans(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int from = d[at + 1];
        int to = d[at + 2];
        drawWithSetup(d, at, length, row, x(from), y(from), x(to), y(to));
    }

    void text(int[] d, int at, int length, int row) {
        if (length < 4) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        if (monochrome(d, at, length, row, 3, d[at + 1], d[at + 2], 0)) {
            spans(d, at, length, row);
        }
    }

    private void drawWithSetup(
            int[] d, int at, int length, int row, int x1, int y1, int x2, int y2) {
        if (!setUp) {
            state.refuse(d, at, length, GuestFaultKind.PRIVILEGED_COMMAND, row, d[at]);
        } else if (!coveredBySetup(x1, y1, x2, y2, setupTiled)
                || !coveredBySetup(x1, y1, x2, y2, (d[at] & TILED_DESTINATION) != 0)) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(setupBase));
        }
    }

    private boolean coveredBySetup(int x1, int y1, int x2, int y2, boolean tiled) {
        return covered(setupBase, x1, y1, x2, y2, setupFormat, setupFormat, tiled);
    }

    void linear(int[] d, int at, int length, int row, boolean withSource) {
        if (length < (withSource ? 6 : 5)) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int width = d[at + 2] & 0xffff;
        int height = d[at + 2] >>> 16;
        if (width == 0 || height == 0) {
            state.refuseMalformed(d, at, length, row);
        } else if (!linear(d[at + 3], width, height, d[at + 1], d[at + 1])) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 3]));
        } else if (withSource && !linear(d[at + 5], width, height, d[at + 4], d[at + 1])) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 5]));
        }
    }

    private boolean linear(int base, int width, int height, int pitch, int format) {
        boolean backwards = (format & RIGHT_TO_LEFT) != 0;
        long left = backwards ? -width : 0;
        long right = backwards ? Integer.BYTES : width;
        return rectangle(base, left, 0, right, height, (short) pitch, false);
    }

    /** Audits the destination: BR13, two corners and base in dwords 1 to 4. */
    boolean destination(int[] d, int at, int length, int row, int shortest) {
        if (length < shortest) {
            state.refuseMalformed(d, at, length, row);
            return false;
        }
        int format = d[at + 1];
        int from = d[at + 2];
        int to = d[at + 3];
        boolean tiled = (d[at] & TILED_DESTINATION) != 0;
        if (covered(d[at + 4], x(from), y(from), x(to), y(to), format, format, tiled)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 4]));
        return false;
    }

    /** Audits a source: corner, pitch and base in dwords 5 to 7; its size is the destination's. */
    boolean source(int[] d, int at, int length, int row) {
        int x = x(d[at + 5]);
        int y = y(d[at + 5]);
        int x2 = x + x(d[at + 3]) - x(d[at + 2]);
        int y2 = y + y(d[at + 3]) - y(d[at + 2]);
        boolean tiled = (d[at] & TILED_SOURCE) != 0;
        if (covered(d[at + 7], x, y, x2, y2, d[at + 6], d[at + 1], tiled)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 7]));
        return false;
    }

    /**
     * Audits a monochrome source: one bit per pixel, each line padded to at most a qword.
     *
     * @param firstBit bit of its first byte that a line begins in, {@code 0} to {@code 7}
     */
    boolean monochrome(
            int[] d, int at, int length, int row, int dword, int from, int to, int firstBit) {
        long width = (long) Math.max(0, x(to) - x(from)) + firstBit;
        long height = Math.max(0, y(to) - y(from));
        long bytes = (width + Long.SIZE - 1) / Long.SIZE * Long.BYTES * height;
        return bytes(d, at, length, row, dword, Math.max(1, bytes));
    }

    /** Audits a pattern of 8 by 8 pixels; a null address is a pattern that is not there. */
    boolean pattern(int[] d, int at, int length, int row, int dword, int format) {
        int index = at + dword;
        if ((d[index] & Mi.PAGE_MASK) == 0 && !state.bounds.contains(toUnsignedLong(d[index]), 1)) {
            d[index] |= state.bounds.home();
        }
        return bytes(d, at, length, row, dword, (long) PATTERN_PIXELS << pixelShift(format));
    }

    private boolean bytes(int[] d, int at, int length, int row, int dword, long count) {
        long graphicsAddress = toUnsignedLong(d[at + dword]);
        if (state.bounds.contains(graphicsAddress, count)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, graphicsAddress);
        return false;
    }

    /**
     * Returns whether a fill is of the usual kind: long enough, without negative coordinates or
     * pitch, and inside the slice even if it were a bit larger than it is. If not, {@link
     * #destination} says exactly.
     */
    static boolean isPlainFill(SliceBounds bounds, int[] d, int at) {
        if ((d[at] & Mi.LENGTH_MASK) < 3) {
            return false;
        }
        int base = d[at + 4];
        int format = d[at + 1];
        int from = d[at + 2];
        int to = d[at + 3];
        return ((from | to | format << 16) & SIGNS) == 0
                && inside(bounds, base, to >>> 16, to & 0xffff, format, d[at] & TILED_DESTINATION);
    }

    /** As {@link #isPlainFill}, for a copy with its source in dwords 5 to 7. */
    static boolean isPlainCopy(SliceBounds bounds, int[] d, int at) {
        if ((d[at] & Mi.LENGTH_MASK) < 6) {
            return false;
        }
        int source = d[at + 7];
        int format = d[at + 1];
        int to = d[at + 3];
        int base = d[at + 4];
        int corner = d[at + 5];
        int sourceFormat = d[at + 6];
        int signs = d[at + 2] | to | corner | (format | sourceFormat) << 16;
        int bottom = to >>> 16;
        int right = to & 0xffff;
        return (signs & SIGNS) == 0
                && inside(bounds, base, bottom, right, format, d[at] & TILED_DESTINATION)
                && inside(
                        bounds,
                        source,
                        bottom + (corner >>> 16),
                        right + (corner & 0xffff),
                        sourceFormat,
                        d[at] & TILED_SOURCE);
    }

    /** Returns whether all from the base to below and right of a corner, at 32 bits, is inside. */
    private static boolean inside(
            SliceBounds bounds, int base, int bottom, int right, int format, int tiled) {
        long pitch = format & 0xffff;
        if (tiled != 0 && (pitch == 0 || (pitch * Integer.BYTES & X_TILE_WIDTH - 1) != 0)) {
            return false;
        }
        long bytes =
                tiled == 0
                        ? bottom * pitch + right * 4L + 1
                        : (bottom + Y_TILE_ROWS) * pitch * 4
                                + (right * 4L + Y_TILE_WIDTH) * Y_TILE_ROWS;
        return bounds.contains(toUnsignedLong(base), bytes);
    }

    /** Returns whether the pixels between two corners are inside; an empty blit touches nothing. */
    private boolean covered(
            int base, int x1, int y1, int x2, int y2, int pitch, int format, boolean tiled) {
        if (x2 <= x1 || y2 <= y1) {
            return state.bounds.contains(toUnsignedLong(base), 1);
        }
        int shift = pixelShift(format);
        long left = (long) x1 << shift;
        long right = (long) x2 << shift;
        return rectangle(base, left, y1, right, y2, pitch(pitch, tiled), tiled);
    }

    /**
     * Returns whether a rectangle that is not empty is inside, and the base with it.
     *
     * @param left first byte of each line
     * @param right byte behind each line
     */
    private boolean rectangle(
            int base, long left, int top, long right, int bottom, long pitch, boolean tiled) {
        if (!tiled && pitch >= 0 && left >= 0 && top >= 0) {
            return state.bounds.contains(toUnsignedLong(base), (bottom - 1) * pitch + right);
        }
        long start = toUnsignedLong(base);
        if (tiled) {
            return pitch > 0
                    && tiles(start, left, top, right, bottom, pitch, X_TILE_WIDTH)
                    && tiles(start, left, top, right, bottom, pitch, Y_TILE_WIDTH);
        }
        long topLine = top * pitch;
        long lastLine = (bottom - 1) * pitch;
        return spans(
                start, Math.min(topLine, lastLine) + left, Math.max(topLine, lastLine) + right);
    }

    private boolean tiles(
            long start, long left, int top, long right, int bottom, long pitch, int width) {
        int rows = TILE_BYTES / width;
        long row = Math.ceilDiv(pitch, width) * TILE_BYTES;
        long topTile = Math.floorDiv(top, rows) * row;
        long lastTile = Math.floorDiv(bottom - 1, rows) * row;
        long leftTile = Math.floorDiv(left, width) * TILE_BYTES;
        long rightTile = Math.ceilDiv(right, width) * TILE_BYTES;
        return spans(
                start,
                Math.min(0, topTile) + Math.min(0, leftTile),
                Math.max(0, lastTile) + Math.max(0, rightTile));
    }

    /** Returns whether all from one offset to another is inside, and the base with it. */
    private boolean spans(long start, long first, long end) {
        long from = start + Math.min(first, 0);
        return state.bounds.contains(from, start + Math.max(end, 1) - from);
    }

    private static int x(int corner) {
        return (short) corner;
    }

    private static int y(int corner) {
        return corner >> 16;
    }

    private static long pitch(int format, boolean tiled) {
        long pitch = (short) format;
        return tiled ? pitch * Integer.BYTES : pitch;
    }

    /** Returns the binary logarithm of the bytes per pixel: 8, 16, 16 or 32 bits. */
    private static int pixelShift(int format) {
        return (format >>> DEPTH_SHIFT & DEPTH_MASK) + 1 >> 1;
    }
}
