package org.gpumediator.examples.vfiouser.protocol;

/** The payload of REGION_WRITE_MULTI and of its reply, in front of its entries. */
public final class WriteMulti extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 8;

    /** Most bytes of data in an entry. */
    public static final int MOST_DATA = Long.BYTES;

    /** Length of an entry in bytes: a {@link RegionAccess} and room for its data. */
    public static final int ENTRY_LENGTH = RegionAccess.LENGTH + MOST_DATA;

    private static final int ENTRIES = 0;

    /** Returns how many entries follow. */
    public long entries() {
        return int64(ENTRIES);
    }

    /** Sets how many entries follow. */
    public void entries(long value) {
        int64(ENTRIES, value);
    }
}
