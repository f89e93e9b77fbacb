package org.gpumediator.intel.gen7.command;

import org.jspecify.annotations.Nullable;

/**
 * Whose submission is scanned and what it owns. Asked once per scan for each value; the methods
 * must not allocate.
 */
public interface ScanContext {

    /** Returns the engine: {@code 0} RCS, {@code 1} BCS, {@code 2} VCS, {@code 3} VECS. */
    int engine();

    /** Returns whether this engine's page directory is set and enabled for this virtual GPU. */
    boolean ppgttEnabled();

    /**
     * Returns whether what this engine's pipelines reach, beyond what a command says itself, is
     * confined to the guest's memory by a per-process table: its own, or the mediator's.
     */
    default boolean surfacesConfined() {
        return ppgttEnabled();
    }

    /**
     * Returns whether the render engine takes buffer 0 of 3DSTATE_CONSTANT_* as an address rather
     * than as an offset: INSTPM bit 6, if anything that may have run has set it.
     */
    default boolean absoluteConstants() {
        return false;
    }

    /** Returns the first graphics address of the aperture share, a multiple of 4 KiB. */
    long lowStart();

    /** Returns the end of the aperture share, exclusive. */
    long lowEnd();

    /** Returns the first graphics address of the hidden share, a multiple of 4 KiB. */
    long highStart();

    /** Returns the end of the hidden share, exclusive. */
    long highEnd();

    /** Returns the guest's memory. */
    GuestDwords memory();

    /** Returns where copies of batches go. */
    BatchSink batches();

    /**
     * Returns where the batch behind the first jump goes on, if it was cut; what is cut now is put
     * there. {@code null} if this ring's batches are not run in pieces: one that is too long is
     * refused then.
     */
    default @Nullable BatchRest rest() {
        return null;
    }

    /** Returns what the scan may cost; it goes on with the same one if it is asked to. */
    WorkBudget budget();

    /** Returns who hears of side effects. */
    ScanEvents events();
}
