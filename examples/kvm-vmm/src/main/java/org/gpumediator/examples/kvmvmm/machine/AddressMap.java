package org.gpumediator.examples.kvmvmm.machine;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * Who answers at which address: one map for memory, one for ports. Looking up takes no lock and
 * allocates nothing; what changes the map replaces it.
 */
final class AddressMap {

    /**
     * The ranges at one moment; where two overlap, as a guest may place them, the first answers.
     */
    private record Ranges(long[] starts, long[] lengths, TrapHandler[] handlers) {

        int find(long address) {
            for (int i = 0; i < starts.length; i++) {
                if (Long.compareUnsigned(address - starts[i], lengths[i]) < 0) {
                    return i;
                }
            }
            return -1;
        }
    }

    private volatile Ranges ranges = new Ranges(new long[0], new long[0], new TrapHandler[0]);

    /** Lets a handler answer; offsets it sees count from the start. */
    synchronized void add(long start, long length, TrapHandler handler) {
        Ranges old = ranges;
        int size = old.starts.length;
        Ranges next = new Ranges(new long[size + 1], new long[size + 1], new TrapHandler[size + 1]);
        copy(old, 0, next, 0, size);
        next.starts[size] = start;
        next.lengths[size] = length;
        next.handlers[size] = handler;
        ranges = next;
    }

    /** Takes away what was added with this start and handler; no effect if there is none. */
    synchronized void remove(long start, TrapHandler handler) {
        Ranges old = ranges;
        int size = old.starts.length;
        for (int i = 0; i < size; i++) {
            if (old.starts[i] == start && old.handlers[i] == handler) {
                Ranges next =
                        new Ranges(
                                new long[size - 1], new long[size - 1], new TrapHandler[size - 1]);
                copy(old, 0, next, 0, i);
                copy(old, i + 1, next, i, size - 1 - i);
                ranges = next;
                return;
            }
        }
    }

    private static void copy(Ranges from, int first, Ranges to, int at, int count) {
        System.arraycopy(from.starts, first, to.starts, at, count);
        System.arraycopy(from.lengths, first, to.lengths, at, count);
        System.arraycopy(from.handlers, first, to.handlers, at, count);
    }

    /** Returns whether somebody answers at an address. */
    boolean answers(long address) {
        return ranges.find(address) >= 0;
    }

    /**
     * Reads.
     *
     * @param length 1 to 8 bytes; one that is no power of two, as it comes from an access over the
     *     edge of a page, is answered in aligned pieces
     * @return the value, zero-extended; ones where nobody answers
     */
    long read(long address, int length) {
        Ranges now = ranges;
        int found = now.find(address);
        if (found < 0) {
            return AccessWidth.lowBytes(length);
        }
        TrapHandler handler = now.handlers[found];
        long offset = address - now.starts[found];
        if (AccessWidth.isLegal(length)) {
            return handler.read(offset, length);
        }
        long value = 0;
        for (int done = 0; done < length; ) {
            int width = AccessWidth.widestAt(offset + done, length - done);
            value |= handler.read(offset + done, width) << Byte.SIZE * done;
            done += width;
        }
        return value;
    }

    /** Writes; dropped where nobody answers. See {@link #read}. */
    void write(long address, int length, long value) {
        Ranges now = ranges;
        int found = now.find(address);
        if (found < 0) {
            return;
        }
        TrapHandler handler = now.handlers[found];
        long offset = address - now.starts[found];
        if (AccessWidth.isLegal(length)) {
            handler.write(offset, length, value & AccessWidth.lowBytes(length));
            return;
        }
        for (int done = 0; done < length; ) {
            int width = AccessWidth.widestAt(offset + done, length - done);
            handler.write(
                    offset + done, width, value >>> Byte.SIZE * done & AccessWidth.lowBytes(width));
            done += width;
        }
    }
}
