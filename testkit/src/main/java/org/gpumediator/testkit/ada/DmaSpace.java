package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.vmm.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * The bus addresses of one fake board: what is mapped where. Mappings are a guard page apart,
 * addresses are not used twice, so that a stale one is a fault. While the board is given whole to a
 * guest, bus addresses are guest-physical and nothing else is reached. Memory is accessed under the
 * board's lock, and only while bus mastering is on.
 */
final class DmaSpace {

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PAGE = 4096;
    private static final long FIRST = 1L << 32;

    private record Mapping(MemorySegment segment, boolean writable) {}

    private final ConcurrentSkipListMap<Long, Mapping> mappings = new ConcurrentSkipListMap<>();
    private final BooleanSupplier busMaster;
    private @Nullable GuestMemory guest;
    private long next = FIRST;
    private long faults;

    /**
     * Creates a space with nothing in it.
     *
     * @param busMaster whether the board may access memory now
     */
    DmaSpace(BooleanSupplier busMaster) {
        this.busMaster = busMaster;
    }

    /** Reaches the memory of this guest and no other, or, without one, what is mapped. */
    void reach(@Nullable GuestMemory memory) {
        guest = memory;
    }

    synchronized long map(MemorySegment segment, DmaAccess access) {
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
        long base = next;
        next += length + PAGE;
        mappings.put(base, new Mapping(segment, access == DmaAccess.READ_WRITE));
        return base;
    }

    void unmap(long base) {
        if (mappings.remove(base) == null) {
            throw new IllegalArgumentException(
                    String.format("bus address 0x%x: nothing is mapped there", base));
        }
    }

    int mapped() {
        return mappings.size();
    }

    synchronized long faults() {
        return faults;
    }

    int readInt(long address) {
        MemorySegment at = find(address, 4, /* write= */ false);
        return at == null ? -1 : at.get(LE32, 0);
    }

    long readLong(long address) {
        MemorySegment at = find(address, 8, /* write= */ false);
        return at == null ? -1 : at.get(LE64, 0);
    }

    void writeInt(long address, int value) {
        MemorySegment at = find(address, 4, /* write= */ true);
        if (at != null) {
            at.set(LE32, 0, value);
        }
    }

    /** Reads bytes; ones where nothing is mapped. */
    void readBytes(long address, MemorySegment target) {
        MemorySegment at = find(address, target.byteSize(), /* write= */ false);
        if (at == null) {
            target.fill((byte) -1);
        } else {
            target.copyFrom(at);
        }
    }

    void writeBytes(long address, MemorySegment source) {
        MemorySegment at = find(address, source.byteSize(), /* write= */ true);
        if (at != null) {
            at.copyFrom(source);
        }
    }

    private @Nullable MemorySegment find(long address, long length, boolean write) {
        GuestMemory owner = guest;
        MemorySegment found =
                !busMaster.getAsBoolean()
                        ? null
                        : owner == null
                                ? findMapped(address, length, write)
                                : findOf(owner, address, length, write);
        if (found == null) {
            synchronized (this) {
                faults++;
            }
        }
        return found;
    }

    private @Nullable MemorySegment findMapped(long address, long length, boolean write) {
        Map.Entry<Long, Mapping> below = mappings.floorEntry(address);
        if (below == null || write && !below.getValue().writable()) {
            return null;
        }
        return slice(below.getValue().segment(), address - below.getKey(), length);
    }

    private static @Nullable MemorySegment findOf(
            GuestMemory owner, long address, long length, boolean write) {
        GuestMemory.Region region = owner.regionAt(address);
        if (region == null || write && !region.writable()) {
            return null;
        }
        return slice(region.segment(), address - region.start(), length);
    }

    private static @Nullable MemorySegment slice(MemorySegment segment, long offset, long length) {
        return offset >= 0 && offset <= segment.byteSize() - length
                ? segment.asSlice(offset, length)
                : null;
    }
}
