package org.gpumediator.testkit.haswell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 256 ternary raster operations: bit {@code 4 * pattern + 2 * source + destination} of the code
 * is the result.
 */
final class RasterOperation {

    static final int SOURCE_COPY = 0xcc;
    static final int PATTERN_COPY = 0xf0;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private RasterOperation() {}

    static boolean usesPattern(int code) {
        return ((code >> 4 ^ code) & 0x0f) != 0;
    }

    static boolean usesSource(int code) {
        return ((code >> 2 ^ code) & 0x33) != 0;
    }

    static boolean usesDestination(int code) {
        return ((code >> 1 ^ code) & 0x55) != 0;
    }

    static long apply(int code, long pattern, long source, long destination) {
        long result = 0;
        for (int left = code; left != 0; left &= left - 1) {
            int term = Integer.numberOfTrailingZeros(left);
            result |=
                    ((term & 4) != 0 ? pattern : ~pattern)
                            & ((term & 2) != 0 ? source : ~source)
                            & ((term & 1) != 0 ? destination : ~destination);
        }
        return result;
    }

    /** Combines rows into {@code destination}; the arrays are padded to a multiple of 8 bytes. */
    static void combine(int code, byte[] pattern, byte[] source, byte[] destination, int length) {
        for (int i = 0; i < length; i += 8) {
            long result =
                    apply(
                            code,
                            (long) LONGS.get(pattern, i),
                            (long) LONGS.get(source, i),
                            (long) LONGS.get(destination, i));
            LONGS.set(destination, i, result);
        }
    }

    /** Takes {@code changed} where the mask is set and {@code kept} elsewhere, into changed. */
    static void merge(byte[] kept, byte[] changed, byte[] mask, int length) {
        for (int i = 0; i < length; i += 8) {
            long m = (long) LONGS.get(mask, i);
            LONGS.set(
                    changed, i, (long) LONGS.get(kept, i) & ~m | (long) LONGS.get(changed, i) & m);
        }
    }
}
