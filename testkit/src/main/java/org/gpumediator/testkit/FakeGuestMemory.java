package org.gpumediator.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.core.vmm.SegmentMemory;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a guest that exists only in a test: regions of native memory that come and go.
 *
 * <p>Two sides. The mediator uses it as {@link GuestMemory}. The test plays the guest's processors
 * with the {@code cpu} methods: those are what {@link GuestMemory.WriteTracking write tracking}
 * sees, and they read ones and write nothing where there is no memory, as a processor on a bus
 * does.
 *
 * <p>Strict where a real VMM would crash: the segment of a region that has gone can no longer be
 * used, so a mediator that kept it fails loudly with an {@link IllegalStateException}.
 *
 * <p>Safe for use by multiple threads. Listeners are called with no lock held.
 */
public final class FakeGuestMemory implements GuestMemory, AutoCloseable {

    private static final long PAGE = 4096;
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What a region is to the GPU. */
    public enum Access {
        /** The guest may write it; it can be mapped for the GPU. */
        READ_WRITE,
        /** The guest may only read it; it can be mapped for the GPU. */
        READ_ONLY,
        /** The guest may write it, but it cannot be handed over as a segment. */
        NOT_MAPPABLE;

        private SegmentMemory.Access ofSegments() {
            return switch (this) {
                case READ_WRITE -> SegmentMemory.Access.READ_WRITE;
                case READ_ONLY -> SegmentMemory.Access.READ_ONLY;
                case NOT_MAPPABLE -> SegmentMemory.Access.NOT_MAPPABLE;
            };
        }
    }

    private final SegmentMemory memory = new SegmentMemory();
    private final Map<Long, Arena> arenas = new ConcurrentHashMap<>();
    private final Map<Long, List<WriteListener>> tracked = new ConcurrentHashMap<>();
    private final boolean tracksWrites;

    /** Creates memory without any region, with write tracking. */
    public FakeGuestMemory() {
        this(true);
    }

    private FakeGuestMemory(boolean tracksWrites) {
        this.tracksWrites = tracksWrites;
    }

    /** Creates memory without any region, of a VMM that has no write tracking. */
    public static FakeGuestMemory withoutWriteTracking() {
        return new FakeGuestMemory(false);
    }

    // ---- the VMM's side ------------------------------------------------------------------------

