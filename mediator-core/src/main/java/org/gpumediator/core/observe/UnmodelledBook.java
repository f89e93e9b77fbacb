package org.gpumediator.core.observe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts accesses by register where nothing is modelled. Bounded: registers beyond the first {@link
 * #CAPACITY} are counted together. Safe for use by multiple threads, without locks or allocation.
 */
public final class UnmodelledBook {

    /** How many registers are counted one by one. */
    public static final int CAPACITY = 256;

    private static final int SLOTS = 2 * CAPACITY;
    private static final int PROBES = 16;

    // A slot holds offset + 1 once it is taken, and never changes afterwards.
    private final AtomicIntegerArray keys = new AtomicIntegerArray(SLOTS);
    private final AtomicLongArray reads = new AtomicLongArray(SLOTS);
    private final AtomicLongArray writes = new AtomicLongArray(SLOTS);
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong others = new AtomicLong();

    /** Creates a book without entries. */
    public UnmodelledBook() {}

    /**
     * One register and its counts.
     *
     * @param offset byte offset of its dword
     */
    public record Entry(int offset, long reads, long writes) {}

    /** Counts a read of the dword at a byte offset. */
    public void read(int offset) {
        int slot = slot(offset);
        if (slot < 0) {
            others.incrementAndGet();
        } else {
            reads.incrementAndGet(slot);
        }
    }

    /** Counts a write of the dword at a byte offset. */
    public void write(int offset) {
        int slot = slot(offset);
        if (slot < 0) {
            others.incrementAndGet();
        } else {
            writes.incrementAndGet(slot);
        }
    }

    /** Returns the accesses to registers that have no count of their own. */
    public long others() {
        return others.get();
    }

    /** Returns the counted registers, most often accessed first, then by offset. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            int key = keys.get(i);
            if (key != 0) {
                entries.add(new Entry(key - 1, reads.get(i), writes.get(i)));
            }
        }
        entries.sort(
                Comparator.comparingLong((Entry e) -> -(e.reads() + e.writes()))
                        .thenComparingInt(Entry::offset));
        return entries;
    }

    private int slot(int offset) {
        int key = offset + 1;
        int at = (offset >>> 2) * 0x9e37_79b9 >>> 16;
        for (int i = 0; i < PROBES; i++) {
            int slot = (at + i) & (SLOTS - 1);
            int has = keys.get(slot);
            if (has == key) {
                return slot;
            }
            if (has == 0) {
                if (taken.get() >= CAPACITY) {
                    return -1;
                }
                int seen = keys.compareAndExchange(slot, 0, key);
                if (seen == 0) {
                    taken.incrementAndGet();
                    return slot;
                }
                if (seen == key) {
                    return slot;
                }
            }
        }
        return -1;
    }
}
