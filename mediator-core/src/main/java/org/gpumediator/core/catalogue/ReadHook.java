package org.gpumediator.core.catalogue;

/**
 * Decides what a read answers. Called as a {@link WriteHook} is.
 *
 * @param <C> the device that the register belongs to
 */
@FunctionalInterface
public interface ReadHook<C> {

    /**
     * Returns what the guest sees.
     *
     * @param device the device
     * @param offset byte offset of the register's dword, a multiple of 4
     * @param stored what is stored, or what hardware answered where the policy reads through
     */
    int read(C device, int offset, int stored);
}
