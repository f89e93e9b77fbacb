package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DMA_READ, DMA_WRITE and their replies, in front of the data. */
public final class DmaAccess extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ADDRESS = 0;
    private static final int COUNT = 8;

    /** Sets the guest-physical address. */
    public void address(long value) {
        int64(ADDRESS, value);
    }

    /** Sets how many bytes. */
    public void count(long value) {
        int64(COUNT, value);
    }
}
