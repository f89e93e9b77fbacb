package org.gpumediator.testkit.haswell;

import org.gpumediator.api.vmm.Picture;

/**
 * The monitors at the GPU itself, lit by its firmware: what they show, as the chip reads it. Planes
 * change at a vertical blank, once their surface has been written; sizes and the panel fitter at
 * each; gamma at once.
 *
 * <p>Known: planes of 32 bits a pixel (8 and 10 a channel) and 16, linear and X-tiled; cursors with
 * alpha; the 8-bit gamma table; the panel fitter, without its filter. Not known: other formats,
 * which are black, precise gamma, sprites' colour keys.
 *
 * <p>Source: i915's plane registers for gen7.
 */
final class Monitors {

    private static final int PIPE_STRIDE = 0x1000;
    private static final int OPAQUE = 0xff00_0000;

    /** Latched with the surface, which is the last of each row. */
    private static final int[][] PLANES = {
        {0x7_0180, 0x7_0188, 0x7_01a4, 0x7_019c},
        {0x7_0280, 0x7_0288, 0x7_028c, 0x7_0290, 0x7_02a4, 0x7_029c},
        {0x7_0080, 0x7_0088, 0x7_00a0, 0x7_0084},
    };

    private final Chip chip;
    private final Translator memory;

    /** What the chip scans with; of each pipe by plane as above. */
    private final int[][][] latched = new int[Display.PIPES][PLANES.length][];

    private final boolean[][] armed = new boolean[Display.PIPES][PLANES.length];
    private final int[] source = new int[Display.PIPES];
    private final int[] window = new int[Display.PIPES];
    private final int[] windowPosition = new int[Display.PIPES];

    Monitors(Chip chip) {
        this.chip = chip;
        memory = new Translator(chip.gtt, chip.bus, null);
        reset();
    }

    void reset() {
        for (int pipe = 0; pipe < Display.PIPES; pipe++) {
            for (int plane = 0; plane < PLANES.length; plane++) {
                latched[pipe][plane] = new int[PLANES[plane].length];
                armed[pipe][plane] = false;
            }
            source[pipe] = 0;
            window[pipe] = 0;
        }
    }

    /** Lights a monitor as a firmware does: 60 Hz, no plane. */
    void light(int pipe, int width, int height) {
        RegisterFile registers = chip.registers;
        int transcoder = 0x6_0000 + pipe * PIPE_STRIDE;
        registers.set(transcoder, width + 280 - 1 << 16 | width - 1);
        registers.set(transcoder + 0xc, height + 45 - 1 << 16 | height - 1);
        registers.set(transcoder + 0x10, height + 45 - 1 << 16 | height - 1);
        registers.set(transcoder + 0x1c, width - 1 << 16 | height - 1);
        registers.set(transcoder + 0x400, 1 << 31 | pipe + 1 << 28);
        registers.set(0x7_0008 + pipe * PIPE_STRIDE, chip.display.configure(pipe, 3 << 30));
        latch(pipe);
    }

    /** The surface of a plane has been written: 0 primary, 1 sprite, 2 cursor. */
    void arm(int pipe, int plane) {
        armed[pipe][plane] = true;
    }

    /** A vertical blank. */
    void latch(int pipe) {
        for (int plane = 0; plane < PLANES.length; plane++) {
            if (armed[pipe][plane]) {
                armed[pipe][plane] = false;
                for (int i = 0; i < PLANES[plane].length; i++) {
                    latched[pipe][plane][i] =
                            chip.registers.get(PLANES[plane][i] + pipe * PIPE_STRIDE);
                }
            }
        }
        source[pipe] = chip.registers.get(0x6_001c + pipe * PIPE_STRIDE);
        boolean fitted = chip.registers.get(0x6_8080 + pipe * 0x800) < 0;
        window[pipe] = fitted ? chip.registers.get(0x6_8074 + pipe * 0x800) : 0;
        windowPosition[pipe] = chip.registers.get(0x6_8070 + pipe * 0x800);
    }

