package org.gpumediator.testkit.haswell;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.jspecify.annotations.Nullable;

/**
 * The bus address space of one fake GPU, as an IOMMU would give it one: 39 bits, cut into granules
 * of 2 MiB. Each mapping starts on a granule, with an unmapped granule behind it, so that an access
 * past its end is a fault. Addresses are handed out rotating and start above 4 GiB, so that a stale
 * address does not soon mean something else and the high bits of an entry matter.
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

    /** Memory that the GPU reaches, and where. */
    static final class Mapping {
        final long base;
        final long length;
        final MemorySegment segment;
        final boolean writable;

        Mapping(long base, MemorySegment segment, boolean writable) {
            this.base = base;
            this.length = segment.byteSize();
            this.segment = segment;
            this.writable = writable;
        }
    }

    private final @Nullable Mapping[][] leaves = new Mapping[GRANULES >>> LEAF_SHIFT][];
    private final BitSet used = new BitSet(GRANULES);
    private final List<BusFault> faults = new ArrayList<>();
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
        Mapping mapping = find(busAddress);
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

    /** Returns the mapping that holds a bus address, or null. */
    @Nullable Mapping find(long busAddress) {
        if (busAddress < 0 || busAddress >>> ADDRESS_BITS != 0) {
            return null;
        }
        int granule = (int) (busAddress >>> GRANULE_SHIFT);
        @Nullable Mapping[] leaf = leaves[granule >>> LEAF_SHIFT];
        Mapping mapping = leaf == null ? null : leaf[granule & LEAF_MASK];
        return mapping != null && busAddress - mapping.base < mapping.length ? mapping : null;
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
