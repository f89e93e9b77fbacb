package org.gpumediator.testkit.ada;

import org.gpumediator.api.AccessWidth;

/** What accesses a driver may make to a function. */
final class Accesses {

    private Accesses() {}

    /**
     * Checks an access to a BAR.
     *
     * @throws IllegalArgumentException if it is not aligned, wide or inside as it must be
     */
    static void check(long offset, int width, long length) {
        if (!AccessWidth.isLegal(width)
                || offset < 0
                || offset > length - width
                || offset % width != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "access at 0x%x, width %d: expected an aligned access of 1, 2, 4 or 8"
                                    + " bytes below 0x%x",
                            offset, width, length));
        }
    }

    /**
     * Checks a piece of a BAR.
     *
     * @throws IllegalArgumentException if it is not whole words of 8 bytes inside
     */
    static void checkBlock(long offset, long size, long length) {
        if (offset < 0 || (offset | size) % 8 != 0 || offset > length - size) {
            throw new IllegalArgumentException(
                    String.format(
                            "block at 0x%x of %d bytes: expected whole words of 8 bytes below 0x%x",
                            offset, size, length));
        }
    }

    /**
     * Checks an access to a configuration space.
     *
     * @throws IllegalArgumentException if it is not aligned, wide or inside as it must be
     */
    static void checkConfig(int offset, int width, int length) {
        boolean known = width == 1 || width == 2 || width == 4;
        if (!known || offset < 0 || offset > length - width || offset % width != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "configuration access at 0x%x, width %d: expected an aligned access of"
                                    + " 1, 2 or 4 bytes below 0x%x",
                            offset, width, length));
        }
    }
}
