package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import org.gpumediator.api.event.GuestFaultKind;

/**
 * Audits the 2D blitter: every byte a blit may touch, computed from base, pitch, rectangle and
 * colour depth, must lie in the range of the slice that holds the base.
 *
 * <p>Clipping only makes a blit smaller and is ignored. A tiled surface may be X or Y tiled, as a
 * register says that unprivileged batches may change: rows are rounded to the 32 of a Y tile.
 * Commands that draw with a destination that was set up before are legal only after the setup in
 * the same run of commands: another batch, audited or not, may have set up something else.
 *
 * <p>Sources: XenGT opcode table for the address positions; Mesa and i915 users of the blitter for
 * BR13 and tiling bits.
 */
final class BlitAudit {

    private static final int TILED_SOURCE = 1 << 15;
    private static final int TILED_DESTINATION = 1 << 11;
    private static final int DEPTH_SHIFT = 24;
    private static final int DEPTH_MASK = 3;
    private static final int TILE_ROWS = 32;
    private static final int TILE_WIDTH = 128;
    private static final int TILE_BYTES = 4096;
    private static final int PATTERN_PIXELS = 64;

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
        drawWithSetup(d, at, length, row, x(d[at + 1]), y(d[at + 1]), 1, 1);
    }

    void spans(int[] d, int at, int length, int row) {
        if (length < 3) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        int from = d[at + 1];
        int to = d[at + 2];
        drawWithSetup(d, at, length, row, x(from), y(from), x(to) - x(from), y(to) - y(from));
    }

    void text(int[] d, int at, int length, int row) {
        if (length < 4) {
            state.refuseMalformed(d, at, length, row);
            return;
        }
        if (monochrome(d, at, length, row, 3, d[at + 1], d[at + 2])) {
            spans(d, at, length, row);
        }
    }

    private void drawWithSetup(
            int[] d, int at, int length, int row, int x, int y, int width, int height) {
        if (!setUp) {
            state.refuse(d, at, length, GuestFaultKind.PRIVILEGED_COMMAND, row, d[at]);
            return;
        }
        long pitch = pitch(setupFormat, setupTiled);
        if (!covered(
                setupBase, x, y, width, height, pitch, bytesPerPixel(setupFormat), setupTiled)) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(setupBase));
        }
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
        } else if (!covered(d[at + 3], 0, 0, width, height, (short) d[at + 1], 1, false)) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 3]));
        } else if (withSource
                && !covered(d[at + 5], 0, 0, width, height, (short) d[at + 4], 1, false)) {
            state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 5]));
        }
    }

    /** Audits the destination: BR13, two corners and base in dwords 1 to 4. */
    boolean destination(int[] d, int at, int length, int row, int shortest) {
        if (length < shortest) {
            state.refuseMalformed(d, at, length, row);
            return false;
        }
        int from = d[at + 2];
        int to = d[at + 3];
        int format = d[at + 1];
        boolean tiled = (d[at] & TILED_DESTINATION) != 0;
        int width = x(to) - x(from);
        int height = y(to) - y(from);
        long pitch = pitch(format, tiled);
        int bytes = bytesPerPixel(format);
        if (covered(d[at + 4], x(from), y(from), width, height, pitch, bytes, tiled)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 4]));
        return false;
    }

    /** Audits a source: corner, pitch and base in dwords 5 to 7; its size is the destination's. */
    boolean source(int[] d, int at, int length, int row) {
        int from = d[at + 2];
        int to = d[at + 3];
        boolean tiled = (d[at] & TILED_SOURCE) != 0;
        int width = x(to) - x(from);
        int height = y(to) - y(from);
        long pitch = pitch(d[at + 6], tiled);
        int bytes = bytesPerPixel(d[at + 1]);
        if (covered(d[at + 7], x(d[at + 5]), y(d[at + 5]), width, height, pitch, bytes, tiled)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, toUnsignedLong(d[at + 7]));
        return false;
    }

    /** Audits a monochrome source: one bit per pixel, each line padded to at most a qword. */
    boolean monochrome(int[] d, int at, int length, int row, int dword, int from, int to) {
        long width = Math.max(0, x(to) - x(from));
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
        return bytes(d, at, length, row, dword, (long) PATTERN_PIXELS * bytesPerPixel(format));
    }

    private boolean bytes(int[] d, int at, int length, int row, int dword, long count) {
        long graphicsAddress = toUnsignedLong(d[at + dword]);
        if (state.bounds.contains(graphicsAddress, count)) {
            return true;
        }
        state.refuseAddress(d, at, length, row, graphicsAddress);
        return false;
    }

    private boolean covered(
            int base,
            int x,
            int y,
            int width,
            int height,
            long pitch,
            int bytesPerPixel,
            boolean tiled) {
        long start = toUnsignedLong(base);
        if (width <= 0 || height <= 0) {
            return state.bounds.contains(start, 1);
        }
        long left = (long) x * bytesPerPixel;
        long right = (long) (x + width) * bytesPerPixel;
        long first;
        long end;
        if (tiled) {
            long top = Math.floorDiv(y, TILE_ROWS) * (long) TILE_ROWS * pitch;
            long last = Math.floorDiv(y + height - 1, TILE_ROWS) * (long) TILE_ROWS * pitch;
            long row = TILE_ROWS * Math.abs(pitch);
            first = Math.min(top, last) + Math.min(0, Math.floorDiv(left, TILE_WIDTH) * TILE_BYTES);
            end = Math.max(top, last) + Math.max(row, Math.ceilDiv(right, TILE_WIDTH) * TILE_BYTES);
        } else {
            long top = y * pitch;
            long last = (y + height - 1) * pitch;
            first = Math.min(top, last) + left;
            end = Math.max(top, last) + right;
        }
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

    private static int bytesPerPixel(int format) {
        int depth = format >>> DEPTH_SHIFT & DEPTH_MASK;
        return depth == 3 ? 4 : depth == 0 ? 1 : 2;
    }
}
