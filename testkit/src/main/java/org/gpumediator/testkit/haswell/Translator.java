package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.BusSpace.LE32;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From graphics addresses to memory, for one engine or for the aperture, with a translation cache
 * (TLB).
 *
 * <p>A translation once used stays until it is invalidated, whatever becomes of the table entry it
 * came from or of the memory it leads to: those of the global table by GFX_FLSH_CNTL, those of an
 * engine by its INSTPM, PIPE_CONTROL or MI_FLUSH_DW; its per-process ones also by a load of
 * PP_DIR_BASE among its commands, but not where the processor writes that register, for which
 * nobody promises it. Entries that are not valid are not remembered. A chip also drops translations
 * for want of room, when nobody can tell: here that happens only where two pages of one space fall
 * into the same slot of 256.
 *
 * <p>Source: i915 gen7 page table formats; two levels of 512 directory entries, which occupy slots
 * of the global table, by 1024. What invalidates: the change of address spaces and the writers of
 * table entries of i915 for gen7.
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
    private final long[] busAddresses = new long[2 * SLOTS];
    private final int[] mappingsSeen = new int[2 * SLOTS];
    private final MemorySegment[] segments = new MemorySegment[2 * SLOTS];
    private final long[] offsets = new long[2 * SLOTS];
    private final boolean[] writable = new boolean[2 * SLOTS];
    private final long[] generations = {1L << GENERATION_SHIFT, 1L << GENERATION_SHIFT};
    private int directory;
    private int directoryValid;
    private int lastFault;

    Translator(GlobalGtt gtt, BusSpace bus, @Nullable HaswellEngine owner) {
        this.gtt = gtt;
        this.bus = bus;
        this.owner = owner;
        Arrays.fill(segments, MemorySegment.NULL);
    }

    /** Forgets every translation. */
    void invalidate() {
        invalidate(GLOBAL);
        invalidate(PROCESS);
    }

    /** Forgets the translations of one address space. */
    void invalidate(int space) {
        generations[space] += 1L << GENERATION_SHIFT;
    }

    /** Sets the root of the per-process address space, as {@code PP_DIR_BASE} says it. */
    void setDirectory(int base) {
        directory = (base >>> 16) * DIRECTORY_SLOTS_PER_LINE;
    }

    /** Sets which parts of the directory are valid, as {@code PP_DCLV} says it. */
    void setDirectoryValid(int mask) {
        directoryValid = mask;
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
        if (tags[slot] != (generations[space] | page)) {
            if (!translate(slot, page, space, access)) {
                return -1;
            }
        } else if (mappingsSeen[slot] != bus.changes() && !resolve(slot, page, access)) {
            return -1;
        }
        if (access == BusFault.Access.WRITE && !writable[slot]) {
            bus.fault(BusFault.Kind.READ_ONLY, access, owner, address, 0);
            return -1;
        }
        bus.watch(owner, access, busAddresses[slot]);
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

    private boolean translate(int slot, long page, int space, BusFault.Access access) {
        long address = page << PAGE_SHIFT;
        int entry =
                space == GLOBAL ? gtt.entry((int) page) : processEntry((int) page, address, access);
        if ((entry & GlobalGtt.VALID) == 0) {
            lastFault = (int) address | (space == GLOBAL ? 1 << 11 : 0) | 1;
            bus.fault(BusFault.Kind.INVALID_ENTRY, access, owner, address, 0);
            return false;
        }
        tags[slot] = generations[space] | page;
        busAddresses[slot] = GlobalGtt.busAddress(entry);
        return resolve(slot, page, access);
    }

    /** Finds the memory at the bus address of a translation: the bus itself remembers nothing. */
    private boolean resolve(int slot, long page, BusFault.Access access) {
        long busAddress = busAddresses[slot];
        BusSpace.Mapping mapping = bus.find(busAddress);
        if (mapping == null) {
            mappingsSeen[slot] = bus.changes() - 1;
            bus.fault(BusFault.Kind.UNMAPPED, access, owner, page << PAGE_SHIFT, busAddress);
            return false;
        }
        mappingsSeen[slot] = bus.changes();
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
