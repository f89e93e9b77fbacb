package org.gpumediator.core.vmm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.jspecify.annotations.Nullable;

/**
 * Guest memory made of segments that the VMM has: each shows one run of guest-physical addresses.
 * Regions come and go while the guest runs.
 *
 * <p>Has no {@link GuestMemory.WriteTracking write tracking}. Safe for use by multiple threads;
 * listeners are called with no lock held, look-ups take none and allocate nothing.
 */
public final class SegmentMemory implements GuestMemory {

    private static final long PAGE = 4096;

    /** What a region is to the GPU. */
    public enum Access {
        /** The guest may write it; it can be mapped for the GPU. */
        READ_WRITE,
        /** The guest may only read it; it can be mapped for the GPU. */
        READ_ONLY,
        /** The guest may write it, but it cannot be mapped for the GPU: only copies work. */
        NOT_MAPPABLE
    }

    /*
     * "regions" is a sorted array that is replaced whole. Copies hold the read lock, so that remove() returns only when
     * none is in flight. The write lock is held for the swap only.
     */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile Part[] regions = {};
    private final List<RegionListener> listeners = new CopyOnWriteArrayList<>();

    /** Creates memory without any region. */
    public SegmentMemory() {}

    private record Part(long start, long length, MemorySegment segment, Access access)
            implements Region {

        @Override
        public boolean writable() {
            return access != Access.READ_ONLY;
        }

        boolean overlaps(Part other) {
            return Long.compareUnsigned(start, other.start + (other.length - 1)) <= 0
                    && Long.compareUnsigned(other.start, start + (length - 1)) <= 0;
        }

        @Override
        public String toString() {
            return String.format("region 0x%x+0x%x %s", start, length, access);
        }

        /** A region that goes and comes back is another one. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * Adds a region and tells the listeners.
     *
     * @param start guest-physical address, a multiple of 4 KiB
     * @param segment the memory, whole pages; page-aligned native memory unless the access is
     *     {@link Access#NOT_MAPPABLE}. Must stay alive until {@link #remove} has returned
     * @throws IllegalArgumentException if a number is not as said, the region wraps around the
     *     address space, or overlaps another
     */
    public Region add(long start, MemorySegment segment, Access access) {
        long length = segment.byteSize();
        Objects.requireNonNull(access, "access");
        if (start % PAGE != 0 || length <= 0 || length % PAGE != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "region 0x%x+0x%x: expected multiples of 0x%x", start, length, PAGE));
        }
        if (Long.compareUnsigned(start + (length - 1), start) < 0) {
            throw new IllegalArgumentException(
                    String.format("region 0x%x+0x%x: wraps around", start, length));
        }
        if (access != Access.NOT_MAPPABLE
                && (!segment.isNative() || segment.address() % PAGE != 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            "region 0x%x+0x%x: expected native memory at a multiple of 0x%x,"
                                    + " was %s",
                            start, length, PAGE, segment));
        }
        Part added = new Part(start, length, segment, access);
        lock.writeLock().lock();
        try {
            for (Part region : regions) {
                if (region.overlaps(added)) {
                    throw new IllegalArgumentException(added + ": overlaps " + region);
                }
            }
            Part[] more = Arrays.copyOf(regions, regions.length + 1);
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

    /**
     * Takes a region out of the look-up, then tells the listeners that it goes. When the method
     * returns nobody uses its segment any more.
     *
     * @param start guest-physical address of its first byte
     * @return the region that went
     * @throws IllegalArgumentException if no region starts there
     */
    public Region remove(long start) {
        Part going;
        lock.writeLock().lock(); // waits for copies in flight
        try {
            Part found = find(start);
            if (found == null || found.start != start) {
                throw new IllegalArgumentException(
                        String.format("region 0x%x: no region starts there", start));
            }
            going = found;
            regions = Arrays.stream(regions).filter(region -> region != going).toArray(Part[]::new);
        } finally {
            lock.writeLock().unlock();
        }
        if (going.access != Access.NOT_MAPPABLE) {
            listeners.forEach(listener -> listener.regionRemoved(going));
        }
        return going;
    }

    /** Returns the regions there are now, by rising address, also those that cannot be mapped. */
    public List<Region> regions() {
        return List.of(regions);
    }

    // ---- the mediator's side -------------------------------------------------------------------

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        Part region = find(guestPhysicalAddress);
        return region == null || region.access == Access.NOT_MAPPABLE ? null : region;
    }

    private @Nullable Part find(long address) {
        Part[] sorted = regions;
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Part region = sorted[middle];
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
        return copy(guestPhysicalAddress, target, false);
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        return copy(guestPhysicalAddress, source, true);
    }

    private boolean copy(long address, MemorySegment other, boolean writing) {
        lock.readLock().lock();
        try {
            if (!covered(address, other.byteSize(), writing)) {
                return false;
            }
            for (long done = 0; done < other.byteSize(); ) {
                Part region = Objects.requireNonNull(find(address + done), "covered region");
                long within = address + done - region.start;
                long here = Math.min(other.byteSize() - done, region.length - within);
                if (writing) {
                    MemorySegment.copy(other, done, region.segment, within, here);
                } else {
                    MemorySegment.copy(region.segment, within, other, done, here);
                }
                done += here;
            }
            return true;
        } finally {
            lock.readLock().unlock();
        }
    }

    private boolean covered(long address, long length, boolean writing) {
        long at = address;
        for (long left = length; left > 0; ) {
            Part region = find(at);
            if (region == null || (writing && !region.writable())) {
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

    @Override
    public Registration listen(RegionListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
