package org.gpumediator.api;

/** The life of a virtual GPU. */
public enum VirtualGpuState {
    /** Made; the guest has not touched it since creation or reset. */
    CREATED,
    /** In use. */
    RUNNING,
    /** Held still by {@code VirtualGpu.quiesce}: queued work waits, traps are still answered. */
    QUIESCED,
    /**
     * Unusable until it is reset: quarantined after repeated faults, lost by its device, or stopped
     * by its host. Traps are answered from its shadow.
     */
    FAILED,
    /** Closed: its partition has gone back. */
    CLOSED
}