    /**
     * Adds a zeroed region and tells the listeners.
     *
     * @param start guest-physical address, a multiple of 4 KiB
     * @param length bytes, a positive multiple of 4 KiB
     * @throws IllegalArgumentException if a number is not as said, the region wraps around the
     *     address space, or overlaps another
     */
    public Region add(long start, long length, Access access) {
        if (length <= 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "region 0x%x+0x%x: expected multiples of 0x%x", start, length, PAGE));
        }
        Arena arena = Arena.ofShared();
        try {
            Region added = memory.add(start, arena.allocate(length, PAGE), access.ofSegments());
            arenas.put(start, arena);
            return added;
        } catch (IllegalArgumentException refused) {
            arena.close();
            throw refused;
        }
    }

    /** Adds memory that the guest may write and the GPU may use. */
    public Region addRam(long start, long length) {
        return add(start, length, Access.READ_WRITE);
    }

    /**
     * Takes a region out of the look-up, tells the listeners that it goes, then takes its memory
     * away.
     *
     * @param start guest-physical address of its first byte
     * @throws IllegalArgumentException if no region starts there
     */
    public void remove(long start) {
        Region ignored = memory.remove(start);
        Arena arena = arenas.remove(start);
        if (arena != null) {
            arena.close();
        }
    }

    /** Takes all regions away, telling the listeners. Idempotent. */
    @Override
    public void close() {
        memory.regions().forEach(region -> remove(region.start()));
    }

    /** Returns the regions there are now, by rising address, also those that cannot be mapped. */
    public List<Region> regions() {
        return memory.regions();
    }

    // ---- the mediator's side -------------------------------------------------------------------

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        return memory.regionAt(guestPhysicalAddress);
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        return memory.read(guestPhysicalAddress, target);
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        return memory.write(guestPhysicalAddress, source);
    }

    @Override
    public Registration listen(RegionListener listener) {
        return memory.listen(listener);
    }

    @Override
    public Optional<WriteTracking> writeTracking() {
        return tracksWrites ? Optional.of(this::track) : Optional.empty();
    }

    private @Nullable Registration track(long guestPhysicalPage, WriteListener listener) {
        if (guestPhysicalPage % PAGE != 0 || !isWritable(guestPhysicalPage)) {
            return null;
        }
        List<WriteListener> ofPage =
                tracked.computeIfAbsent(guestPhysicalPage, page -> new CopyOnWriteArrayList<>());
        ofPage.add(listener);
        return () -> ofPage.remove(listener);
    }

    private boolean isWritable(long address) {
        return memory.regions().stream()
                .anyMatch(
                        region ->
                                region.writable()
                                        && Long.compareUnsigned(
                                                        address - region.start(), region.length())
                                                < 0);
    }

    // ---- the guest's processors ----------------------------------------------------------------

    /**
     * Writes as a processor of the guest: stores the bytes, then tells whoever tracks the pages.
     *
     * @return whether the whole range was writable memory; otherwise nothing was written
     */
    public boolean cpuWrite(long guestPhysicalAddress, MemorySegment source) {
        if (!write(guestPhysicalAddress, source)) {
            return false;
        }
        if (tracked.isEmpty()) {
            return true;
        }
        long length = source.byteSize();
        for (long done = 0; done < length; ) {
            long at = guestPhysicalAddress + done;
            long here = Math.min(length - done, PAGE - (at & (PAGE - 1)));
            for (WriteListener listener : tracked.getOrDefault(at & -PAGE, List.of())) {
                listener.written(at, (int) here);
            }
            done += here;
        }
        return true;
    }

    /**
     * Writes one value as a processor of the guest; dropped where there is no writable memory.
     *
     * @param width bytes, 1 to 8
     */
    public void cpuWrite(long guestPhysicalAddress, int width, long value) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
        bytes.set(LE64, 0, value);
        cpuWrite(guestPhysicalAddress, bytes.asSlice(0, width));
    }

    /** Writes 32 bits as a processor of the guest; dropped where there is no writable memory. */
    public void cpuWrite32(long guestPhysicalAddress, int value) {
        cpuWrite(guestPhysicalAddress, 4, value);
    }

    /**
     * Reads one value as a processor of the guest.
     *
     * @param width bytes, 1 to 8
     * @return the value, zero-extended; all ones where there is no memory
     */
    public long cpuRead(long guestPhysicalAddress, int width) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
        if (!read(guestPhysicalAddress, bytes.asSlice(0, width))) {
            bytes.asSlice(0, width).fill((byte) 0xff);
        }
        return bytes.get(LE64, 0);
    }

    /** Reads 32 bits as a processor of the guest; all ones where there is no memory. */
    public int cpuRead32(long guestPhysicalAddress) {
        return (int) cpuRead(guestPhysicalAddress, 4);
    }

    /** Reads 64 bits as a processor of the guest; all ones where there is no memory. */
    public long cpuRead64(long guestPhysicalAddress) {
        return cpuRead(guestPhysicalAddress, 8);
    }

    /**
     * Returns a fingerprint of everything the guest has in memory. Two calls answer the same
     * exactly when no byte and no region has changed in between (but for collisions of a 64-bit
     * hash).
     */
    public long fingerprint() {
        long hash = 1;
        MemorySegment page = MemorySegment.ofArray(new byte[(int) PAGE]);
        for (Region region : memory.regions()) {
            hash = hash * 31 + region.start();
            hash = hash * 31 + region.length();
            for (long at = 0; at < region.length() && memory.read(region.start() + at, page); ) {
                for (long i = 0; i < PAGE; i += 8) {
                    hash = Long.rotateLeft(hash, 5) ^ page.get(LE64, i);
                    hash *= 0x9e37_79b9_7f4a_7c15L;
                }
                at += PAGE;
            }
        }
        return hash;
    }
}
