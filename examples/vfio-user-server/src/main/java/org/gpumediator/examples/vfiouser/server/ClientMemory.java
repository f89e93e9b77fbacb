package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.MappedFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of the guest behind one client, as the client declares it.
 *
 * <p>Invariants: the regions are disjoint; the list of them is replaced, never changed, so that
 * looking up takes no lock. A region that goes is first taken out of the list, then told to the
 * listeners, then unmapped. Each region with a descriptor is a mapping of this process, taken from
 * this socket's share of those and given back.
 *
 * <p>Concurrency: {@link #map}, {@link #unmap} and {@link #clear} are called by one thread at a
 * time, the client's. Everything else may be called on any thread. An access in flight while a
 * region is unmapped fails; it does not touch what has gone.
 *
 * <p>Threats: a client may take memory away that it has handed over. Copies made here then fail;
 * {@link #vanished} tells, and the client is dropped.
 */
public final class ClientMemory implements GuestMemory {

    private static final Logger log = LoggerFactory.getLogger(ClientMemory.class);

    /** Most regions of one client, as of a container of the kernel's VFIO. */
    static final int MAX_REGIONS = 65_535;

    /** Longest region. */
    static final long MAX_LENGTH = 8L << 40;

    /** Longest copy that may involve messages. */
    private static final long MAX_MESSAGE_COPY = 16 << 20;

    private static final long ABOVE_FIRST_MEGABYTE = 1 << 20;

    /** Memory below the video memory of a PC. */
    private static final long CONVENTIONAL = 640 << 10;

    private static final String REMEDY =
            ": nothing will be drawn right; start QEMU with -machine memory-backend=ram and -object"
                    + " memory-backend-memfd,id=ram,share=on,size=...";

    static final int FLAG_READ = 1;
    static final int FLAG_WRITE = 2;

    private volatile RegionList regions = RegionList.EMPTY;
    private SharedBudget.Share mappings = unlimited();
    private SharedBudget.Share descriptors = unlimited();
    private boolean refusalTold;
    private volatile @Nullable DmaChannel channel;
    private volatile boolean vanished;
    private final List<RegionListener> listeners = new CopyOnWriteArrayList<>();

    /** Creates a memory without regions. */
    public ClientMemory() {}

    /** A share of a budget of its own, which nobody else can use up. */
    private static SharedBudget.Share unlimited() {
        return new SharedBudget("all", Long.MAX_VALUE / 4).share();
    }

    /** Takes what its regions need from shares of the process's limits. Called before any is. */
    void limitTo(SharedBudget.Share ofMappings, SharedBudget.Share ofDescriptors) {
        mappings = ofMappings;
        descriptors = ofDescriptors;
    }

    // ---- what the client declares

    /**
     * Declares a region.
     *
     * @param flags {@link #FLAG_READ}, {@link #FLAG_WRITE}
     * @param descriptor the file behind it, stays the caller's; {@code -1} if the client keeps the
     *     memory
     * @param fileOffset where in the file it begins
     * @return {@code 0} or a negative error number
     */
    int map(long start, long length, int flags, int descriptor, long fileOffset) {
        if (flags == 0
                || (flags & ~(FLAG_READ | FLAG_WRITE)) != 0
                || length <= 0
                || Long.compareUnsigned(start + length - 1, start) < 0) {
            return -Errno.EINVAL;
        }
        RegionList old = regions;
        if (length > MAX_LENGTH) {
            return -Errno.ENOSPC;
        }
        ClientRegion before = old.floor(start + length - 1);
        if (before != null && Long.compareUnsigned(before.last(), start) >= 0) {
            return -Errno.EEXIST;
        }
        if (old.size() >= MAX_REGIONS) {
            return refused(MAX_REGIONS + " regions of one client");
        }
        boolean writable = (flags & FLAG_WRITE) != 0;
        MappedFile mapping = null;
        if (descriptor >= 0) {
            if (!mappings.take(1)) {
                return refused(mappings.refusal());
            }
            try {
                mapping =
                        MappedFile.map(
                                descriptor,
                                fileOffset,
                                length,
                                writable ? MappedFile.Access.READ_WRITE : MappedFile.Access.READ);
            } catch (LinuxException failed) {
                mappings.give(1);
                return -failed.errno();
            }
            if (mapping.keepsDescriptor() && !descriptors.take(1)) {
                mapping.close();
                mappings.give(1);
                return refused(descriptors.refusal());
            }
        }
        ClientRegion region =
                new ClientRegion(start, length, (flags & FLAG_READ) != 0, writable, mapping);
        regions = old.with(region);
        if (region.offered()) {
            tell(listener -> listener.regionAdded(region));
        }
        return 0;
    }

    /** Tells the operator, once for each client: its guest will miss memory. */
    private int refused(String why) {
        if (!refusalTold) {
            refusalTold = true;
            log.warn("guest memory refused; {}", why);
        }
        return -Errno.ENOSPC;
    }

    /**
     * Withdraws exactly one declared region.
     *
     * @return {@code 0}, or {@code -ENOENT} if there is none of that start and length
     */
    int unmap(long start, long length) {
        ClientRegion region = regions.floor(start);
        if (region == null || region.start() != start || region.length() != length) {
            return -Errno.ENOENT;
        }
        regions = regions.without(region);
        retire(region);
        return 0;
    }

    /** Withdraws everything. */
    void clear() {
        RegionList old = regions;
        regions = RegionList.EMPTY;
        old.forEach(this::retire);
        vanished = false;
        refusalTold = false;
    }

    private void retire(ClientRegion region) {
        if (region.offered()) {
            tell(listener -> listener.regionRemoved(region));
        }
        if (region.keepsDescriptor()) {
            descriptors.give(1);
        }
        if (region.mapped()) {
            region.unmap();
            mappings.give(1);
        }
    }

    private interface Event {
        void tell(RegionListener listener);
    }

    private void tell(Event event) {
        for (RegionListener listener : listeners) {
            try {
                event.tell(listener);
            } catch (RuntimeException thrown) {
                log.error("listener of guest memory failed", thrown);
            }
        }
    }

    /** Says who can be asked for memory without a descriptor; {@code null} for nobody. */
    void askThrough(@Nullable DmaChannel asked) {
        channel = asked;
    }

    /** Returns whether the client has taken away memory that it had handed over. */
    boolean vanished() {
        return vanished;
    }

    /** Says that an access to memory of this client has failed because it is no longer there. */
    void markVanished() {
        vanished = true;
    }

    /** Looks whether the client has taken away memory that it had handed over. */
    boolean looksCut() {
        regions.forEach(
                region -> {
                    if (region.cut()) {
                        markVanished();
                    }
                });
        return vanished;
    }

    /**
     * Returns why what the GPU reads and writes cannot be the guest's memory, as far as can be seen
     * from outside; empty if nothing speaks for it. Looks at the first megabytes, which every PC's
     * firmware writes: to be asked once the guest runs.
     */
    String complaint() {
        RegionList now = regions;
        ClientRegion main = find(now, ABOVE_FIRST_MEGABYTE);
        ClientRegion low = find(now, 0);
        if (main != null && !main.mapped()) {
            return "guest memory has no descriptor, so the GPU cannot be given it" + REMEDY;
        }
        if (main == null || low == null || !low.mapped() || !isZero(low)) {
            return "";
        }
        return "guest memory is not what the guest sees: its firmware has run, and the first pages"
                + " are empty"
                + REMEDY;
    }

    private boolean isZero(ClientRegion low) {
        try {
            MemorySegment firmware = low.segment();
            firmware = firmware.asSlice(0, Math.min(firmware.byteSize(), CONVENTIONAL));
            for (long at = 0; at < firmware.byteSize(); at++) {
                if (firmware.get(ValueLayout.JAVA_BYTE, at) != 0) {
                    return false;
                }
            }
            return true;
        } catch (InternalError gone) {
            markVanished();
            return false;
        }
    }

    /** Returns how many regions there are. */
    int regionCount() {
        return regions.size();
    }

    // ---- what the mediator asks

    private static @Nullable ClientRegion find(RegionList now, long address) {
        ClientRegion region = now.floor(address);
        return region != null && region.contains(address) ? region : null;
    }

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        ClientRegion region = find(regions, guestPhysicalAddress);
        return region != null && region.offered() ? region : null;
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        RegionList now = regions;
        long length = target.byteSize();
        boolean direct = allMapped(now, guestPhysicalAddress, length);
        if (!allows(now, guestPhysicalAddress, length, false)) {
            return false;
        }
        if (direct) {
            return copy(now, guestPhysicalAddress, target, false);
        }
        if (length > MAX_MESSAGE_COPY) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gathered = arena.allocate(length);
            if (!copy(now, guestPhysicalAddress, gathered, false)) {
                return false;
            }
            target.copyFrom(gathered);
            return true;
        }
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        RegionList now = regions;
        return allows(now, guestPhysicalAddress, source.byteSize(), true)
                && copy(now, guestPhysicalAddress, source, true);
    }

    private static boolean allows(RegionList now, long address, long length, boolean write) {
        for (long done = 0; done < length; ) {
            ClientRegion region = find(now, address + done);
            if (region == null || !region.allows(write)) {
                return false;
            }
            done += region.last() - (address + done) + 1;
        }
        return true;
    }

    private static boolean allMapped(RegionList now, long address, long length) {
        for (long done = 0; done < length; ) {
            ClientRegion region = find(now, address + done);
            if (region == null || !region.mapped()) {
                return false;
            }
            done += region.last() - (address + done) + 1;
        }
        return true;
    }

    private boolean copy(RegionList now, long address, MemorySegment other, boolean write) {
        long length = other.byteSize();
        try {
            for (long done = 0; done < length; ) {
                ClientRegion region = find(now, address + done);
                if (region == null) {
                    return false;
                }
                long inside = address + done - region.start();
                long piece = Math.min(length - done, region.length() - inside);
                if (region.mapped()) {
                    if (write) {
                        MemorySegment.copy(other, done, region.segment(), inside, piece);
                    } else {
                        MemorySegment.copy(region.segment(), inside, other, done, piece);
                    }
                } else if (!ask(address + done, other.asSlice(done, piece), write)) {
                    return false;
                }
                done += piece;
            }
            return true;
        } catch (IllegalStateException unmappedMeanwhile) {
            return false;
        } catch (InternalError gone) {
            markVanished();
            return false;
        }
    }

    private boolean ask(long address, MemorySegment other, boolean write) {
        DmaChannel asked = channel;
        return asked != null && (write ? asked.write(address, other) : asked.read(address, other));
    }

    @Override
    public Registration listen(RegionListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
