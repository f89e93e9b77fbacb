package org.gpumediator.intel.gen7.command;

/** The two address spaces a gen7 engine reaches memory through. */
public enum GraphicsSpace {
    /** The global graphics translation table, shared by all virtual GPUs. */
    GGTT,
    /** The per-process table that the engine's page directory describes. */
    PPGTT
}
