package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.catalogue.RegisterFile;

/**
 * Behaviours of pipes, planes, transcoders and the core display clock.
 *
 * <p>Source: Linux i915 display registers of Haswell; XenGT emulation.
 */
final class DisplayBehaviour {

    static final BitField ENABLE = BitField.bit(31);
    static final BitField ACTIVE = BitField.bit(30);
    static final BitField LCPLL_DISABLE = BitField.bit(31);
    static final BitField LCPLL_LOCK = BitField.bit(30);
    static final BitField LCPLL_FCLK_SELECT = BitField.bit(21);
    static final BitField LCPLL_FCLK_DONE = BitField.bit(19);
    static final BitField VGACNTRL_DISABLE = BitField.bit(31);

    static final BitField PAL_PREC_INDEX = BitField.range(9, 0);

    private static final int PIPES = 0x7_0000;
    private static final int PALETTES = 0x4_a000;
    private static final int PAL_PREC_INDEX_TO_DATA = 4;
    private static final int TRANSCODERS = 0x6_0000;
    private static final int EMBEDDED = 3;

    private static final int FLIPCOUNT = 0x44;
    private static final int SURF_TO_SURFLIVE = 0x10;
    private static final int CURBASE_TO_CURSURFLIVE = 0x28;

    private static final int PRIMARY = 0;
    private static final int SPRITE = 1;
    private static final int CURSOR = 2;

    private DisplayBehaviour() {}

    /** Returns the pipe or transcoder of a register; those of the embedded port count as 3. */
    private static int pipe(int first, int offset) {
        return Math.min((offset - first) >>> 12, EMBEDDED);
    }

    /** State bit 30 follows enable bit 31 at once. */
    static int enabledIsActive(Gen7Hooks device, int offset, int written, int stored) {
        return ACTIVE.set(written, ENABLE.get(written));
    }

    static void pipeWritten(Gen7Hooks device, int offset, int value, int old) {
        device.pipeConfigurationWritten(pipe(PIPES, offset), value, old);
    }

    static void transcoderRouted(Gen7Hooks device, int offset, int value, int old) {
        device.transcoderRouted(pipe(TRANSCODERS, offset), value);
    }

    static int scanLine(Gen7Hooks device, int offset, int stored) {
        return device.scanLine(pipe(PIPES, offset), stored);
    }

    static int frameCount(Gen7Hooks device, int offset, int stored) {
        return device.frameCount(pipe(PIPES, offset), stored);
    }

    static void primaryWritten(Gen7Hooks device, int offset, int value, int old) {
        RegisterFile<Gen7Hooks> registers = device.registers();
        int flips = (offset & ~0xfff) + FLIPCOUNT;
        registers.shadow(offset + SURF_TO_SURFLIVE, value);
        registers.shadow(flips, registers.shadow(flips) + 1);
        device.surfaceWritten(pipe(PIPES, offset), PRIMARY, value);
    }

    static void spriteWritten(Gen7Hooks device, int offset, int value, int old) {
        device.registers().shadow(offset + SURF_TO_SURFLIVE, value);
        device.surfaceWritten(pipe(PIPES, offset), SPRITE, value);
    }

    static void cursorWritten(Gen7Hooks device, int offset, int value, int old) {
        device.registers().shadow(offset + CURBASE_TO_CURSURFLIVE, value);
        device.surfaceWritten(pipe(PIPES, offset), CURSOR, value);
    }

    static int preciseColour(Gen7Hooks device, int offset, int stored) {
        return device.preciseColour(palette(offset), preciseIndex(device, offset));
    }

    static void preciseColourWritten(Gen7Hooks device, int offset, int value, int old) {
        device.preciseColourWritten(palette(offset), preciseIndex(device, offset), value);
    }

    private static int palette(int offset) {
        return (offset - PALETTES) >>> 11;
    }

    private static int preciseIndex(Gen7Hooks device, int offset) {
        return PAL_PREC_INDEX.get(device.registers().shadow(offset - PAL_PREC_INDEX_TO_DATA));
    }

    static void vgaWritten(Gen7Hooks device, int offset, int value, int old) {
        if (VGACNTRL_DISABLE.get(value) != VGACNTRL_DISABLE.get(old)) {
            device.vgaPlaneWritten(value, old);
        }
    }

    /** The clock is locked unless it is switched off, and changes its source at once. */
    static int coreClock(Gen7Hooks device, int offset, int written, int stored) {
        int locked = LCPLL_LOCK.set(written, 1 - LCPLL_DISABLE.get(written));
        return LCPLL_FCLK_DONE.set(locked, LCPLL_FCLK_SELECT.get(written));
    }
}
