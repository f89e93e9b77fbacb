package org.gpumediator.intel.gen7.display;

import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/** A guest that may come to the front of the GPU's own monitors. */
public interface PanelGuest {

    /** Returns its name. */
    String name();

    /** Returns its registers. */
    ShadowRegisters shadow();

    /** Returns its pipes. */
    VirtualDisplay display();

    /** Returns its gamma tables of more than 8 bits. */
    PrecisionPalette precisePalette();

    /** Whether so many bytes of graphics memory are its own, from the first to the last. */
    boolean owns(long graphicsAddress, long length);

    /** Hears that a plane reaches for what is not the guest's, and is not shown. */
    void planeRefused(int pipe, long graphicsAddress);
}
