package org.gpumediator.intel.gen7.engine;

/** Hears of what a submission does besides running. Called under the lock of the physical GPU. */
public interface SubmissionEffects {

    /**
     * A page flip the guest asked for in its commands.
     *
     * @param dw0 first dword of MI_DISPLAY_FLIP: plane in bits 21:19
     * @param dw1 stride in bits 15:6, tiling in bit 0
     * @param dw2 surface in bits 31:12, inside the slice
     */
    void pageFlip(GuestEngines guest, int dw0, int dw1, int dw2);

    /** A register load that shall change the guest's own register only. */
    void registerEmulated(GuestEngines guest, int offset, int value);
}
