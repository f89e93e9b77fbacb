package org.gpumediator.examples.kvmvmm.kvm;

/** Memory as the processors of a virtual machine reach it without leaving the guest. */
public interface MemorySlots {

    /** What {@link #map} answers when nothing could be mapped. */
    int NONE = -1;

    /**
     * Puts host memory into the guest.
     *
     * @param guestAddress a multiple of 4 KiB
     * @param length in bytes, a multiple of 4 KiB
     * @param hostAddress a multiple of 4 KiB; the memory must stay until {@link #unmap}
     * @param readOnly whether writes leave the guest instead
     * @return the slot, or {@link #NONE} if there is none left, something else is mapped there, or
     *     the processors cannot reach so far up
     */
    int map(long guestAddress, long length, long hostAddress, boolean readOnly);

    /** Takes memory away; accesses leave the guest from now on. */
    void unmap(int slot);
}
