package org.gpumediator.intel.gen7.command;

/**
 * Reads what one guest has at a graphics address, as its engine would fetch it.
 *
 * <p>Called by the scanner on the thread that submits. Must not call back into the scanner, and
 * must not allocate.
 */
public interface GuestDwords {

    /**
     * Copies dwords of a batch.
     *
     * @param space which address space {@code graphicsAddress} belongs to
     * @param graphicsAddress of the first dword, a multiple of 4, below 4 GiB; the dwords asked for
     *     lie in one page of 4 KiB
     * @param target receives the dwords
     * @param at index in {@code target} of the first dword
     * @param count how many dwords, {@code 1} to {@code 1024}
     * @return whether all of them are mapped memory of the guest; what is in {@code target} after
     *     {@code false} does not matter
     */
    boolean read(GraphicsSpace space, long graphicsAddress, int[] target, int at, int count);
}
