package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.BusSpace.LE32;

import java.lang.foreign.MemorySegment;

/**
 * The global graphics translation table: 524,288 entries of 4 KiB pages, 2 GiB.
 *
 * <p>Entry on Haswell: bit 0 valid, bits 31:12 address in place, bits 10:4 address bits 38:32, bits
 * 3:1 and 11 cacheability. Source: i915 gen7 page table formats.
 */
final class GlobalGtt {

    static final int ENTRIES = 512 * 1024;
    static final int VALID = 1;

    /** In a directory entry only: a page of 32 KiB, which nothing uses. */
    static final int DIRECTORY_LARGE = 2;

    private static final int ADDRESS_LOW = 0xffff_f000;
    private static final int ADDRESS_HIGH = 0x0000_07f0;
    private static final int ADDRESS_HIGH_SHIFT = 28;

    private static final long LENGTH = 4L * ENTRIES;

    private MemorySegment entries = MemorySegment.ofArray(new int[ENTRIES]);

    /** Returns an entry; an invalid one past the end of the table. */
    int entry(int index) {
        return index >= 0 && index < ENTRIES ? entries.get(LE32, 4L * index) : 0;
    }

    void setEntry(int index, int value) {
        if (index >= 0 && index < ENTRIES) {
            entries.set(LE32, 4L * index, value);
        }
    }

    void clear() {
        entries.fill((byte) 0);
    }

    /** Keeps the entries in other memory from now on, which a guest may write as well. */
    void moveTo(MemorySegment memory) {
        MemorySegment.copy(entries, 0, memory, 0, LENGTH);
        entries = memory;
    }

    /** Keeps the entries where nobody else sees them. */
    void moveBack() {
        moveTo(MemorySegment.ofArray(new int[ENTRIES]));
    }

    static long busAddress(int entry) {
        return Integer.toUnsignedLong(entry & ADDRESS_LOW)
                | (long) (entry & ADDRESS_HIGH) << ADDRESS_HIGH_SHIFT;
    }
}
