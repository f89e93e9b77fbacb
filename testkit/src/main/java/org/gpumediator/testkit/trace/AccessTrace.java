package org.gpumediator.testkit.trace;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * The trapped accesses of one guest to one virtual GPU, in the order they were made.
 *
 * <p>A file is compressed with gzip. Inside: the text {@code GPUTRACE 1} and a line feed; then a
 * record for each access. A record begins with a byte: bits 2:0 the region, 0 to 6; bits 4:3 the
 * logarithm of the width; bit 5 set for a write; bits 7:6 zero. Then the offset, as the zigzag
 * difference to the end of the access before in the same region, in groups of seven bits, the least
 * significant first, bit 7 set in all but the last. Then the value in {@code width} bytes,
 * little-endian: what was read, or what was written.
 *
 * <p>Holds neither times nor guest memory nor configuration accesses. Immutable.
 */
public final class AccessTrace {

    /** How many accesses a trace can have at most. */
    public static final int MAX_ACCESSES = 8_000_000;

    private static final int FIRST_CAPACITY = 4096;

    private byte[] kinds = new byte[FIRST_CAPACITY];
    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] values = new long[FIRST_CAPACITY];
    private int size;

    private AccessTrace() {}

    /**
     * Reads a file.
     *
     * @throws TraceFormatException if it is damaged, truncated or longer than {@link #MAX_ACCESSES}
     * @throws IOException if it cannot be read
     */
    public static AccessTrace read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in);
        }
    }

    /**
     * Reads a whole stream; does not close it.
     *
     * @param compressed a trace file from its first byte to its last
     * @throws TraceFormatException if it is damaged, truncated or longer than {@link #MAX_ACCESSES}
     * @throws IOException if it cannot be read
     */
    public static AccessTrace read(InputStream compressed) throws IOException {
        return read(compressed, MAX_ACCESSES);
    }

    static AccessTrace read(InputStream compressed, int mostAccesses) throws IOException {
        TraceReader reader = new TraceReader(new BufferedInputStream(compressed));
        AccessTrace trace = new AccessTrace();
        while (reader.next()) {
            if (trace.size == mostAccesses) {
                throw new TraceFormatException(
                        reader.position(), "expected at most " + mostAccesses + " accesses");
            }
            trace.add(reader.kind(), reader.offset(), reader.value());
        }
        return trace;
    }

    private void add(byte kind, long offset, long value) {
        if (size == kinds.length) {
            int capacity = 2 * size;
            kinds = Arrays.copyOf(kinds, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        kinds[size] = kind;
        offsets[size] = offset;
        values[size] = value;
        size++;
    }

    /** Returns how many accesses there are. */
    public int size() {
        return size;
    }

    /**
     * Returns the region that an access went to: a BAR's number, or 6 for the expansion ROM.
     *
     * @param index which access, {@code 0} to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such access
     */
    public int region(int index) {
        return TraceReader.region(kind(index));
    }

    /**
     * Returns whether an access is a write.
     *
     * @param index which access, {@code 0} to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such access
     */
    public boolean isWrite(int index) {
        return TraceReader.isWrite(kind(index));
    }

    /**
     * Returns how many bytes an access has: 1, 2, 4 or 8.
     *
     * @param index which access, {@code 0} to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such access
     */
    public int width(int index) {
        return TraceReader.width(kind(index));
    }

    /**
     * Returns the byte offset of an access from the start of its region, not negative.
     *
     * @param index which access, {@code 0} to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such access
     */
    public long offset(int index) {
        return offsets[Objects.checkIndex(index, size)];
    }

    /**
     * Returns what was written, or the answer of a read, zero-extended.
     *
     * @param index which access, {@code 0} to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is no such access
     */
    public long value(int index) {
        return values[Objects.checkIndex(index, size)];
    }

    private byte kind(int index) {
        return kinds[Objects.checkIndex(index, size)];
    }

    @Override
    public String toString() {
        return "AccessTrace of " + size + " accesses";
    }
}
