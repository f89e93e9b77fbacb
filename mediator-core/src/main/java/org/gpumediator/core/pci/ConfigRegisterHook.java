package org.gpumediator.core.pci;

/** Hears of guest writes to one register of a configuration space. */
@FunctionalInterface
public interface ConfigRegisterHook {

    /**
     * Says that the guest has written to the register, wholly or in part, also if that did not
     * change it.
     *
     * <p>Called on the thread that took the write, after the write, with no lock of the function
     * held: it may read and set registers of the function. Two writes made at the same time may be
     * told in either order. Not called for resets, nor for what the device sets itself.
     *
     * @param before the register's value before the write, zero-extended
     * @param after its value after the write, zero-extended
     */
    void written(int before, int after);
}
