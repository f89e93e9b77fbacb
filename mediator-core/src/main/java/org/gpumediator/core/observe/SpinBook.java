package org.gpumediator.core.observe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Notices registers that are read again and again with no write to anything in between: a driver
 * that waits for an answer nobody gives. Bounded: remembers {@link #CAPACITY} registers between two
 * writes. Takes a lock per access: for a tracing decorator, not for the usual path.
 */
public final class SpinBook {

    /** How many different registers are followed. */
    public static final int CAPACITY = 1024;

    private final int threshold;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final long[] offsets = new long[CAPACITY];

    @GuardedBy("lock")
    private final long[] writeAtRead = new long[CAPACITY];

    @GuardedBy("lock")
    private final long[] runs = new long[CAPACITY];

    @GuardedBy("lock")
    private final long[] longest = new long[CAPACITY];

    @GuardedBy("lock")
    private int used;

    @GuardedBy("lock")
    private long writes;

    /**
     * One register that was spun on.
     *
     * @param offset byte offset as it was read
     * @param reads the longest run of reads without a write in between
     */
    public record Entry(long offset, long reads) {}

    /**
     * Creates a book.
     *
     * @param threshold how many reads make a spin, at least {@code 2}
     * @throws IllegalArgumentException if it is less
     */
    public SpinBook(int threshold) {
        if (threshold < 2) {
            throw new IllegalArgumentException("threshold " + threshold + ": expected at least 2");
        }
        this.threshold = threshold;
    }

    /** Takes note of a read. */
    public void read(long offset) {
        synchronized (lock) {
            int slot = slot(offset);
            if (slot < 0) {
                return;
            }
            if (writeAtRead[slot] != writes) {
                writeAtRead[slot] = writes;
                runs[slot] = 0;
            }
            runs[slot]++;
            longest[slot] = Math.max(longest[slot], runs[slot]);
        }
    }

    /** Takes note of a write, wherever it went. */
    public void write() {
        synchronized (lock) {
            writes++;
        }
    }

    /** Returns the registers that were spun on, the longest run first, then by offset. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        synchronized (lock) {
            for (int i = 0; i < used; i++) {
                if (longest[i] >= threshold) {
                    entries.add(new Entry(offsets[i], longest[i]));
                }
            }
        }
        entries.sort(
                Comparator.comparingLong((Entry entry) -> -entry.reads())
                        .thenComparingLong(Entry::offset));
        return entries;
    }

    /** Returns the place of a register; once all are taken, that of one which never spun. */
    @GuardedBy("lock")
    private int slot(long offset) {
        for (int i = 0; i < used; i++) {
            if (offsets[i] == offset) {
                return i;
            }
        }
        if (used < CAPACITY) {
            offsets[used] = offset;
            return used++;
        }
        for (int i = 0; i < CAPACITY; i++) {
            if (longest[i] < threshold && writeAtRead[i] != writes) {
                offsets[i] = offset;
                longest[i] = 0;
                return i;
            }
        }
        return -1;
    }
}
