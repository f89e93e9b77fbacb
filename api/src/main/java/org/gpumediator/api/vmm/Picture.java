package org.gpumediator.api.vmm;

/**
 * Pixels of a screen, row by row from the top left, one {@code int} each: {@code 0xffRRGGBB}, as
 * {@code BufferedImage.TYPE_INT_RGB} takes them. Not thread safe.
 *
 * @since 0.1.0
 */
public final class Picture {

    private int width;
    private int height;
    private int[] pixels = {};

    /** Creates a picture of no size. */
    public Picture() {}

    /** Returns the width in pixels. */
    public int width() {
        return width;
    }

    /** Returns the height in pixels. */
    public int height() {
        return height;
    }

    /**
     * Returns the pixels themselves, no copy: pixel {@code x, y} is at {@code y * width() + x}. The
     * array may be longer than the picture, and is another one after {@link #resize}.
     */
    public int[] pixels() {
        return pixels;
    }

    /**
     * Gives the picture a size; what its pixels are afterwards is not said.
     *
     * @throws IllegalArgumentException if a side is not 1 to 16,384
     */
    public void resize(int newWidth, int newHeight) {
        if (newWidth < 1 || newHeight < 1 || newWidth > 16_384 || newHeight > 16_384) {
            throw new IllegalArgumentException(
                    newWidth + "x" + newHeight + ": expected sides of 1 to 16384 pixels");
        }
        if (pixels.length < newWidth * newHeight) {
            pixels = new int[newWidth * newHeight];
        }
        width = newWidth;
        height = newHeight;
    }
}
