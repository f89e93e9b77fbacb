package org.gpumediator.testkit.haswell;

import org.jspecify.annotations.Nullable;

/**
 * An access of the fake GPU to memory that could not be made. Reads gave ones, writes were dropped.
 *
 * @param kind why
 * @param access what was tried
 * @param engine who tried; {@code null} for the processor's aperture
 * @param graphicsAddress the address before translation, in bytes
 * @param busAddress the address after translation, in bytes; {@code 0} if there was none
 */
public record BusFault(
        Kind kind,
        Access access,
        @Nullable HaswellEngine engine,
        long graphicsAddress,
        long busAddress) {

    /** Why an access failed. */
    public enum Kind {
        /** An entry of a translation table without its valid bit, or outside the table. */
        INVALID_ENTRY,
        /** No memory is mapped at the bus address. */
        UNMAPPED,
        /** The memory is mapped for reading only. */
        READ_ONLY,
        /** The memory was mapped, but its owner has taken it away. */
        VANISHED
    }

    /** What was tried. */
    public enum Access {
        READ,
        WRITE
    }

    @Override
    public String toString() {
        return String.format(
                "%s %s by %s at graphics address 0x%x, bus address 0x%x",
                kind, access, engine == null ? "aperture" : engine, graphicsAddress, busAddress);
    }
}
