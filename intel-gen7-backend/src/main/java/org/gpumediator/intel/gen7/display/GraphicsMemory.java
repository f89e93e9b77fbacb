package org.gpumediator.intel.gen7.display;

/** Reads what a guest has at its own graphics addresses. What is not the guest's reads 0. */
public interface GraphicsMemory {

    /** Most dwords that a row may have: 4096 pixels of 8 bytes, and what is around them. */
    int MAX_DWORDS = 4096 * 8 / Integer.BYTES + 2;

    /**
     * Reads dwords that lie one behind the other.
     *
     * @param address graphics address, a multiple of 4
     * @param dwords how many, 1 to {@link #MAX_DWORDS}
     * @param target where to put them, from {@code at} on
     * @return whether all of it is the guest's
     */
    boolean readRow(long address, int dwords, int[] target, int at);

    /**
     * Reads rows that lie side by side in X-tiles: pages of 8 rows of 512 bytes, of which those of
     * one row of tiles follow each other.
     *
     * @param address graphics address of the first row's first byte, a multiple of 4
     * @param rows how many, all in the same tiles
     * @param dwords of a row, 1 to {@link #MAX_DWORDS}
     * @param target where to put them: the first row from {@code at} on, each other one {@code
     *     pitch} dwords behind the one before
     * @return whether all of it is the guest's
     */
    boolean readTiles(long address, int rows, int dwords, int[] target, int at, int pitch);
}
