package org.gpumediator.testkit.haswell;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.vmm.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * The bus address space of one fake GPU, as an IOMMU would give it one: 39 bits, cut into granules
 * of 2 MiB. Each mapping starts on a granule, with an unmapped granule behind it, so that an access
 * past its end is a fault. Addresses are handed out rotating and start above 4 GiB, so that a stale
 * address does not soon mean something else and the high bits of an entry matter.
 *
 * <p>Or that of a guest which was given the whole GPU: then a bus address is a guest-physical one,
 * and nothing else is reached.
 */
final class BusSpace {

    static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int ADDRESS_BITS = 39;
    private static final int GRANULE_SHIFT = 21;
    private static final int LEAF_SHIFT = 9;
    private static final int LEAF_MASK = (1 << LEAF_SHIFT) - 1;
    private static final int GRANULES = 1 << (ADDRESS_BITS - GRANULE_SHIFT);
    private static final int FIRST_GRANULE = 1 << (32 - GRANULE_SHIFT);
    private static final int PAGE = 4096;
    private static final int FAULTS_KEPT = 64;

    /** For how many regions of a guest it is remembered where they are. */
    private static final int REGIONS_KEPT = 64;

    /** Memory that the GPU reaches, and where. */
    static final class Mapping {
        final long base;
        final long length;
        final MemorySegment segment;
        final boolean writable;

        Mapping(long base, MemorySegment segment, boolean writable) {
            this(base, segment.byteSize(), segment, writable);
        }

        Mapping(long base, long length, MemorySegment segment, boolean writable) {
            this.base = base;
            this.length = length;
            this.segment = segment;
            this.writable = writable;
        }
    }

    private final @Nullable Mapping[][] leaves = new Mapping[GRANULES >>> LEAF_SHIFT][];
    private final BitSet used = new BitSet(GRANULES);
    private final List<BusFault> faults = new ArrayList<>();
    private final List<Mapping> guestRegions = new ArrayList<>();
    private @Nullable GuestMemory guest;
    private int next = FIRST_GRANULE;
    private long faultCount;
    private int changes;

    /** Hears of every access to what is mapped, or null. */
    @Nullable MemoryWatch watch;

    /** Returns a number that differs after memory was mapped or unmapped. */
    int changes() {
        return changes;
    }

