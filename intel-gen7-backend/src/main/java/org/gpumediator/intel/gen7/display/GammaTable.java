package org.gpumediator.intel.gen7.display;

import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * What the pixels of a pipe become on their way to the monitor: the mode and the table that the
 * guest has set, brought down to 8 bits a channel. Not thread safe.
 *
 * <p>Source: Linux i915, GAMMA_MODE bits 1:0: 8 bits, 256 entries of the palette; 10 bits, 1024
 * precise entries; 12 bits, 512 pairs of precise entries (low 6 bits, then high 10) and the end
 * point in PAL_PREC_GC_MAX, interpolated; split, 512 entries before the colour space conversion and
 * 512 behind it.
 */
final class GammaTable {

    private static final int PIPE_STRIDE = 0x800;
    private static final int PALETTE = 0x4_a000;
    private static final int MODE = 0x4_a480;
    private static final int END_POINTS = 0x4_a410;
    private static final int END_POINT_MASK = 0x1_ffff;
    private static final int RGB = 0xff_ffff;
    private static final int GREY = 0x01_0101;
    private static final int HALF = PrecisionPalette.ENTRIES / 2;

    private final ShadowRegisters registers;
    private final PrecisionPalette precise;
    private final int[] colours = new int[256];

    GammaTable(ShadowRegisters registers, PrecisionPalette precise) {
        this.registers = registers;
        this.precise = precise;
    }

    /** The colour of each value: of red, green and blue what the value of that channel becomes. */
    int[] colours() {
        return colours;
    }

    /**
     * Takes over what is set for a pipe.
     *
     * @return whether it changes any pixel
     */
    boolean read(int pipe) {
        int at = pipe * PIPE_STRIDE;
        int mode = registers.get(MODE + at) & 3;
        boolean changes = false;
        for (int i = 0; i < colours.length; i++) {
            colours[i] =
                    switch (mode) {
                        case 0 -> registers.get(PALETTE + at + i * Integer.BYTES) & RGB;
                        case 1 -> rgb(pipe, i, GammaTable::tenBits);
                        case 2 -> rgb(pipe, i, GammaTable::interpolated);
                        default -> rgb(pipe, i, GammaTable::split);
                    };
            changes |= colours[i] != i * GREY;
        }
        return changes;
    }

    private interface Channel {
        /**
         * Returns what a value of 8 bits becomes.
         *
         * @param channel 2 for red, 1 for green, 0 for blue
         */
        int of(GammaTable table, int pipe, int channel, int value);
    }

    private int rgb(int pipe, int value, Channel channel) {
        return channel.of(this, pipe, 2, value) << 16
                | channel.of(this, pipe, 1, value) << 8
                | channel.of(this, pipe, 0, value);
    }

    /** Returns the 10 bits of a channel in an entry. */
    private int entry(int pipe, int channel, int index) {
        return precise.get(pipe, index) >>> 10 * channel & 0x3ff;
    }

    private int tenBits(int pipe, int channel, int value) {
        return entry(pipe, channel, value << 2 | value >>> 6) >>> 2;
    }

    private int split(int pipe, int channel, int value) {
        int between = entry(pipe, channel, value << 1 | value >>> 7);
        return entry(pipe, channel, HALF + (between >>> 1)) >>> 2;
    }

    private int interpolated(int pipe, int channel, int value) {
        int exact = value << 4 | value >>> 4;
        int point = exact >>> 3;
        int behind = exact & 7;
        long from = point(pipe, channel, point);
        long to = point(pipe, channel, point + 1);
        return (int) Math.min(255, from * (8 - behind) + to * behind >>> 3 + 8);
    }

    /** Returns one of the 513 points of a channel, 16 bits behind the binary point. */
    private int point(int pipe, int channel, int index) {
        if (index == HALF) {
            int at = END_POINTS + pipe * PIPE_STRIDE + (2 - channel) * Integer.BYTES;
            return registers.get(at) & END_POINT_MASK;
        }
        return entry(pipe, channel, 2 * index) >>> 4 | entry(pipe, channel, 2 * index + 1) << 6;
    }
}
