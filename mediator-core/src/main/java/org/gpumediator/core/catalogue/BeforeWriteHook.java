package org.gpumediator.core.catalogue;

/**
 * Decides what a write stores. Called as a {@link WriteHook} is.
 *
 * @param <C> the device that the register belongs to
 */
@FunctionalInterface
public interface BeforeWriteHook<C> {

    /**
     * Returns what to store.
     *
     * @param device the device
     * @param offset byte offset of the register's dword, a multiple of 4
     * @param written what would be stored: the register's access and writable mask are applied
     * @param stored what is stored now
     * @return stored as it is, with no mask applied
     */
    int toStore(C device, int offset, int written, int stored);
}
