package org.gpumediator.examples.kvmvmm.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.examples.kvmvmm.kvm.MemorySlots;
import org.jspecify.annotations.Nullable;

/**
 * The guest's memory: below and above the hole that a PC has under 4 GiB for its devices. Shared
 * with the processors by memory slots.
 *
 * <p>A page whose writes are tracked gets a read-only slot of its own: the kernel then hands each
 * write over instead of carrying it out, {@link #cpuWrite} does both. No processor is in the guest
 * while slots are taken apart or put together, as there is no memory for a moment.
 */
final class GuestRam implements GuestMemory, GuestMemory.WriteTracking, AutoCloseable {

    /** Where memory ends below 4 GiB, at the latest: what is above belongs to PCI and the chips. */
    static final long HOLE = 0xb000_0000L;

    static final long ABOVE_HOLE = 1L << 32;
    private static final long PAGE = 4096;

    /** One run of memory. */
    private record Run(long start, long length, MemorySegment segment) implements Region {

        @Override
        public boolean writable() {
            return true;
        }

        boolean holds(long address) {
            return Long.compareUnsigned(address - start, length) < 0;
        }
    }

    /** A slot of the kernel's, by its first address in {@link #mapped}. */
    private record Slot(int number, long length) {}

    private final SharedMemory backing;
    private final MemorySlots slots;
    private final Consumer<Runnable> exclusively;
    private final CopyOnWriteArrayList<RegionListener> listeners = new CopyOnWriteArrayList<>();

    /** Replaced, never changed: looked up without a lock. */
    private volatile Run[] runs;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final TreeMap<Long, Slot> mapped = new TreeMap<>();

    /** By page: who wants to hear of writes. Its values are replaced, never changed. */
    private volatile Map<Long, List<WriteListener>> tracked = Map.of();

    /** A run of memory to be: where it begins, and how long it is, in bytes. */
    record Place(long start, long length) {}

    /**
     * Makes memory and maps it.
     *
     * @param places where, ascending; in pages
     * @param exclusively does something while no processor is in the guest
     */
    GuestRam(
            List<Place> places,
            SharedMemory.Allocator allocator,
            MemorySlots slots,
            Consumer<Runnable> exclusively) {
        this.slots = slots;
        this.exclusively = exclusively;
        backing = allocator.allocate("guest-ram", places.stream().mapToLong(Place::length).sum());
        Run[] made = new Run[places.size()];
        long from = 0;
        synchronized (lock) {
            for (int i = 0; i < made.length; i++) {
                Place place = places.get(i);
                MemorySegment segment = backing.segment().asSlice(from, place.length);
                made[i] = new Run(place.start, place.length, segment);
                from += place.length;
                if (!map(made[i], place.start, place.length, false)) {
                    backing.close();
                    throw new GpuMediationException(
                            "guest memory of " + place.length + " bytes: the kernel refuses it");
                }
            }
        }
        runs = made;
    }

    /**
     * Returns where a PC has its memory.
     *
     * @param length of all of it
     */
    static List<Place> ofPc(long length) {
        long low = Math.min(length, HOLE);
        return length == low
                ? List.of(new Place(0, low))
                : List.of(new Place(0, low), new Place(ABOVE_HOLE, length - low));
    }

    @GuardedBy("lock")
    private boolean map(Run run, long start, long length, boolean readOnly) {
        if (length == 0) {
            return true;
        }
        long host = run.segment.address() + (start - run.start);
        int number = slots.map(start, length, host, readOnly);
        if (number == MemorySlots.NONE) {
            return false;
        }
        mapped.put(start, new Slot(number, length));
        return true;
    }

    private @Nullable Run runAt(long address) {
        for (Run run : runs) {
            if (run.holds(address)) {
                return run;
            }
        }
        return null;
    }

    /** Returns the memory from address 0 up. */
    MemorySegment low() {
        return runs[0].segment;
    }

    /** Returns how much memory there is from 4 GiB up, in bytes. */
    long lengthAboveHole() {
        return runs.length > 1 ? runs[1].length : 0;
    }

