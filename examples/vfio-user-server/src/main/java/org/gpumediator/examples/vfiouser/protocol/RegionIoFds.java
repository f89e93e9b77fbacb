package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DEVICE_GET_REGION_IO_FDS and of its reply. */
public final class RegionIoFds extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int INDEX = 8;
    private static final int COUNT = 12;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Returns flags, of which none is defined. */
    public int flags() {
        return int32(FLAGS);
    }

    /** Returns which region. */
    public int index() {
        return int32(INDEX);
    }

    /** Returns how many descriptors are listed. */
    public int count() {
        return int32(COUNT);
    }
}
