package org.gpumediator.intel.gen7.display;

import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * One pipe of the GPU that its host has lit: it shows a guest's planes, or what it showed before.
 * Its mode stays; the picture is fitted into it. The chip takes all over at a vertical blank: the
 * writes of the surfaces, last of each plane, arm the others. Not thread safe.
 *
 * <p>Source: Linux i915 plane, cursor, sprite, gamma and panel fitter registers of Haswell; XenGT's
 * change of the foreground.
 */
final class RealPipe {

    private static final int STRIDE = 0x1000;
    private static final int PALETTE_STRIDE = 0x800;
    private static final int SOURCE_SIZE = 0x6_001c;
    private static final int FITTER_CONTROL = 0x6_8080;
    private static final int FITTER_POSITION = 0x6_8070;
    private static final int FITTER_SIZE = 0x6_8074;
    private static final int FITTER_ON = 1 << 31;

    /** Filters of 3 by 3 points, the only ones of every pipe. */
    private static final int FITTER_MEDIUM = 1 << 23;

    private static final int PALETTE = 0x4_a000;
    private static final int PALETTE_INDEX = 0x4_a400;
    private static final int PALETTE_DATA = 0x4_a404;
    private static final int END_POINTS = 0x4_a410;
    private static final int GAMMA_MODE = 0x4_a480;
    private static final int ENABLE = 1 << 31;

    private static final int PRIMARY = 0x7_0180;
    private static final int SPRITE = 0x7_0280;
    private static final int CURSOR = 0x7_0080;

    /** Of each plane: what is written in front of the surface, and the surface, which arms. */
    private static final int[] PRIMARY_REGISTERS = {0x7_0180, 0x7_0188, 0x7_01a4, 0x7_019c};

    private static final int[] SPRITE_REGISTERS = {
        0x7_0294, 0x7_0298, 0x7_02a0, 0x7_0280, 0x7_0288, 0x7_028c, 0x7_0290, 0x7_02a4, 0x7_029c
    };

    private static final int[] CURSOR_REGISTERS = {0x7_00a0, 0x7_0080, 0x7_0088, 0x7_0084};

    private final ShadowRegisters real;
    private final int pipe;
    private final PipeTimings timings;

    // What the host had there.
    private final int[] primary = new int[PRIMARY_REGISTERS.length];
    private final int[] sprite = new int[SPRITE_REGISTERS.length];
    private final int[] cursor = new int[CURSOR_REGISTERS.length];
    private final int[] palette = new int[256];
    private final int[] precise = new int[PrecisionPalette.ENTRIES];

    /** What the tables hold: what is there already is not written again. */
    private final int[] paletteNow;

    private final int[] preciseNow;
    private final int sourceSize;
    private final int fitterControl;
    private final int fitterPosition;
    private final int fitterSize;
    private final int gammaMode;

    /** Takes a pipe over, with what is on it; it shows the same until something is written. */
    RealPipe(ShadowRegisters real, int pipe) {
        this.real = real;
        this.pipe = pipe;
        timings = PipeTimings.of(real, pipe);
        read(PRIMARY_REGISTERS, primary);
        read(SPRITE_REGISTERS, sprite);
        read(CURSOR_REGISTERS, cursor);
        for (int i = 0; i < palette.length; i++) {
            palette[i] = real.get(paletteAt(PALETTE) + i * Integer.BYTES);
        }
        for (int i = 0; i < precise.length; i++) {
            real.set(paletteAt(PALETTE_INDEX), i);
            precise[i] = real.get(paletteAt(PALETTE_DATA));
        }
        paletteNow = palette.clone();
        preciseNow = precise.clone();
        gammaMode = real.get(paletteAt(GAMMA_MODE));
        sourceSize = real.get(SOURCE_SIZE + pipe * STRIDE);
        fitterControl = real.get(paletteAt(FITTER_CONTROL));
        fitterPosition = real.get(paletteAt(FITTER_POSITION));
        fitterSize = real.get(paletteAt(FITTER_SIZE));
    }

    int pipe() {
        return pipe;
    }

    /** Returns how long a frame takes. */
    long frameNanos() {
        return timings.frameNanos();
    }

    /** Returns how many frames it has shown. */
    int frames() {
        return real.get(0x7_0040 + pipe * STRIDE);
    }

    private int paletteAt(int register) {
        return register + pipe * PALETTE_STRIDE;
    }

    private void read(int[] registers, int[] values) {
        for (int i = 0; i < registers.length; i++) {
            values[i] = real.get(registers[i] + pipe * STRIDE);
        }
    }

    private void write(int[] registers, int[] values) {
        for (int i = 0; i < registers.length; i++) {
            real.set(registers[i] + pipe * STRIDE, values[i]);
        }
    }

