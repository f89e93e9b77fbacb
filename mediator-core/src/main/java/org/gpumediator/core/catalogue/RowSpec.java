package org.gpumediator.core.catalogue;

import java.util.List;
import org.gpumediator.api.AccessWidth;

/** A row as it was declared, before it is placed at the bases of its block. */
record RowSpec<C>(
        String name,
        int offset,
        int stride,
        int count,
        int width,
        RegisterAccess access,
        long writableMask,
        long reset,
        TrapPolicy policy,
        List<RegisterBehaviour<C>> behaviours) {

    RowSpec {
        behaviours = List.copyOf(behaviours);
        if (width != 1 && width != 2 && width != 4 && width != 8) {
            throw new IllegalArgumentException(
                    name + ": width " + width + ": expected 1, 2, 4 or 8");
        }
        if (count < 1 || (count > 1 && stride < width)) {
            throw new IllegalArgumentException(
                    name + ": " + count + " elements with stride " + stride + " do not fit");
        }
        writableMask = narrow(name, "writable mask", writableMask, width);
        reset = narrow(name, "reset value", reset, width);
        if (access == RegisterAccess.MASKED) {
            if (width != 4) {
                throw new IllegalArgumentException(
                        name + ": a masked register is 4 bytes wide, not " + width);
            }
            if ((writableMask >>> 16) != 0) {
                throw new IllegalArgumentException(
                        name + ": writable mask of a masked register reaches into the high half");
            }
        }
    }

    /** Undoes the sign extension of an {@code int} literal, and refuses bits outside. */
    private static long narrow(String name, String what, long value, int width) {
        if (width == 8) {
            return value;
        }
        long ones = AccessWidth.ones(width);
        boolean literal = width == 4 && value == (int) value;
        if ((value & ~ones) != 0 && !literal) {
            throw new IllegalArgumentException(
                    name
                            + ": "
                            + what
                            + " 0x"
                            + Long.toHexString(value)
                            + " has bits outside "
                            + width
                            + " bytes");
        }
        return value & ones;
    }
}