    // ---- what the mediator asks

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        return runAt(guestPhysicalAddress);
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        long length = target.byteSize();
        Run run = runAt(guestPhysicalAddress);
        if (run == null || length > run.start + run.length - guestPhysicalAddress) {
            return length == 0;
        }
        MemorySegment.copy(run.segment, guestPhysicalAddress - run.start, target, 0, length);
        return true;
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        long length = source.byteSize();
        Run run = runAt(guestPhysicalAddress);
        if (run == null || length > run.start + run.length - guestPhysicalAddress) {
            return length == 0;
        }
        MemorySegment.copy(source, 0, run.segment, guestPhysicalAddress - run.start, length);
        return true;
    }

    @Override
    public Registration listen(RegionListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Optional<WriteTracking> writeTracking() {
        return Optional.of(this);
    }

    // ---- write tracking

    @Override
    public @Nullable Registration track(long guestPhysicalPage, WriteListener listener) {
        if (guestPhysicalPage % PAGE != 0 || runAt(guestPhysicalPage) == null) {
            return null;
        }
        boolean[] done = {true};
        synchronized (lock) {
            if (!tracked.containsKey(guestPhysicalPage)) {
                exclusively.accept(() -> done[0] = setApart(guestPhysicalPage));
            }
            if (!done[0]) {
                return null;
            }
            listeners(guestPhysicalPage, listener, true);
        }
        AtomicBoolean over = new AtomicBoolean();
        return () -> {
            if (over.compareAndSet(false, true)) {
                untrack(guestPhysicalPage, listener);
            }
        };
    }

    private void untrack(long page, WriteListener listener) {
        synchronized (lock) {
            listeners(page, listener, false);
            if (!tracked.containsKey(page) && runAt(page) != null) {
                exclusively.accept(() -> joinAgain(page));
            }
        }
    }

    @GuardedBy("lock")
    private void listeners(long page, WriteListener listener, boolean add) {
        Map<Long, List<WriteListener>> next = new HashMap<>(tracked);
        List<WriteListener> here = new ArrayList<>(next.getOrDefault(page, List.of()));
        if (add) {
            here.add(listener);
        } else {
            here.remove(listener);
        }
        if (here.isEmpty()) {
            next.remove(page);
        } else {
            next.put(page, List.copyOf(here));
        }
        tracked = next;
    }

    /** Takes a page out of its slot; answers whether there were slots enough. */
    private boolean setApart(long page) {
        synchronized (lock) {
            Map.Entry<Long, Slot> around = mapped.floorEntry(page);
            Run run = runAt(page);
            if (around == null || run == null) {
                return false;
            }
            long start = around.getKey();
            long end = start + around.getValue().length;
            unmap(start);
            if (map(run, start, page - start, false)
                    && map(run, page, PAGE, true)
                    && map(run, page + PAGE, end - page - PAGE, false)) {
                return true;
            }
            unmap(start);
            unmap(page);
            return !map(run, start, end - start, false);
        }
    }

    /** Gives a page back to the slots beside it, if those are not of tracked pages. */
    private void joinAgain(long page) {
        synchronized (lock) {
            Run run = runAt(page);
            if (run == null) {
                return;
            }
            long start = page;
            long end = page + PAGE;
            Map.Entry<Long, Slot> before = mapped.lowerEntry(page);
            if (before != null
                    && before.getKey() + before.getValue().length == page
                    && before.getKey() >= run.start
                    && !tracked.containsKey(before.getKey())) {
                start = before.getKey();
                unmap(start);
            }
            Slot after = mapped.get(end);
            if (after != null && run.holds(end) && !tracked.containsKey(end)) {
                unmap(end);
                end += after.length;
            }
            unmap(page);
            boolean ignored = map(run, start, end - start, false);
        }
    }

    @GuardedBy("lock")
    private void unmap(long start) {
        Slot slot = mapped.remove(start);
        if (slot != null) {
            slots.unmap(slot.number);
        }
    }

    // ---- what the processors could not do by themselves

    /** Returns whether an address is memory. */
    boolean holds(long address) {
        return runAt(address) != null;
    }

    /** Reads for a processor: 1 to 8 bytes inside one page. */
    long cpuRead(long address, int length) {
        Run run = runAt(address);
        if (run == null) {
            return AccessWidth.lowBytes(length);
        }
        long value = 0;
        for (int done = 0; done < length; ) {
            int width = AccessWidth.widestAt(address + done, length - done);
            long at = address - run.start + done;
            value |= AccessWidth.get(run.segment, at, width) << Byte.SIZE * done;
            done += width;
        }
        return value;
    }

    /** Writes for a processor, 1 to 8 bytes inside one page, and tells who tracks the page. */
    void cpuWrite(long address, int length, long value) {
        Run run = runAt(address);
        if (run == null) {
            return;
        }
        for (int done = 0; done < length; ) {
            int width = AccessWidth.widestAt(address + done, length - done);
            long at = address - run.start + done;
            AccessWidth.put(run.segment, at, width, value >>> Byte.SIZE * done);
            done += width;
        }
        List<WriteListener> hearing = tracked.get(address & -PAGE);
        if (hearing != null) {
            for (int i = 0; i < hearing.size(); i++) {
                hearing.get(i).written(address, length);
            }
        }
    }

    /** Takes the memory away. No processor may be in the guest any more. Idempotent. */
    @Override
    public void close() {
        Run[] gone = runs;
        runs = new Run[0];
        for (Run run : gone) {
            listeners.forEach(listener -> listener.regionRemoved(run));
        }
        synchronized (lock) {
            mapped.values().forEach(slot -> slots.unmap(slot.number));
            mapped.clear();
        }
        backing.close();
    }
}