    /** Shows what the host had there. */
    void giveBack() {
        fit(sourceSize, fitterControl, fitterPosition, fitterSize);
        for (int i = 0; i < palette.length; i++) {
            colour(i, palette[i]);
        }
        for (int i = 0; i < precise.length; i++) {
            preciseColour(i, precise[i]);
        }
        real.set(paletteAt(GAMMA_MODE), gammaMode);
        write(SPRITE_REGISTERS, sprite);
        write(CURSOR_REGISTERS, cursor);
        write(PRIMARY_REGISTERS, primary);
    }

    private void fit(int source, int control, int position, int size) {
        real.set(SOURCE_SIZE + pipe * STRIDE, source);
        real.set(paletteAt(FITTER_CONTROL), control);
        real.set(paletteAt(FITTER_POSITION), position);
        real.set(paletteAt(FITTER_SIZE), size);
    }

    /** Shows a guest's planes: those that read its own memory only. */
    void show(PanelGuest guest, int guestPipe) {
        PlaneRegisters planes = new PlaneRegisters(guest.shadow(), guestPipe);
        int monitor = real.get(PipeTimings.registersOf(real, pipe));
        int lines = real.get(PipeTimings.registersOf(real, pipe) + 0x0c);
        int width = (monitor & 0xfff) + 1;
        int height = (lines & 0xfff) + 1;
        boolean fits = planes.width() == width && planes.height() == height;
        fit(
                planes.width() - 1 << 16 | planes.height() - 1,
                fits ? 0 : FITTER_ON | FITTER_MEDIUM,
                0,
                fits ? 0 : width << 16 | height);
        gamma(guest, guestPipe);
        boolean spriteIsOwn =
                planes.spriteOn()
                        && owns(
                                guest,
                                guestPipe,
                                planes.sprite(),
                                planes.spriteWidth() * planes.spriteFormat().bytes,
                                planes.spriteHeight());
        copy(guest, guestPipe, SPRITE_REGISTERS, SPRITE, spriteIsOwn);
        boolean cursorIsOwn =
                planes.cursorWidth() != 0
                        && owns(
                                guest,
                                guestPipe,
                                planes.cursor(),
                                planes.cursorWidth() * Integer.BYTES,
                                planes.cursorWidth());
        copy(guest, guestPipe, CURSOR_REGISTERS, CURSOR, cursorIsOwn);
        boolean primaryIsOwn =
                planes.primaryOn()
                        && owns(
                                guest,
                                guestPipe,
                                planes.primary(),
                                planes.width() * planes.primaryFormat().bytes,
                                planes.height());
        copy(guest, guestPipe, PRIMARY_REGISTERS, PRIMARY, primaryIsOwn);
    }

    private static boolean owns(
            PanelGuest guest, int guestPipe, Surface surface, int rowBytes, int rows) {
        long first = surface.base();
        boolean own = guest.owns(first, surface.end(rowBytes, rows) - first);
        if (!own) {
            guest.planeRefused(guestPipe, first);
        }
        return own;
    }

    private void copy(
            PanelGuest guest, int guestPipe, int[] registers, int control, boolean shown) {
        for (int register : registers) {
            int value = guest.shadow().get(register + guestPipe * STRIDE);
            boolean off = !shown && register == control;
            boolean nowhere = !shown && register == registers[registers.length - 1];
            real.set(register + pipe * STRIDE, off || nowhere ? 0 : value);
        }
    }

    private void gamma(PanelGuest guest, int guestPipe) {
        ShadowRegisters registers = guest.shadow();
        int at = guestPipe * PALETTE_STRIDE;
        int mode = registers.get(GAMMA_MODE + at);
        for (int i = 0; i < palette.length; i++) {
            colour(i, registers.get(PALETTE + i * Integer.BYTES + at));
        }
        for (int i = 0; (mode & 3) != 0 && i < precise.length; i++) {
            preciseColour(i, guest.precisePalette().get(guestPipe, i));
        }
        for (int i = 0; i < 3; i++) {
            int place = END_POINTS + i * Integer.BYTES;
            real.set(place + pipe * PALETTE_STRIDE, registers.get(place + at));
        }
        real.set(paletteAt(GAMMA_MODE), mode);
    }

    private void colour(int index, int value) {
        if (paletteNow[index] != value) {
            paletteNow[index] = value;
            real.set(paletteAt(PALETTE) + index * Integer.BYTES, value);
        }
    }

    private void preciseColour(int index, int value) {
        if (preciseNow[index] != value) {
            preciseNow[index] = value;
            real.set(paletteAt(PALETTE_INDEX), index);
            real.set(paletteAt(PALETTE_DATA), value);
        }
    }

    /** Whether a pipe of the GPU is on. */
    static boolean isLit(ShadowRegisters real, int pipe) {
        return (real.get(0x7_0008 + pipe * STRIDE) & ENABLE) != 0;
    }
}
