package org.gpumediator.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
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
        NOT_MAPPABLE
    }

    /*
     * Concurrency: "regions" is an immutable sorted array, replaced whole. Copies hold the read lock, so that a
     * region's arena is closed (under the write lock) only when no copy is in flight. The write lock is held for the
     * swap only, never while a listener is called.
     */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile FakeRegion[] regions = {};
    private final List<RegionListener> listeners = new CopyOnWriteArrayList<>();
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
        if (start % PAGE != 0 || length <= 0 || length % PAGE != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "region 0x%x+0x%x: expected multiples of 0x%x", start, length, PAGE));
        }
        if (Long.compareUnsigned(start + (length - 1), start) < 0) {
            throw new IllegalArgumentException(
                    String.format("region 0x%x+0x%x: wraps around", start, length));
        }
        FakeRegion added = new FakeRegion(start, length, access);
        lock.writeLock().lock();
        try {
            for (FakeRegion region : regions) {
                if (region.overlaps(added)) {
                    added.arena.close();
                    throw new IllegalArgumentException(
                            String.format("region 0x%x+0x%x: overlaps %s", start, length, region));
                }
            }
            FakeRegion[] more = Arrays.copyOf(regions, regions.length + 1);
            more[regions.length] = added;
            Arrays.sort(more, (a, b) -> Long.compareUnsigned(a.start, b.start));
            regions = more;
        } finally {
            lock.writeLock().unlock();
        }
        if (access != Access.NOT_MAPPABLE) {
            listeners.forEach(listener -> listener.regionAdded(added));
        }
        return added;
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
        FakeRegion going = find(start);
        if (going == null || going.start != start) {
            throw new IllegalArgumentException(
                    String.format("region 0x%x: no region starts there", start));
        }
        lock.writeLock().lock(); // waits for copies in flight
        try {
            List<FakeRegion> left = new ArrayList<>(List.of(regions));
            if (!left.remove(going)) {
                return;
            }
            regions = left.toArray(FakeRegion[]::new);
        } finally {
            lock.writeLock().unlock();
        }
        if (going.access != Access.NOT_MAPPABLE) {
            listeners.forEach(listener -> listener.regionRemoved(going));
        }
        going.arena.close();
    }

    /** Takes all regions away, telling the listeners. Idempotent. */
    @Override
    public void close() {
        while (regions.length > 0) {
            remove(regions[0].start);
        }
    }

    /** Returns the regions there are now, by rising address, also those that cannot be mapped. */
    public List<Region> regions() {
        return List.of(regions);
    }

    // ---- the mediator's side -------------------------------------------------------------------

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        FakeRegion region = find(guestPhysicalAddress);
        return region == null || region.access == Access.NOT_MAPPABLE ? null : region;
    }

    private @Nullable FakeRegion find(long address) {
        FakeRegion[] sorted = regions;
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            FakeRegion region = sorted[middle];
            if (Long.compareUnsigned(address, region.start) < 0) {
                high = middle - 1;
            } else if (Long.compareUnsigned(address - region.start, region.length) >= 0) {
                low = middle + 1;
            } else {
                return region;
            }
        }
        return null;
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        lock.readLock().lock();
        try {
            if (!covered(guestPhysicalAddress, target.byteSize(), false)) {
                return false;
            }
            copy(guestPhysicalAddress, target, false);
            return true;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        lock.readLock().lock();
        try {
            if (!covered(guestPhysicalAddress, source.byteSize(), true)) {
                return false;
            }
            copy(guestPhysicalAddress, source, true);
            return true;
        } finally {
            lock.readLock().unlock();
        }
    }

    private boolean covered(long address, long length, boolean writing) {
        long left = length;
        long at = address;
        while (left > 0) {
            FakeRegion region = find(at);
            if (region == null || (writing && region.access == Access.READ_ONLY)) {
                return false;
            }
            long here = Math.min(left, region.length - (at - region.start));
            left -= here;
            at += here;
            if (at == 0 && left > 0) {
                return false;
            }
        }
        return true;
    }

    private void copy(long address, MemorySegment other, boolean writing) {
        long done = 0;
        while (done < other.byteSize()) {
            FakeRegion region = find(address + done);
            if (region == null) {
                throw new AssertionError("a region vanished under the lock");
            }
            long within = address + done - region.start;
            long here = Math.min(other.byteSize() - done, region.length - within);
            if (writing) {
                MemorySegment.copy(other, done, region.segment, within, here);
            } else {
                MemorySegment.copy(region.segment, within, other, done, here);
            }
            done += here;
        }
    }

    @Override
    public Registration listen(RegionListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Optional<WriteTracking> writeTracking() {
        return tracksWrites ? Optional.of(this::track) : Optional.empty();
    }

    private @Nullable Registration track(long guestPhysicalPage, WriteListener listener) {
        FakeRegion region = find(guestPhysicalPage);
        if (guestPhysicalPage % PAGE != 0 || region == null || region.access == Access.READ_ONLY) {
            return null;
        }
        List<WriteListener> ofPage =
                tracked.computeIfAbsent(guestPhysicalPage, page -> new CopyOnWriteArrayList<>());
        ofPage.add(listener);
        return () -> ofPage.remove(listener);
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
        lock.readLock().lock();
        try {
            long hash = 1;
            for (FakeRegion region : regions) {
                hash = hash * 31 + region.start;
                hash = hash * 31 + region.length;
                for (long at = 0; at < region.length; at += 8) {
                    hash = Long.rotateLeft(hash, 5) ^ region.segment.get(LE64, at);
                    hash *= 0x9e37_79b9_7f4a_7c15L;
                }
            }
            return hash;
        } finally {
            lock.readLock().unlock();
        }
    }

    private static final class FakeRegion implements Region {

        private final long start;
        private final long length;
        private final Access access;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment segment;

        FakeRegion(long start, long length, Access access) {
            this.start = start;
            this.length = length;
            this.access = access;
            this.segment = arena.allocate(length, PAGE);
        }

        boolean overlaps(FakeRegion other) {
            return Long.compareUnsigned(start, other.start + (other.length - 1)) <= 0
                    && Long.compareUnsigned(other.start, start + (length - 1)) <= 0;
        }

        @Override
        public long start() {
            return start;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public boolean writable() {
            return access != Access.READ_ONLY;
        }

        @Override
        public String toString() {
            return String.format("0x%x+0x%x %s", start, length, access);
        }
    }
}
