package org.gpumediator.intel.gen7.display;

import java.util.Arrays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.jspecify.annotations.Nullable;

/**
 * Draws what a pipe shows: primary plane, sprite and cursor, each from the guest's memory row by
 * row. Not thread safe.
 *
 * <p>While planes are put over each other, the top byte of a pixel says whether it is done ({@code
 * 0xff}) or has still to go through the pipe's gamma table ({@code 0}): as on the chip the plane on
 * top decides, and the table comes after blending.
 *
 * <p>Not shown: colour space conversion, which drivers use to suit the wire and not the eye.
 */
final class ScreenPainter {

    private static final int OPAQUE = 0xff00_0000;
    private static final int MOST_PIXELS = 4096;

    private final ShadowRegisters registers;
    private final GraphicsMemory memory;
    private final PlaneRegisters[] pipes = new PlaneRegisters[VirtualDisplay.PIPES];
    private final int[] row = new int[GraphicsMemory.MAX_DWORDS];
    private final int[] line = new int[MOST_PIXELS];
    private final GammaTable table;
    private @Nullable Picture unfitted;
    private boolean foreign;

    /** The top byte of pixels of planes with gamma: {@link #OPAQUE} where it changes nothing. */
    private int gammaMark;

    private boolean marked;

    ScreenPainter(ShadowRegisters registers, PrecisionPalette precise, GraphicsMemory memory) {
        this.registers = registers;
        this.memory = memory;
        table = new GammaTable(registers, precise);
        Arrays.setAll(pipes, pipe -> new PlaneRegisters(registers, pipe));
    }

    /**
     * Draws what the monitor of a pipe shows.
     *
     * @return whether everything that was asked for is the guest's own memory
     */
    boolean draw(int pipe, Picture target) {
        foreign = false;
        PlaneRegisters planes = pipes[pipe];
        PanelFitter fitter = PanelFitter.of(registers, pipe);
        if (fitter == null || fitter.changesNothing(planes.width(), planes.height())) {
            compose(pipe, planes, target);
        } else {
            Picture picture = unfitted();
            compose(pipe, planes, picture);
            fitter.fit(picture, target, line);
        }
        return !foreign;
    }

    private Picture unfitted() {
        Picture picture = unfitted;
        if (picture == null) {
            picture = new Picture();
            unfitted = picture;
        }
        return picture;
    }

    /** Puts the planes of a pipe over each other. */
    private void compose(int pipe, PlaneRegisters planes, Picture target) {
        marked = false;
        gammaMark = table.read(pipe) ? 0 : OPAQUE;
        target.resize(planes.width(), planes.height());
        if (planes.primaryOn()) {
            primary(planes, target);
        } else {
            Arrays.fill(target.pixels(), 0, planes.width() * planes.height(), OPAQUE);
        }
        if (planes.spriteOn()) {
            sprite(planes, target);
        }
        if (planes.cursorWidth() != 0) {
            cursor(planes, target);
        }
        if (marked) {
            gamma(target);
        }
    }

    private int mark(boolean gamma) {
        int mark = gamma ? gammaMark : OPAQUE;
        marked |= mark == 0;
        return mark;
    }

    private void gamma(Picture target) {
        int[] pixels = target.pixels();
        int[] colours = table.colours();
        int count = target.width() * target.height();
        for (int i = 0; i < count; i++) {
            int pixel = pixels[i];
            if (pixel >>> 24 == 0) {
                pixels[i] =
                        OPAQUE
                                | colours[pixel >>> 16] & 0xff_0000
                                | colours[pixel >>> 8 & 0xff] & 0xff00
                                | colours[pixel & 0xff] & 0xff;
            }
        }
    }

