package org.gpumediator.core.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A structure as it stands in memory that two sides share: its length and a table of its fields,
 * little endian. Whoever reads or writes one does it through a {@link WireView}, so that an offset
 * stands in one place.
 *
 * <p>Fields are added by the class that holds the structure, while that class is initialised; after
 * that a structure does not change and is safe for use by multiple threads.
 */
public final class WireStructure {

    private final String name;
    private final int bytes;
    private final String source;
    private final List<WireField> fields = new ArrayList<>();

    /**
     * Creates a structure without fields.
     *
     * @param name what its source calls it
     * @param bytes its length
     * @param source where its numbers are from
     * @throws IllegalArgumentException if the length is not positive
     */
    public WireStructure(String name, int bytes, String source) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(
                    name + ": " + bytes + " bytes: expected more than 0");
        }
        this.name = Objects.requireNonNull(name, "name");
        this.bytes = bytes;
        this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Adds a field.
     *
     * @param fieldName what the source calls it
     * @param offset bytes from the start of the structure
     * @param fieldBytes its length, of an array that of the whole
     * @return the field
     * @throws IllegalArgumentException if it is not inside the structure
     */
    public WireField field(String fieldName, int offset, int fieldBytes) {
        if (offset < 0 || fieldBytes <= 0 || offset > bytes - fieldBytes) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s.%s: %d bytes at %d: expected inside %d bytes",
                            name, fieldName, fieldBytes, offset, bytes));
        }
        WireField field = new WireField(fieldName, offset, fieldBytes);
        fields.add(field);
        return field;
    }

    /** Returns what its source calls it. */
    public String name() {
        return name;
    }

    /** Returns its length in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns where its numbers are from. */
    public String source() {
        return source;
    }

    /** Returns its fields in the order they were added. */
    public List<WireField> fields() {
        return Collections.unmodifiableList(fields);
    }

    /** Returns a view of one that is all zero. */
    public WireView allocate() {
        return allocate(0);
    }

    /**
     * Returns a view of one that is all zero, with bytes behind it.
     *
     * @param behind how many, 0 and up
     */
    public WireView allocate(int behind) {
        return view(ByteBuffer.allocate(bytes + behind).order(ByteOrder.LITTLE_ENDIAN));
    }

    /**
     * Returns a view of the start of a buffer.
     *
     * @throws IllegalArgumentException if the buffer is shorter
     */
    public WireView view(ByteBuffer buffer) {
        return view(buffer, 0);
    }

    /**
     * Returns a view of a part of a buffer.
     *
     * @param buffer what is seen; its position does not matter and does not change
     * @param at where the structure begins
     * @throws IllegalArgumentException if it does not end inside the buffer
     */
    public WireView view(ByteBuffer buffer, int at) {
        if (at < 0 || at > buffer.limit() - bytes) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: %d bytes at %d: expected inside %d bytes",
                            name, bytes, at, buffer.limit()));
        }
        return new WireView(this, buffer, at);
    }

    @Override
    public String toString() {
        return name + ", " + bytes + " bytes";
    }
}
