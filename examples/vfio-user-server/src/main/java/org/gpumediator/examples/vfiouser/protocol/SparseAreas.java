package org.gpumediator.examples.vfiouser.protocol;

/**
 * The capability of a region of which only some areas can be mapped; {@link SparseArea}s follow.
 */
public final class SparseAreas extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ID = 0;
    private static final int VERSION = 2;
    private static final int NEXT = 4;
    private static final int AREAS = 8;
    private static final int RESERVED = 12;

    /** Sets which capability. */
    public void id(int value) {
        int16(ID, value);
    }

    /** Sets its version. */
    public void version(int value) {
        int16(VERSION, value);
    }

    /** Sets where the next capability is, {@code 0} if there is none. */
    public void next(int value) {
        int32(NEXT, value);
    }

    /** Sets how many areas follow. */
    public void areas(int value) {
        int32(AREAS, value);
    }

    /** Sets reserved bytes. */
    public void reserved(int value) {
        int32(RESERVED, value);
    }

    private static final int SPARSE_MMAP = 1;

    /** Makes this the only capability, of so many areas. */
    public void put(int count) {
        id(SPARSE_MMAP);
        version(1);
        next(0);
        areas(count);
        reserved(0);
    }
}
