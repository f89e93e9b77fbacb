package org.gpumediator.api.vmm;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.AccessWidth;

/**
 * Answers the accesses a guest makes to one trapped region: a BAR, or the expansion ROM.
 *
 * <p>Every access has an answer. What a guest does wrong is data: it is counted and answered as
 * hardware would, never an exception. Methods may be called by several threads at once, on the
 * thread that took the trap; they must not block on anything but the locks of the mediator.
 *
 * <p>A processor may access 3, 5, 6 or 7 bytes at once (an access that crosses a page, a block
 * move); a VMM that is told of such an access hands it to {@link #readBlock} and {@link
 * #writeBlock}. To {@link #read} and {@link #write} they are no width a register has.
 *
 * <p>Register values are little-endian: byte {@code offset} of the region is bits 7:0 of the value.
 */
public interface TrapHandler {

    /**
     * Reads from the region on behalf of the guest.
     *
     * @param offset byte offset from the start of the region; any value, of any alignment
     * @param width access width in bytes: 1, 2, 4 or 8
     * @return the value, zero-extended to 64 bits; all ones (of {@code width}) where the access is
     *     not wholly inside the region; the region's declared default where nothing is modelled
     * @implSpec Must not throw for any offset and any of the four widths, and must not allocate in
     *     steady state. Answers all ones, counted as refused, for any other width.
     */
    long read(long offset, int width);

    /**
     * Writes to the region on behalf of the guest.
     *
     * @param offset byte offset from the start of the region; any value, of any alignment
     * @param width access width in bytes: 1, 2, 4 or 8
     * @param value the value; bits above {@code width} bytes are ignored
     * @implSpec Must not throw for any offset and any of the four widths, and must not allocate in
     *     steady state. Ignores, counted as refused, an access that is not wholly inside the region
     *     or has any other width.
     */
    void write(long offset, int width, long value);

    /**
     * Reads a run of bytes of any length, as a VMM sees it that gathers several guest accesses into
     * one.
     *
     * @param offset byte offset from the start of the region
     * @param target filled whole, also where the access is refused (then with ones)
     * @implSpec The default splits the run into naturally aligned pieces of 8, 4, 2 and 1 bytes, in
     *     ascending order.
     */
    default void readBlock(long offset, MemorySegment target) {
        long end = target.byteSize();
        for (long at = 0; at < end; ) {
            int width = AccessWidth.widestAt(offset + at, end - at);
            AccessWidth.put(target, at, width, read(offset + at, width));
            at += width;
        }
    }

    /**
     * Writes a run of bytes of any length.
     *
     * @param offset byte offset from the start of the region
     * @param source the bytes
     * @implSpec The default splits the run into naturally aligned pieces of 8, 4, 2 and 1 bytes, in
     *     ascending order.
     */
    default void writeBlock(long offset, MemorySegment source) {
        long end = source.byteSize();
        for (long at = 0; at < end; ) {
            int width = AccessWidth.widestAt(offset + at, end - at);
            write(offset + at, width, AccessWidth.get(source, at, width));
            at += width;
        }
    }

    /**
     * Carries out a repeated string read ({@code rep movs}, {@code rep ins}), element by element.
     *
     * @param offset byte offset of the first element
     * @param width element width in bytes: 1, 2, 4 or 8
     * @param direction whether the region offset rises or falls by {@code width} after each element
     * @param target receives the elements in the order they are read, {@code target.byteSize() /
     *     width} of them
     * @throws IllegalArgumentException if {@code width} is none of the four, or does not divide the
     *     target's size
     */
    default void readString(
            long offset, int width, StringDirection direction, MemorySegment target) {
        long count = elements(target, width);
        for (long i = 0, at = offset; i < count; i++, at += direction.step(width)) {
            AccessWidth.put(target, i * width, width, read(at, width));
        }
    }

    /**
     * Carries out a repeated string write ({@code rep movs}, {@code rep stos}, {@code rep outs}),
     * element by element.
     *
     * @param offset byte offset of the first element
     * @param width element width in bytes: 1, 2, 4 or 8
     * @param direction whether the region offset rises or falls by {@code width} after each element
     * @param source the elements in the order they are written, {@code source.byteSize() / width}
     *     of them
     * @throws IllegalArgumentException if {@code width} is none of the four, or does not divide the
     *     source's size
     */
    default void writeString(
            long offset, int width, StringDirection direction, MemorySegment source) {
        long count = elements(source, width);
        for (long i = 0, at = offset; i < count; i++, at += direction.step(width)) {
            write(at, width, AccessWidth.get(source, i * width, width));
        }
    }

    /** The direction flag of a string instruction. */
    enum StringDirection {
        ASCENDING,
        DESCENDING;

        /**
         * Returns what to add to an offset after one element.
         *
         * @param width element width in bytes
         */
        public int step(int width) {
            return this == ASCENDING ? width : -width;
        }
    }

    private static long elements(MemorySegment run, int width) {
        if (!AccessWidth.isLegal(width)) {
            throw new IllegalArgumentException("width " + width + ": expected 1, 2, 4 or 8");
        }
        if (run.byteSize() % width != 0) {
            throw new IllegalArgumentException(
                    "length " + run.byteSize() + ": expected a multiple of the width " + width);
        }
        return run.byteSize() / width;
    }
}
