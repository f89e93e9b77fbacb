package org.gpumediator.intel.gen7.display;

import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Where the picture of a pipe comes to lie on its monitor: a window that it is stretched or shrunk
 * to fill, with black around.
 *
 * <p>Source: Linux i915 for Haswell: PF_CTL bit 31; the window in PF_WIN_POS and PF_WIN_SZ, x and
 * width in the high halves; a window of no size fits nothing. The monitor shows the active pixels
 * of the transcoder's HTOTAL and VTOTAL. The chip filters between pixels; here the nearest is
 * taken.
 *
 * @param left of the window on the monitor, in pixels
 * @param monitorWidth of all that the monitor shows, 1 to 4096
 */
record PanelFitter(int left, int top, int width, int height, int monitorWidth, int monitorHeight) {

    private static final int CONTROL = 0x6_8080;
    private static final int POSITION = 0x6_8070;
    private static final int SIZE = 0x6_8074;
    private static final int PIPE_STRIDE = 0x800;
    private static final int BLACK = 0xff00_0000;
    private static final int VERTICAL_TOTAL = 0x0c;

    private static final BitField ENABLE = BitField.bit(31);
    private static final BitField HIGH = BitField.range(28, 16);
    private static final BitField LOW = BitField.range(12, 0);
    private static final BitField ACTIVE = BitField.range(11, 0);

    /** Returns how the picture of a pipe is fitted, {@code null} if it is not. */
    static @Nullable PanelFitter of(ShadowRegisters registers, int pipe) {
        int at = pipe * PIPE_STRIDE;
        int position = registers.get(POSITION + at);
        int size = registers.get(SIZE + at);
        boolean on = ENABLE.isSet(registers.get(CONTROL + at));
        if (!on || HIGH.get(size) == 0 || LOW.get(size) == 0) {
            return null;
        }
        int timings = PipeTimings.registersOf(registers, pipe);
        return new PanelFitter(
                HIGH.get(position),
                LOW.get(position),
                HIGH.get(size),
                LOW.get(size),
                ACTIVE.get(registers.get(timings)) + 1,
                ACTIVE.get(registers.get(timings + VERTICAL_TOTAL)) + 1);
    }

    /** Whether a picture of a size is shown as it is. */
    boolean changesNothing(int pictureWidth, int pictureHeight) {
        return left == 0
                && top == 0
                && width == pictureWidth
                && height == pictureHeight
                && monitorWidth == pictureWidth
                && monitorHeight == pictureHeight;
    }

    /**
     * Draws what the monitor shows of a picture.
     *
     * @param columns as many as the monitor's width, for the method's own use
     */
    void fit(Picture picture, Picture monitor, int[] columns) {
        monitor.resize(monitorWidth, monitorHeight);
        for (int x = 0; x < monitorWidth; x++) {
            columns[x] = nearest(x - left, width, picture.width());
        }
        int[] from = picture.pixels();
        int[] to = monitor.pixels();
        for (int y = 0; y < monitorHeight; y++) {
            int row = nearest(y - top, height, picture.height());
            for (int x = 0; x < monitorWidth; x++) {
                boolean black = row < 0 || columns[x] < 0;
                to[y * monitorWidth + x] = black ? BLACK : from[row * picture.width() + columns[x]];
            }
        }
    }

    /** Returns which of a picture's pixels is at a place in the window, negative for none. */
    private static int nearest(int at, int window, int pixels) {
        return at < 0 || at >= window ? -1 : (int) ((2L * at + 1) * pixels / (2L * window));
    }
}
