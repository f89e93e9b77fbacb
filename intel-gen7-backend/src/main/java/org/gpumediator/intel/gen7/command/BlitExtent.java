package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

/**
 * Says whether all that a blit touches lies in one range of the slice, the base with it. All
 * arithmetic is on 64 bits.
 */
final class BlitExtent {

    static final int X_TILE_WIDTH = 512;
    static final int Y_TILE_WIDTH = 128;
    static final int Y_TILE_ROWS = 32;
    private static final int TILE_BYTES = 4096;

    private final SliceBounds bounds;

    BlitExtent(SliceBounds bounds) {
        this.bounds = bounds;
    }

    /** Returns whether the pixels between two corners are inside; an empty blit touches nothing. */
    boolean covers(int base, int x1, int y1, int x2, int y2, int pitch, int format, boolean tiled) {
        if (x2 <= x1 || y2 <= y1) {
            return bounds.contains(toUnsignedLong(base), 1);
        }
        int shift = Blit.pixelShift(format);
        long left = (long) x1 << shift;
        long right = (long) x2 << shift;
        long bytes = tiled ? Blit.pitch(pitch) * (long) Integer.BYTES : Blit.pitch(pitch);
        return rectangle(base, left, y1, right, y2, bytes, tiled);
    }

    /**
     * Returns whether lines of bytes are inside.
     *
     * @param backwards whether a line goes from the base to lower addresses
     */
    boolean coversLines(int base, int width, int height, int pitch, boolean backwards) {
        long left = backwards ? -width : 0;
        long right = backwards ? Integer.BYTES : width;
        return rectangle(base, left, 0, right, height, pitch, false);
    }

    /**
     * Returns whether a rectangle that is not empty is inside.
     *
     * @param left first byte of each line
     * @param right byte behind each line
     */
    private boolean rectangle(
            int base, long left, int top, long right, int bottom, long pitch, boolean tiled) {
        if (!tiled && pitch >= 0 && left >= 0 && top >= 0) {
            return bounds.contains(toUnsignedLong(base), (bottom - 1) * pitch + right);
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

    /** Returns whether all from one offset to another is inside. */
    private boolean spans(long start, long first, long end) {
        long from = start + Math.min(first, 0);
        return bounds.contains(from, start + Math.max(end, 1) - from);
    }
}