    /** Draws what the monitor of a pipe shows; false if it is dark. */
    boolean draw(int pipe, Picture target) {
        if (chip.registers.get(0x7_0008 + pipe * PIPE_STRIDE) >= 0) {
            return false;
        }
        memory.invalidate();
        int transcoder = 0x6_0000 + pipe * PIPE_STRIDE;
        int width = (chip.registers.get(transcoder) & 0xfff) + 1;
        int height = (chip.registers.get(transcoder + 0xc) & 0xfff) + 1;
        int sourceWidth = (source[pipe] >>> 16) + 1;
        int sourceHeight = (source[pipe] & 0xffff) + 1;
        int fitWidth = window[pipe] == 0 ? sourceWidth : window[pipe] >>> 16;
        int fitHeight = window[pipe] == 0 ? sourceHeight : window[pipe] & 0xffff;
        int left = window[pipe] == 0 ? 0 : windowPosition[pipe] >>> 16;
        int top = window[pipe] == 0 ? 0 : windowPosition[pipe] & 0xffff;
        target.resize(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int inX = x - left;
                int inY = y - top;
                boolean inside = inX >= 0 && inY >= 0 && inX < fitWidth && inY < fitHeight;
                target.pixels()[y * width + x] =
                        OPAQUE
                                | (inside
                                        ? pixel(
                                                pipe,
                                                (2 * inX + 1) * sourceWidth / (2 * fitWidth),
                                                (2 * inY + 1) * sourceHeight / (2 * fitHeight))
                                        : 0);
            }
        }
        return true;
    }

    private int pixel(int pipe, int x, int y) {
        int[] primary = latched[pipe][0];
        int colour = 0;
        boolean gamma = false;
        if (primary[0] < 0) {
            colour = plane(primary[0], primary[1], primary[2], primary[3], primary[0] >>> 26, x, y);
            gamma = (primary[0] & 1 << 30) != 0;
        }
        int[] sprite = latched[pipe][1];
        int spriteX = x - (sprite[2] & 0xfff);
        int spriteY = y - (sprite[2] >>> 16 & 0xfff);
        if (sprite[0] < 0
                && spriteX >= 0
                && spriteY >= 0
                && spriteX <= (sprite[3] & 0xfff)
                && spriteY <= (sprite[3] >>> 16 & 0xfff)) {
            int format = (sprite[0] >>> 25 & 7) == 2 ? (sprite[0] & 1 << 20) == 0 ? 6 : 14 : 0;
            colour = plane(sprite[0], sprite[1], sprite[4], sprite[5], format, spriteX, spriteY);
            gamma = (sprite[0] & 1 << 30) != 0;
        }
        int[] cursor = latched[pipe][2];
        int side = new int[] {0, 0, 128, 256, 0, 0, 0, 64}[cursor[0] & 7];
        int cursorX = x - signed(cursor[1] & 0xffff);
        int cursorY = y - signed(cursor[1] >>> 16);
        int rows = cursor[2] < 0 ? (cursor[2] & 0xff) + 1 : side;
        if (cursorX >= 0 && cursorY >= 0 && cursorX < side && cursorY < rows) {
            int over = load((cursor[3] & 0xffff_f000L) + 4L * (cursorY * side + cursorX));
            if (over != 0) {
                colour = blend(over, colour);
                gamma = (cursor[0] & 1 << 26) != 0;
            }
        }
        return gamma ? corrected(pipe, colour) : colour;
    }

    private static int signed(int value) {
        return (value & 0x8000) == 0 ? value : -(value & 0x7fff);
    }

    private static int blend(int over, int under) {
        int colour = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int below = (under >>> shift & 0xff) * (255 - (over >>> 24)) / 255;
            colour |= Math.min(255, (over >>> shift & 0xff) + below) << shift;
        }
        return colour;
    }

    private int corrected(int pipe, int colour) {
        int corrected = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int entry = chip.registers.get(0x4_a000 + pipe * 0x800 + 4 * (colour >>> shift & 0xff));
            corrected |= entry & 0xff << shift;
        }
        return corrected;
    }

    private int plane(
            int control, int stride, int offset, int surface, int format, int atX, int atY) {
        int bytes = (format & 15) == 5 ? 2 : 4;
        int x = (atX + (offset & 0x1fff)) * bytes;
        int y = atY + (offset >>> 16 & 0xfff);
        long place = (long) y * stride + x;
        if ((control & 1 << 10) != 0) {
            place = (long) (y / 8 * (stride / 512) + x / 512) * 4096L + y % 8 * 512L + x % 512;
        }
        long address = (surface & 0xffff_f000L) + place;
        int dword = load(address & ~3L);
        return switch (format & 15) {
            case 5 -> {
                int half = dword >>> 8 * (int) (address & 2) & 0xffff;
                int red = half >>> 11;
                int green = half >>> 5 & 63;
                int blue = half & 31;
                yield (red * 33 >>> 2) << 16 | (green * 65 >>> 4) << 8 | blue * 33 >>> 2;
            }
            case 6, 7 -> dword & 0xff_ffff;
            case 8, 9 -> (dword >>> 2 & 255) << 16 | (dword >>> 12 & 255) << 8 | dword >>> 22 & 255;
            case 10, 11 ->
                    (dword >>> 22 & 255) << 16 | (dword >>> 12 & 255) << 8 | dword >>> 2 & 255;
            case 14, 15 -> (dword & 255) << 16 | dword & 0xff00 | dword >>> 16 & 255;
            default -> 0;
        };
    }

    private int load(long address) {
        return memory.load(address, Translator.GLOBAL);
    }
}