    private void primary(PlaneRegisters planes, Picture target) {
        PixelFormat format = planes.primaryFormat();
        Surface surface = planes.primary();
        int width = target.width();
        int height = target.height();
        int[] pixels = target.pixels();
        // Colours of a palette come from the same table already.
        int mark = mark(planes.primaryGamma() && format != PixelFormat.PALETTE_8);
        for (int y = 0; y < height; ) {
            int rows = Math.min(height - y, surface.rowsAtOnce(y));
            rows(surface, format, y, rows, width, pixels, y * width, mark);
            y += rows;
        }
        if (planes.primaryRotated()) {
            reverse(pixels, 0, width * height);
        }
    }

    /** Turns rows of a plane into pixels, row behind row. */
    private void rows(
            Surface surface,
            PixelFormat format,
            int y,
            int rows,
            int width,
            int[] target,
            int at,
            int mark) {
        if (format == PixelFormat.UNKNOWN) {
            Arrays.fill(target, at, at + rows * width, mark);
        } else if (format.inPlace()) { // what nearly every driver shows: no copy between
            int bytes = width * format.bytes;
            foreign |= !surface.read(memory, y, rows, bytes, target, at, width);
            format.convert(target, at, at + rows * width, mark);
        } else {
            for (int i = 0; i < rows; i++) {
                foreign |= !surface.read(memory, y + i, 1, width * format.bytes, row, 0, 0);
                format.decode(
                        row, surface.skip(), table.colours(), target, at + i * width, width, mark);
            }
        }
    }

    private static void reverse(int[] pixels, int from, int count) {
        for (int i = from, j = from + count - 1; i < j; i++, j--) {
            int pixel = pixels[i];
            pixels[i] = pixels[j];
            pixels[j] = pixel;
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
        int mark = mark(planes.spriteGamma());
        boolean rotated = planes.spriteRotated();
        ColourKey key = planes.spriteKey();
        int skip = surface.skip();
        for (int y = 0; y < high; y++) {
            int to = top + (rotated ? high - 1 - y : y);
            if (shown <= 0 || to >= target.height()) {
                continue;
            }
            rows(surface, format, y, 1, wide, line, 0, mark);
            if (rotated) {
                reverse(line, 0, wide);
            }
            int at = to * target.width() + left;
            if (key.on()) {
                putWhereShown(key, format, skip, target.pixels(), at, shown, rotated ? wide : 0);
            } else {
                System.arraycopy(line, 0, target.pixels(), at, shown);
            }
        }
    }

    /**
     * Puts a row of the sprite where its colour key shows it.
     *
     * @param reversed how wide the row is if it was turned round, 0 if it was not
     */
    private void putWhereShown(
            ColourKey key,
            PixelFormat format,
            int skip,
            int[] pixels,
            int at,
            int shown,
            int reversed) {
        for (int x = 0; x < shown; x++) {
            int colour =
                    format.isYuv()
                            ? format.yuvChannels(row, skip, reversed == 0 ? x : reversed - 1 - x)
                            : line[x];
            if (key.shows(colour, pixels[at + x])) {
                pixels[at + x] = line[x];
            }
        }
    }

    private void cursor(PlaneRegisters planes, Picture target) {
        Surface surface = planes.cursor();
        int side = planes.cursorWidth();
        boolean alpha = planes.cursorAlpha();
        int mark = mark(planes.cursorGamma());
        int[] pixels = target.pixels();
        for (int y = 0; y < planes.cursorHeight(); y++) {
            int to = planes.cursorY() + y;
            if (to < 0 || to >= target.height()) {
                continue;
            }
            foreign |= !surface.read(memory, y, 1, side * Integer.BYTES, row, 0, 0);
            for (int x = 0; x < side; x++) {
                int at = planes.cursorX() + x;
                if (at >= 0 && at < target.width() && !(alpha && row[x] == 0)) {
                    int place = to * target.width() + at;
                    int over = alpha ? blend(row[x], pixels[place]) : row[x] & ~OPAQUE;
                    pixels[place] = over | mark;
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
        return red << 16 | green << 8 | blue;
    }
}
