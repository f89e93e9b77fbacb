package org.gpumediator.intel.gen7.display;

/**
 * Where the rows of a plane are in graphics memory. Not thread safe.
 *
 * <p>Source: Linux i915: linear, or X-tiled in pages of 8 rows of 512 bytes.
 */
final class Surface {

    private static final int PAGE = 4096;
    private static final int TILE_ROWS = 8;
    private static final int TILE_WIDTH = 512;

    /** Bytes that {@link #read} may put in front of the first. */
    static final int MAX_SKIP = 3;

    private long base;
    private int stride;
    private boolean tiled;
    private int left;
    private int top;

    /**
     * Describes another surface.
     *
     * @param newBase graphics address, a multiple of 4 KiB
     * @param newStride bytes from one row to the next
     * @param newLeft bytes from the surface's left edge to the first pixel
     * @param newTop rows from the surface's top to the first row
     */
    Surface set(long newBase, int newStride, boolean newTiled, int newLeft, int newTop) {
        base = newBase;
        stride = newStride;
        tiled = newTiled;
        left = newLeft;
        top = newTop;
        return this;
    }

    long base() {
        return base;
    }

    int stride() {
        return stride;
    }

    boolean tiled() {
        return tiled;
    }

    /** Returns how many rows from one on can be read at once. */
    int rowsAtOnce(int y) {
        return tiled ? TILE_ROWS - (top + y) % TILE_ROWS : 1;
    }

    /**
     * Reads rows.
     *
     * @param rows how many, up to {@link #rowsAtOnce}
     * @param bytes of the pixels of a row
     * @param target takes the dwords, each row's {@code pitch} behind those of the one before; the
     *     first {@link #skip} bytes are in front of the first pixel
     * @return whether all of it is the guest's
     */
    boolean read(
            GraphicsMemory memory, int y, int rows, int bytes, int[] target, int at, int pitch) {
        int from = left & ~MAX_SKIP;
        int dwords = left + bytes + MAX_SKIP - from >>> 2;
        long address = address(from, top + y);
        return tiled
                ? memory.readTiles(address, rows, dwords, target, at, pitch)
                : memory.readRow(address, dwords, target, at);
    }

    /**
     * Returns the graphics address behind the last byte that the chip may read for rows of so many
     * bytes: of tiles, whole pages.
     */
    long end(int rowBytes, int rows) {
        long last = (long) top + rows - 1;
        if (!tiled) {
            return base + last * stride + left + rowBytes;
        }
        long tiles = ((long) left + rowBytes + TILE_WIDTH - 1) / TILE_WIDTH;
        return base + (last / TILE_ROWS * (stride / TILE_WIDTH) + tiles) * PAGE;
    }

    /** Returns how many bytes are in front of the first pixel of a row that was read. */
    int skip() {
        return left & MAX_SKIP;
    }

    private long address(int x, int y) {
        if (!tiled) {
            return base + (long) y * stride + x;
        }
        return base
                + (long) (y / TILE_ROWS) * (stride / TILE_WIDTH) * PAGE
                + (long) (x / TILE_WIDTH) * PAGE
                + (long) (y % TILE_ROWS) * TILE_WIDTH
                + x % TILE_WIDTH;
    }
}
