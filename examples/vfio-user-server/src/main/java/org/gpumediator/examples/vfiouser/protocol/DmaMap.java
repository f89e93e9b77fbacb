package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DMA_MAP: a piece of guest memory, whose file comes as a descriptor. */
public final class DmaMap extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 32;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int FILE_OFFSET = 8;
    private static final int ADDRESS = 16;
    private static final int SIZE = 24;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Returns what the device may do: read 1, write 2. */
    public int flags() {
        return int32(FLAGS);
    }

    /** Sets what the device may do: read 1, write 2. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Returns where in the file it begins. */
    public long fileOffset() {
        return int64(FILE_OFFSET);
    }

    /** Sets where in the file it begins. */
    public void fileOffset(long value) {
        int64(FILE_OFFSET, value);
    }

    /** Returns its guest-physical address. */
    public long address() {
        return int64(ADDRESS);
    }

    /** Sets its guest-physical address. */
    public void address(long value) {
        int64(ADDRESS, value);
    }

    /** Returns its length in bytes. */
    public long size() {
        return int64(SIZE);
    }

    /** Sets its length in bytes. */
    public void size(long value) {
        int64(SIZE, value);
    }
}
