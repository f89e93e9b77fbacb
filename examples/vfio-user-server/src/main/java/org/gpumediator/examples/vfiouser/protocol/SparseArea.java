package org.gpumediator.examples.vfiouser.protocol;

/** A part of a region that can be mapped. */
public final class SparseArea extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int OFFSET = 0;
    private static final int SIZE = 8;

    /** Sets where in the region it begins. */
    public void offset(long value) {
        int64(OFFSET, value);
    }

    /** Sets its length in bytes. */
    public void size(long value) {
        int64(SIZE, value);
    }
}
