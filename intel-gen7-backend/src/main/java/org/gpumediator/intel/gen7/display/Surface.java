package org.gpumediator.intel.gen7.display;

/**
 * Where the rows of a plane are in graphics memory.
 *
 * <p>Source: Linux i915: linear, or X-tiled in pages of 8 rows of 512 bytes.
 *
 * @param base graphics address, a multiple of 4 KiB
 * @param stride bytes from one row to the next
 * @param left bytes from the surface's left edge to the first pixel
 * @param top rows from the surface's top to the first row
 */
record Surface(long base, int stride, boolean tiled, int left, int top) {

    private static final int PAGE = 4096;
    private static final int TILE_ROWS = 8;
    private static final int TILE_WIDTH = 512;

    /** Bytes that {@link #read} may put in front of the first. */
    static final int MAX_SKIP = 3;

    /**
     * Reads a row.
     *
     * @param row takes the dwords, from {@code first} on; the first {@link #skip} bytes are in
     *     front of the first pixel
     * @return whether all of it is the guest's
     */
    boolean read(GraphicsMemory memory, int y, int bytes, int[] row, int first) {
        int from = left & ~MAX_SKIP;
        int end = left + bytes + MAX_SKIP & ~MAX_SKIP;
        int at = first;
        boolean own = true;
        while (from < end) {
            long address = address(from, top + y);
            int unit = tiled ? TILE_WIDTH : PAGE;
            int piece = Math.min(end - from, unit - (int) (address & unit - 1));
            own &= memory.read(address, row, at, piece >>> 2);
            at += piece >>> 2;
            from += piece;
        }
        return own;
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
