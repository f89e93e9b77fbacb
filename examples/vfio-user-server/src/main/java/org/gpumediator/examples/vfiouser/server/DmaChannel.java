package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;

/** Guest memory that only the client can reach: it is asked by message. */
interface DmaChannel {

    /**
     * Asks the client for bytes of its guest.
     *
     * @param guestPhysicalAddress first byte
     * @param target receives them
     * @return whether all came; {@code false} also where asking could wait for itself
     */
    boolean read(long guestPhysicalAddress, MemorySegment target);

    /**
     * Has the client write bytes into its guest.
     *
     * @param guestPhysicalAddress first byte
     * @param source the bytes
     * @return whether all were written; {@code false} also where asking could wait for itself
     */
    boolean write(long guestPhysicalAddress, MemorySegment source);
}
