package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DEVICE_GET_REGION_INFO and of its reply, in front of capabilities. */
public final class RegionInfo extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 32;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int INDEX = 8;
    private static final int CAPABILITIES_AT = 12;
    private static final int SIZE = 16;
    private static final int FILE_OFFSET = 24;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Sets how the region can be accessed. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Returns which region. */
    public int index() {
        return int32(INDEX);
    }

    /** Sets which region. */
    public void index(int value) {
        int32(INDEX, value);
    }

    /** Sets where the capabilities begin, {@code 0} if there are none. */
    public void capabilitiesAt(int value) {
        int32(CAPABILITIES_AT, value);
    }

    /** Sets the length of the region in bytes. */
    public void size(long value) {
        int64(SIZE, value);
    }

    /** Sets where in the file of the descriptor the region begins. */
    public void fileOffset(long value) {
        int64(FILE_OFFSET, value);
    }
}
