package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.BusSpace.LE32;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From graphics addresses to memory, for one engine or for the aperture, with a cache of pages.
 *
 * <p>The cache is dropped when an entry of the global table is written through BAR 0, when memory
 * is unmapped, and when the owner flushes it. An entry of a per-process page table lies in memory:
 * a change there is seen only after a flush, as on the chip.
 *
 * <p>Source: i915 gen7 page table formats; two levels of 512 directory entries, which occupy slots
 * of the global table, by 1024.
 */
final class Translator {

    /** The global address space. */
    static final int GLOBAL = 0;

    /** The per-process address space. */
    static final int PROCESS = 1;

    private static final int PAGE_SHIFT = 12;
    private static final int OFFSET_MASK = (1 << PAGE_SHIFT) - 1;
    private static final int SLOTS = 256;
    private static final int GENERATION_SHIFT = 24;
    private static final int DIRECTORY_ENTRIES_PER_VALID_BIT = 16;
    private static final int DIRECTORY_SLOTS_PER_LINE = 16;

    private final GlobalGtt gtt;
    private final BusSpace bus;
    private final @Nullable HaswellEngine owner;
    private final long[] tags = new long[2 * SLOTS];
    private final MemorySegment[] segments = new MemorySegment[2 * SLOTS];
    private final long[] offsets = new long[2 * SLOTS];
    private final boolean[] writable = new boolean[2 * SLOTS];
    private long generation = 1L << GENERATION_SHIFT;
    private int directory;
    private int directoryValid;
    private int lastFault;

    Translator(GlobalGtt gtt, BusSpace bus, @Nullable HaswellEngine owner) {
        this.gtt = gtt;
        this.bus = bus;
        this.owner = owner;
        Arrays.fill(segments, MemorySegment.NULL);
    }

    /** Forgets every cached page. */
    void flush() {
        generation += 1L << GENERATION_SHIFT;
    }

    /** Sets the root of the per-process address space, as {@code PP_DIR_BASE} says it. */
    void setDirectory(int base) {
        directory = (base >>> 16) * DIRECTORY_SLOTS_PER_LINE;
        flush();
    }

    /** Sets which parts of the directory are valid, as {@code PP_DCLV} says it. */
    void setDirectoryValid(int mask) {
        directoryValid = mask;
        flush();
    }

    /** Returns the contents of the engine's fault register since it was last cleared. */
    int lastFault() {
        return lastFault;
    }

    void setLastFault(int value) {
        lastFault = value;
    }

    int load(long address, int space) {
        int slot = slot(address, space, BusFault.Access.READ);
        if (slot < 0) {
            return -1;
        }
        try {
            return segments[slot].get(LE32, offsets[slot] + (address & OFFSET_MASK));
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            vanished(address, BusFault.Access.READ);
            return -1;
        }
    }

    void store(long address, int space, int value) {
        int slot = slot(address, space, BusFault.Access.WRITE);
        if (slot < 0) {
            return;
        }
        try {
            segments[slot].set(LE32, offsets[slot] + (address & OFFSET_MASK), value);
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            vanished(address, BusFault.Access.WRITE);
        }
    }

    /**
     * Finds the page of an address.
     *
     * @return a handle for {@link #segmentOf} and {@link #offsetOf}, valid until the next call of
     *     any method that translates; negative if there is nothing, which has been recorded
     */
    int slot(long address, int space, BusFault.Access access) {
        long page = (address & 0xffff_ffffL) >>> PAGE_SHIFT;
        int slot = (int) ((page ^ page >>> 8) & (SLOTS - 1)) | space * SLOTS;
        if (tags[slot] != (generation | page) && !fill(slot, page, space, access)) {
            return -1;
        }
        if (access == BusFault.Access.WRITE && !writable[slot]) {
            bus.fault(BusFault.Kind.READ_ONLY, access, owner, address, 0);
            return -1;
        }
        return slot;
    }

    MemorySegment segmentOf(int slot) {
        return segments[slot];
    }

    /** Returns the byte offset of the page inside its segment. */
    long offsetOf(int slot) {
        return offsets[slot];
    }

    void vanished(long address, BusFault.Access access) {
        bus.fault(BusFault.Kind.VANISHED, access, owner, address, 0);
    }

    private boolean fill(int slot, long page, int space, BusFault.Access access) {
        long address = page << PAGE_SHIFT;
        int entry =
                space == GLOBAL ? gtt.entry((int) page) : processEntry((int) page, address, access);
        if ((entry & GlobalGtt.VALID) == 0) {
            lastFault = (int) address | (space == GLOBAL ? 1 << 11 : 0) | 1;
            bus.fault(BusFault.Kind.INVALID_ENTRY, access, owner, address, 0);
            return false;
        }
        long busAddress = GlobalGtt.busAddress(entry);
        BusSpace.Mapping mapping = bus.find(busAddress);
        if (mapping == null) {
            bus.fault(BusFault.Kind.UNMAPPED, access, owner, address, busAddress);
            return false;
        }
        tags[slot] = generation | page;
        segments[slot] = mapping.segment;
        offsets[slot] = busAddress - mapping.base;
        writable[slot] = mapping.writable;
        return true;
    }

    private int processEntry(int page, long address, BusFault.Access access) {
        int index = page >>> 10;
        int validBit = index / DIRECTORY_ENTRIES_PER_VALID_BIT;
        if (validBit >= 32 || (directoryValid >>> validBit & 1) == 0) {
            return 0;
        }
        int directoryEntry = gtt.entry(directory + index);
        if ((directoryEntry & GlobalGtt.VALID) == 0
                || (directoryEntry & GlobalGtt.DIRECTORY_LARGE) != 0) {
            return 0;
        }
        long table = GlobalGtt.busAddress(directoryEntry);
        if (bus.find(table) == null) {
            bus.fault(BusFault.Kind.UNMAPPED, access, owner, address, table);
            return 0;
        }
        return bus.load(table + 4L * (page & 1023), owner, address);
    }
}
