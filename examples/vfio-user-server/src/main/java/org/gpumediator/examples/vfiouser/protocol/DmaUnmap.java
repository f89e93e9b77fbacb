package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DMA_UNMAP and of its reply. */
public final class DmaUnmap extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 24;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int ADDRESS = 8;
    private static final int SIZE = 16;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Returns what is asked beyond taking the range away. */
    public int flags() {
        return int32(FLAGS);
    }

    /** Sets what is asked beyond taking the range away. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Returns the guest-physical address of the range. */
    public long address() {
        return int64(ADDRESS);
    }

    /** Sets the guest-physical address of the range. */
    public void address(long value) {
        int64(ADDRESS, value);
    }

    /** Returns the length of the range in bytes. */
    public long size() {
        return int64(SIZE);
    }

    /** Sets the length of the range in bytes. */
    public void size(long value) {
        int64(SIZE, value);
    }

    /** Flag: everything that is mapped, not a range. */
    public static final int ALL = 2;
}
