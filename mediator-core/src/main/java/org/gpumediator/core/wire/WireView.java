package org.gpumediator.core.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Bytes seen through the table of a {@link WireStructure}. A view holds no bytes of its own. Not
 * safe for use by multiple threads.
 */
public final class WireView {

    private final WireStructure structure;
    private final ByteBuffer bytes;
    private final int at;

    WireView(WireStructure structure, ByteBuffer buffer, int at) {
        this.structure = structure;
        this.bytes = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.at = at;
    }

    /**
     * Returns a number.
     *
     * @param field 1, 2, 4 or 8 bytes
     * @return its value, without sign if it has fewer than 8 bytes
     */
    public long get(WireField field) {
        return read(at + field.offset(), field.bytes());
    }

    /** Returns the low 32 bits of a number. */
    public int getInt(WireField field) {
        return (int) get(field);
    }

    /** Returns whether a number is not 0. */
    public boolean isSet(WireField field) {
        return get(field) != 0;
    }

    /**
     * Returns an element of an array of numbers.
     *
     * @param width bytes of an element
     * @throws IndexOutOfBoundsException if there is none
     */
    public long get(WireField array, int index, int width) {
        return read(element(array, index, width), width);
    }

    /**
     * Writes a number.
     *
     * @param field 1, 2, 4 or 8 bytes; bits of the value beyond them are dropped
     * @return this view
     */
    public WireView put(WireField field, long value) {
        write(at + field.offset(), field.bytes(), value);
        return this;
    }

    /**
     * Writes an element of an array of numbers.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public WireView put(WireField array, int index, int width, long value) {
        write(element(array, index, width), width, value);
        return this;
    }

    /** Writes text, as much of it as leaves room for a zero behind it. */
    public WireView put(WireField field, String text) {
        byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < field.bytes(); i++) {
            boolean inside = i < letters.length && i < field.bytes() - 1;
            bytes.put(at + field.offset() + i, inside ? letters[i] : 0);
        }
        return this;
    }

    /** Returns text up to the first zero or the end of the field. */
    public String text(WireField field) {
        int length = 0;
        while (length < field.bytes() && bytes.get(at + field.offset() + length) != 0) {
            length++;
        }
        byte[] letters = new byte[length];
        bytes.get(at + field.offset(), letters);
        return new String(letters, StandardCharsets.US_ASCII);
    }

    /**
     * Returns a view of a structure in an array of them.
     *
     * @throws IndexOutOfBoundsException if the array has no such element
     */
    public WireView element(WireField array, int index, WireStructure of) {
        return of.view(bytes, element(array, index, of.bytes()));
    }

    /** Returns all the bytes that it is a view of, if they are an array of their own. */
    public byte[] array() {
        return bytes.array();
    }

    private int element(WireField array, int index, int width) {
        if (index < 0 || index >= array.bytes() / width) {
            throw new IndexOutOfBoundsException(
                    structure.name()
                            + "."
                            + array.name()
                            + ": element "
                            + index
                            + ": expected 0 to "
                            + (array.bytes() / width - 1));
        }
        return at + array.offset() + index * width;
    }

    private long read(int offset, int width) {
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(bytes.get(offset));
            case 2 -> Short.toUnsignedLong(bytes.getShort(offset));
            case 4 -> Integer.toUnsignedLong(bytes.getInt(offset));
            case 8 -> bytes.getLong(offset);
            default -> throw noNumber(width);
        };
    }

    private void write(int offset, int width, long value) {
        switch (width) {
            case 1 -> bytes.put(offset, (byte) value);
            case 2 -> bytes.putShort(offset, (short) value);
            case 4 -> bytes.putInt(offset, (int) value);
            case 8 -> bytes.putLong(offset, value);
            default -> throw noNumber(width);
        }
    }

    private IllegalArgumentException noNumber(int width) {
        return new IllegalArgumentException(
                structure.name() + ": a number of " + width + " bytes: expected 1, 2, 4 or 8");
    }
}
