package org.gpumediator.api.vmm;

import java.util.Objects;

/**
 * A sub-range of a trapped region that a VMM may map straight into the guest, so that accesses to
 * it no longer trap.
 *
 * @param offset byte offset from the start of the region, a multiple of 4 KiB
 * @param length bytes, a positive multiple of 4 KiB
 * @param backing the memory behind the window
 * @param backingOffset byte offset of the window's first byte inside {@code backing}, a multiple of
 *     4 KiB
 */
public record DirectWindow(long offset, long length, SharedMemory backing, long backingOffset) {

    private static final long PAGE = 4096;

    /**
     * Validates the window.
     *
     * @throws IllegalArgumentException if a number is not page aligned, or the window is not inside
     *     its backing
     */
    public DirectWindow {
        Objects.requireNonNull(backing, "backing");
        if (offset < 0
                || length <= 0
                || backingOffset < 0
                || (offset | length | backingOffset) % PAGE != 0) {
            throw new IllegalArgumentException(
                    "direct window "
                            + offset
                            + "+"
                            + length
                            + " backed at "
                            + backingOffset
                            + ": expected multiples of "
                            + PAGE);
        }
        if (backingOffset > backing.segment().byteSize() - length) {
            throw new IllegalArgumentException(
                    "direct window of "
                            + length
                            + " bytes at "
                            + backingOffset
                            + ": backing has "
                            + backing.segment().byteSize());
        }
    }
}
