package org.gpumediator.intel.gen7.display;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * Carries out a page flip that a guest asked for by MI_DISPLAY_FLIP: its plane registers change,
 * and the flip is done.
 *
 * <p>Source: MI_DISPLAY_FLIP of gen7: plane in bits 21:19 of the first dword (0 A, 1 B, 2 sprite A,
 * 3 sprite B, 4 C, 5 sprite C), stride and (bit 0) tiling in the second, surface in bits 31:12 of
 * the third; DSPSURF at 0x7019c, SPRSURF at 0x7029c, 0x1000 for each pipe.
 */
public final class PageFlip {

    private static final BitField PLANE = BitField.range(21, 19);
    private static final BitField TILED = BitField.bit(10);
    private static final int STRIDE_MASK = 0xffc0;
    private static final int SURFACE_MASK = 0xffff_f000;
    private static final int PIPE_STRIDE = 0x1000;

    // spotless:off
    //                                  plane: A          B          sprite A   sprite B   C          sprite C
    private static final int[] PIPE =         {0,         1,         0,         1,         2,         2};
    private static final int[] SPRITE =       {0,         0,         1,         1,         0,         1};
    private static final int[] CONTROL =      {0x7_0180,  0x7_0280};
    private static final int[] STRIDE =       {0x7_0188,  0x7_0288};
    private static final int[] SURFACE =      {0x7_019c,  0x7_029c};
    private static final int[] LIVE_SURFACE = {0x7_01ac,  0x7_02ac};
    // spotless:on

    private PageFlip() {}

    public static void show(
            ShadowRegisters registers, VirtualDisplay display, int dw0, int dw1, int dw2) {
        int plane = PLANE.get(dw0);
        if (plane >= PIPE.length) {
            return;
        }
        int pipe = PIPE[plane];
        int sprite = SPRITE[plane];
        registers.set(STRIDE[sprite] + pipe * PIPE_STRIDE, dw1 & STRIDE_MASK);
        int control = CONTROL[sprite] + pipe * PIPE_STRIDE;
        registers.set(control, TILED.set(registers.get(control), dw1 & 1));
        registers.set(SURFACE[sprite] + pipe * PIPE_STRIDE, dw2 & SURFACE_MASK);
        registers.set(LIVE_SURFACE[sprite] + pipe * PIPE_STRIDE, dw2 & SURFACE_MASK);
        display.surfaceShown(pipe, sprite);
    }
}
