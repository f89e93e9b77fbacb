package org.gpumediator.intel.gen7.display;

import java.util.Arrays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * Draws what a pipe shows: primary plane, sprite and cursor, each from the guest's memory row by
 * row. Not thread safe.
 *
 * <p>Not shown: colour keys, colour space conversion, gamma of more than 8 bits, the scaling of the
 * panel fitter.
 */
final class ScreenPainter {

    private static final int PALETTE = 0x4_a000;
    private static final int PALETTE_STRIDE = 0x800;
    private static final int GAMMA_MODE = 0x480;
    private static final int OPAQUE = 0xff00_0000;
    private static final int MAX_ROW = 4096 * 8 / Integer.BYTES + 2;

    private final ShadowRegisters registers;
    private final GraphicsMemory memory;
    private final int[] row = new int[MAX_ROW];
    private final int[] line = new int[4096];
    private final int[] palette = new int[256];
    private boolean foreign;

    ScreenPainter(ShadowRegisters registers, GraphicsMemory memory) {
        this.registers = registers;
        this.memory = memory;
    }

    /**
     * Draws a pipe.
     *
     * @return whether everything that was asked for is the guest's own memory
     */
    boolean draw(int pipe, Picture target) {
        foreign = false;
        PlaneRegisters planes = new PlaneRegisters(registers, pipe);
        target.resize(planes.width(), planes.height());
        if (planes.primaryOn()) {
            readPalette(pipe);
            primary(planes, target);
        } else {
            Arrays.fill(target.pixels(), 0, planes.width() * planes.height(), OPAQUE);
        }
        if (planes.primaryOn() && planes.primaryGamma() && eightBitGamma(pipe)) {
            gamma(planes, target);
        }
        if (planes.spriteOn()) {
            sprite(planes, target);
        }
        if (planes.cursorWidth() != 0) {
            cursor(planes, target);
        }
        return !foreign;
    }

    private void readPalette(int pipe) {
        for (int i = 0; i < palette.length; i++) {
            palette[i] = registers.get(PALETTE + pipe * PALETTE_STRIDE + i * Integer.BYTES);
        }
    }

    private boolean eightBitGamma(int pipe) {
        return (registers.get(PALETTE + pipe * PALETTE_STRIDE + GAMMA_MODE) & 3) == 0;
    }

    private void primary(PlaneRegisters planes, Picture target) {
        PixelFormat format = planes.primaryFormat();
        Surface surface = planes.primary();
        int width = target.width();
        int height = target.height();
        int[] pixels = target.pixels();
        boolean rotated = planes.primaryRotated();
        for (int y = 0; y < height; y++) {
            int at = (rotated ? height - 1 - y : y) * width;
            rowOf(surface, format, y, width, pixels, at);
            if (rotated) {
                reverse(pixels, at, width);
            }
        }
    }

    private void rowOf(
            Surface surface, PixelFormat format, int y, int width, int[] target, int at) {
        if (format == PixelFormat.XRGB_8888) { // what nearly every driver shows: no copy between
            foreign |= !surface.read(memory, y, width * format.bytes, target, at);
            for (int i = at; i < at + width; i++) {
                target[i] |= OPAQUE;
            }
            return;
        }
        if (format != PixelFormat.UNKNOWN) {
            foreign |= !surface.read(memory, y, width * format.bytes, row, 0);
        }
        format.decode(row, surface.skip(), palette, target, at, width);
    }

    private static void reverse(int[] pixels, int from, int count) {
        for (int i = from, j = from + count - 1; i < j; i++, j--) {
            int pixel = pixels[i];
            pixels[i] = pixels[j];
            pixels[j] = pixel;
        }
    }

    private void gamma(PlaneRegisters planes, Picture target) {
        if (planes.primaryFormat() == PixelFormat.PALETTE_8) {
            return; // its colours come from the same table already
        }
        int[] pixels = target.pixels();
        for (int i = 0; i < target.width() * target.height(); i++) {
            int pixel = pixels[i];
            pixels[i] =
                    OPAQUE
                            | palette[pixel >>> 16 & 0xff] & 0xff_0000
                            | palette[pixel >>> 8 & 0xff] & 0xff00
                            | palette[pixel & 0xff] & 0xff;
        }
    }

    private void sprite(PlaneRegisters planes, Picture target) {
        PixelFormat format = planes.spriteFormat();
        Surface surface = planes.sprite();
        int left = planes.spriteX();
        int top = planes.spriteY();
        int wide = planes.spriteWidth();
        int high = planes.spriteHeight();
        int shown = Math.min(wide, target.width() - left);
        boolean rotated = planes.spriteRotated();
        for (int y = 0; y < high; y++) {
            int to = top + (rotated ? high - 1 - y : y);
            if (shown <= 0 || to >= target.height()) {
                continue;
            }
            rowOf(surface, format, y, wide, line, 0);
            if (rotated) {
                reverse(line, 0, wide);
            }
            System.arraycopy(line, 0, target.pixels(), to * target.width() + left, shown);
        }
    }

    private void cursor(PlaneRegisters planes, Picture target) {
        Surface surface = planes.cursor();
        int side = planes.cursorWidth();
        boolean alpha = planes.cursorAlpha();
        for (int y = 0; y < planes.cursorHeight(); y++) {
            int to = planes.cursorY() + y;
            if (to < 0 || to >= target.height()) {
                continue;
            }
            foreign |= !surface.read(memory, y, side * Integer.BYTES, row, 0);
            for (int x = 0; x < side; x++) {
                int at = planes.cursorX() + x;
                if (at >= 0 && at < target.width()) {
                    int place = to * target.width() + at;
                    int under = target.pixels()[place];
                    target.pixels()[place] = alpha ? blend(row[x], under) : row[x] | OPAQUE;
                }
            }
        }
    }

    /** Puts a pixel with alpha that its colours are multiplied by already over another. */
    private static int blend(int over, int under) {
        int rest = 255 - (over >>> 24);
        int red = Math.min(255, (over >>> 16 & 0xff) + (under >>> 16 & 0xff) * rest / 255);
        int green = Math.min(255, (over >>> 8 & 0xff) + (under >>> 8 & 0xff) * rest / 255);
        int blue = Math.min(255, (over & 0xff) + (under & 0xff) * rest / 255);
        return OPAQUE | red << 16 | green << 8 | blue;
    }
}
