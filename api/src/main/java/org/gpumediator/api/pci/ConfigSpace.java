package org.gpumediator.api.pci;

import java.util.List;
import java.util.OptionalLong;

/**
 * The configuration space of a virtual PCI function. Safe for use by multiple threads.
 *
 * <p>Offsets and values are {@code int}, other than those of a BAR: the space has at most 4 KiB,
 * and an access at most 4 bytes.
 *
 * <p>A write has effects that only the VMM can carry out: a BAR moves, decoding is switched. They
 * are returned as values; the VMM acts on them.
 */
public interface ConfigSpace {

    /** Returns the length in bytes: 256 (conventional) or 4096 (PCI Express). */
    int length();

    /**
     * Reads on behalf of the guest.
     *
     * @param offset byte offset, any value and alignment
     * @param width 1, 2 or 4 bytes
     * @return the value, zero-extended; bytes past the end read as ones; all ones for any other
     *     width
     */
    int read(int offset, int width);

    /**
     * Writes on behalf of the guest.
     *
     * @param offset byte offset, any value and alignment
     * @param width 1, 2 or 4 bytes; any other width is ignored
     * @param value the value; bytes past the end are dropped
     * @return what the write has brought about, in the order it happened; empty if nothing outside
     *     the space changed
     */
    List<ConfigWriteEffect> write(int offset, int width, int value);

    /**
     * Returns where a BAR is in the guest's address space.
     *
     * @param index BAR number, {@code 0} to {@code 5}, or 6 for the expansion ROM
     * @return its base, or empty while its decoding is off or there is no such BAR
     */
    OptionalLong barAddress(int index);

    /**
     * Returns a copy of the whole space as a byte-wise read would see it, without side effects of
     * reads.
     *
     * @return {@link #length} bytes
     */
    byte[] snapshot();
}
