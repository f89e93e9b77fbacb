package org.gpumediator.examples.vfiouser.protocol;

import java.lang.foreign.MemorySegment;

/**
 * One structure of the protocol as it lies in a buffer. Each structure has one subclass, which
 * names its fields and holds their offsets; an instance is laid over one place after another.
 * Nothing is checked: whoever lays it over bytes has seen that there are enough of them.
 *
 * <p>Belongs to one thread.
 */
public abstract class MessageView {

    private MemorySegment segment = MemorySegment.NULL;
    private long at;

    MessageView() {}

    /** Lays the structure over a buffer, with its first byte at {@code position}. */
    public final void wrap(MemorySegment buffer, long position) {
        segment = buffer;
        at = position;
    }

    final int int16(int offset) {
        return Short.toUnsignedInt(segment.get(Wire.LE16, at + offset));
    }

    final int int32(int offset) {
        return segment.get(Wire.LE32, at + offset);
    }

    final long int64(int offset) {
        return segment.get(Wire.LE64, at + offset);
    }

    final void int16(int offset, int value) {
        segment.set(Wire.LE16, at + offset, (short) value);
    }

    final void int32(int offset, int value) {
        segment.set(Wire.LE32, at + offset, value);
    }

    final void int64(int offset, long value) {
        segment.set(Wire.LE64, at + offset, value);
    }
}