    long map(MemorySegment segment, DmaAccess access) {
        long length = segment.byteSize();
        if (!segment.isNative()
                || length == 0
                || length % PAGE != 0
                || segment.address() % PAGE != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "segment of 0x%x bytes at 0x%x: expected native, page aligned memory",
                            length, segment.address()));
        }
        boolean writable = access == DmaAccess.READ_WRITE;
        if (writable && segment.isReadOnly()) {
            throw new IllegalArgumentException("segment is read-only: expected a writable one");
        }
        long granules = (length >>> GRANULE_SHIFT) + 2;
        int first = granules < GRANULES ? findRun((int) granules) : -1;
        if (first < 0) {
            throw new HardwareAccessException(
                    String.format("map 0x%x bytes for DMA: bus address space is full", length),
                    null);
        }
        changes++;
        used.set(first, first + (int) granules);
        next = first + (int) granules;
        Mapping mapping = new Mapping((long) first << GRANULE_SHIFT, segment, writable);
        for (int g = first; g < first + granules; g++) {
            put(g, mapping);
        }
        return mapping.base;
    }

    void unmap(long busAddress) {
        Mapping mapping = findMapped(busAddress);
        if (mapping == null || mapping.base != busAddress) {
            throw new IllegalArgumentException(
                    String.format("bus address 0x%x: nothing is mapped there", busAddress));
        }
        changes++;
        int first = (int) (busAddress >>> GRANULE_SHIFT);
        int granules = (int) (mapping.length >>> GRANULE_SHIFT) + 2;
        for (int g = first; g < first + granules; g++) {
            put(g, null);
        }
        used.clear(first, first + granules);
    }

    /** Reaches the memory of this guest and no other, or, without one, what is mapped. */
    void reach(@Nullable GuestMemory memory) {
        guest = memory;
        forgetGuestRegions();
    }

    /** Asks the guest anew where its memory is. */
    void forgetGuestRegions() {
        changes++;
        guestRegions.clear();
    }

    /** Returns the mapping that holds a bus address, or null. */
    @Nullable Mapping find(long busAddress) {
        GuestMemory owner = guest;
        return owner == null ? findMapped(busAddress) : findRegion(owner, busAddress);
    }

    private @Nullable Mapping findMapped(long busAddress) {
        if (busAddress < 0 || busAddress >>> ADDRESS_BITS != 0) {
            return null;
        }
        int granule = (int) (busAddress >>> GRANULE_SHIFT);
        @Nullable Mapping[] leaf = leaves[granule >>> LEAF_SHIFT];
        Mapping mapping = leaf == null ? null : leaf[granule & LEAF_MASK];
        return mapping != null && busAddress - mapping.base < mapping.length ? mapping : null;
    }

    private @Nullable Mapping findRegion(GuestMemory owner, long busAddress) {
        for (int i = 0; i < guestRegions.size(); i++) {
            Mapping known = guestRegions.get(i);
            if (Long.compareUnsigned(busAddress - known.base, known.length) < 0) {
                return known;
            }
        }
        GuestMemory.Region region = owner.regionAt(busAddress);
        if (region == null) {
            return null;
        }
        if (guestRegions.size() == REGIONS_KEPT) {
            guestRegions.clear();
        }
        Mapping found =
                new Mapping(region.start(), region.length(), region.segment(), region.writable());
        guestRegions.add(found);
        return found;
    }

    /** Reads an aligned dword, ones if that cannot be done. */
    int load(long busAddress, @Nullable HaswellEngine engine, long graphicsAddress) {
        Mapping mapping = find(busAddress);
        if (mapping == null) {
            fault(
                    BusFault.Kind.UNMAPPED,
                    BusFault.Access.READ,
                    engine,
                    graphicsAddress,
                    busAddress);
            return -1;
        }
        watch(engine, BusFault.Access.READ, busAddress);
        try {
            return mapping.segment.get(LE32, busAddress - mapping.base);
        } catch (IllegalStateException | WrongThreadException | InternalError gone) {
            fault(
                    BusFault.Kind.VANISHED,
                    BusFault.Access.READ,
                    engine,
                    graphicsAddress,
                    busAddress);
            return -1;
        }
    }

    /** Writes an aligned dword; what cannot be written is lost. */
    void store(long busAddress, int value, @Nullable HaswellEngine engine, long graphicsAddress) {
        Mapping mapping = find(busAddress);
        BusFault.Kind kind =
                mapping == null
                        ? BusFault.Kind.UNMAPPED
                        : mapping.writable ? BusFault.Kind.VANISHED : BusFault.Kind.READ_ONLY;
        if (mapping != null && mapping.writable) {
            watch(engine, BusFault.Access.WRITE, busAddress);
            try {
                mapping.segment.set(LE32, busAddress - mapping.base, value);
                return;
            } catch (IllegalStateException | WrongThreadException | InternalError gone) {
                // recorded below
            }
        }
        fault(kind, BusFault.Access.WRITE, engine, graphicsAddress, busAddress);
    }

    /** Tells whoever watches that mapped memory is accessed. */
    void watch(@Nullable HaswellEngine engine, BusFault.Access access, long busAddress) {
        MemoryWatch watching = watch;
        if (watching != null) {
            watching.accessed(engine, access, busAddress);
        }
    }

    void fault(
            BusFault.Kind kind,
            BusFault.Access access,
            @Nullable HaswellEngine engine,
            long graphicsAddress,
            long busAddress) {
        faultCount++;
        if (faults.size() < FAULTS_KEPT) {
            faults.add(new BusFault(kind, access, engine, graphicsAddress, busAddress));
        }
    }

    List<BusFault> faults() {
        return List.copyOf(faults);
    }

    long faultCount() {
        return faultCount;
    }

    void clearFaults() {
        faults.clear();
        faultCount = 0;
    }

    private void put(int granule, @Nullable Mapping mapping) {
        @Nullable Mapping[] leaf = leaves[granule >>> LEAF_SHIFT];
        if (leaf == null) {
            leaf = new Mapping[1 << LEAF_SHIFT];
            leaves[granule >>> LEAF_SHIFT] = leaf;
        }
        leaf[granule & LEAF_MASK] = mapping;
    }

    private int findRun(int granules) {
        int found = findRun(next, GRANULES, granules);
        return found >= 0 ? found : findRun(1, GRANULES, granules);
    }

    private int findRun(int from, int end, int granules) {
        int start = used.nextClearBit(from);
        while (start + granules <= end) {
            int taken = used.nextSetBit(start);
            if (taken < 0 || taken - start >= granules) {
                return start;
            }
            start = used.nextClearBit(taken);
        }
        return -1;
    }
}
