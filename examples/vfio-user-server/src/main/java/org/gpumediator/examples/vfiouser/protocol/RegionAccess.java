package org.gpumediator.examples.vfiouser.protocol;

/** The payload of REGION_READ, REGION_WRITE and their replies, in front of the data. */
public final class RegionAccess extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int OFFSET = 0;
    private static final int REGION = 8;
    private static final int COUNT = 12;

    /** Returns where in the region. */
    public long offset() {
        return int64(OFFSET);
    }

    /** Sets where in the region. */
    public void offset(long value) {
        int64(OFFSET, value);
    }

    /** Returns which region. */
    public int region() {
        return int32(REGION);
    }

    /** Sets which region. */
    public void region(int value) {
        int32(REGION, value);
    }

    /** Returns how many bytes. */
    public int count() {
        return int32(COUNT);
    }

    /** Sets how many bytes. */
    public void count(int value) {
        int32(COUNT, value);
    }

    /** Sets all fields. */
    public void put(long position, int index, int bytes) {
        offset(position);
        region(index);
        count(bytes);
    }
}
