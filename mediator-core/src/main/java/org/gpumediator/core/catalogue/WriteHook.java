package org.gpumediator.core.catalogue;

/**
 * Acts on a write that has been stored. Called on the thread that took the trap, with no lock of
 * the register file held; several calls may run at once. Must not block on anything but the
 * device's own locks, and must not allocate in steady state.
 *
 * @param <C> the device that the register belongs to
 */
@FunctionalInterface
public interface WriteHook<C> {

    /**
     * Called after every write, also one that changed nothing.
     *
     * @param device the device
     * @param offset byte offset of the register's dword, a multiple of 4
     * @param value what is stored now
     * @param old what was stored before
     */
    void written(C device, int offset, int value, int old);
}
