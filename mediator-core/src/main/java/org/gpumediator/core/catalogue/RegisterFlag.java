package org.gpumediator.core.catalogue;

/** Properties of a register that are independent of its access and policy. */
public enum RegisterFlag {
    /** A command stream may load or store it. */
    COMMAND_ACCESS,
    /** Accesses of any width need no alignment. */
    UNALIGNED,
    /** Belongs to the state that a context switch saves and restores. */
    CONTEXT_SAVED,
    /** Holds a graphics address. */
    GRAPHICS_ADDRESS,
    /** Changed by hardware: the virtual value is refreshed when its owner leaves the hardware. */
    HARDWARE_STATUS,
    /** Never handed to a guest, whatever it owns. */
    STICKY
}
