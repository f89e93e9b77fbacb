package org.gpumediator.api.pci;

import org.gpumediator.api.ResetKind;

/**
 * Something a configuration write has brought about and the VMM must act on. BARs are named by
 * number, the expansion ROM as 6: {@link org.gpumediator.api.vmm.VirtualGpu#bar} has the region,
 * and the core's router of BARs takes effects as they are.
 */
public sealed interface ConfigWriteEffect {

    /**
     * A decoded BAR has moved.
     *
     * @param index BAR number, 6 for the expansion ROM
     * @param oldBase where it was
     * @param newBase where it is now
     * @param length bytes
     */
    record BarMoved(int index, long oldBase, long newBase, long length)
            implements ConfigWriteEffect {}

    /**
     * A BAR has begun or ceased to be decoded.
     *
     * @param index BAR number, 6 for the expansion ROM
     * @param base its base
     * @param length bytes
     * @param decoded whether it is decoded now
     */
    record DecodeChanged(int index, long base, long length, boolean decoded)
            implements ConfigWriteEffect {}

    /**
     * Bus mastering was switched.
     *
     * @param enabled whether the function may access memory now
     */
    record BusMasterChanged(boolean enabled) implements ConfigWriteEffect {}

    /**
     * The set-up of interrupts has changed: a mechanism was switched, or a vector (un)masked or
     * given another message.
     */
    record InterruptsChanged() implements ConfigWriteEffect {}

    /**
     * The power state was changed.
     *
     * @param state 0 for D0, 3 for D3hot
     */
    record PowerStateChanged(int state) implements ConfigWriteEffect {}

    /**
     * The guest has asked for a reset. The function has not reset itself: the VMM calls {@link
     * org.gpumediator.api.vmm.VirtualGpu#reset}. The last effect of its write: what is decoded is
     * nothing once it is carried out.
     *
     * @param kind which
     */
    record ResetRequested(ResetKind kind) implements ConfigWriteEffect {}
}
