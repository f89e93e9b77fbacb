package org.gpumediator.api.vmm;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gpumediator.api.Registration;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one guest, by guest-physical address. Implemented by the VMM.
 *
 * <p>A guest's memory is a set of disjoint regions that come and go while the guest runs. Methods
 * may be called on any thread, several at once, and with locks of the mediator held; they must not
 * call back into the mediator.
 *
 * <p>A region that goes: first no look-up finds it any more, neither {@link #regionAt} nor the
 * copies; then the listeners are told; then its memory goes. In any other order it could be mapped
 * for the GPU again after everybody has let go of it. One that comes is found first and told after.
 *
 * <p>What a method throws is that guest's failure: its virtual GPU becomes {@link
 * org.gpumediator.api.VirtualGpuState#FAILED}.
 */
public interface GuestMemory {

    /** Returns the memory of a guest that has none. */
    static GuestMemory none() {
        return NoGuestMemory.INSTANCE;
    }

    /**
     * Finds the mappable region that holds an address. This is the way to memory the GPU will
     * access by itself.
     *
     * @param guestPhysicalAddress any value
     * @return the region, or {@code null} where there is no memory or where the VMM cannot hand it
     *     over as a segment (device memory, ROM of another process)
     * @implSpec On the path of every graphics page table entry: must not allocate.
     */
    @Nullable Region regionAt(long guestPhysicalAddress);

    /**
     * Copies guest memory out.
     *
     * @param guestPhysicalAddress first byte
     * @param target filled whole, or not changed at all
     * @return whether the whole range is memory of the guest
     */
    boolean read(long guestPhysicalAddress, MemorySegment target);

    /**
     * Copies into guest memory.
     *
     * @param guestPhysicalAddress first byte
     * @param source the bytes to write; all of them or none are written
     * @return whether the whole range is writable memory of the guest
     */
    boolean write(long guestPhysicalAddress, MemorySegment source);

    /**
     * Registers an observer of regions that come and go.
     *
     * @return a handle that removes the observer when closed
     */
    Registration listen(RegionListener listener);

    /** Returns the write tracking of this VMM; empty where it has none. */
    default Optional<WriteTracking> writeTracking() {
        return Optional.empty();
    }

    /**
     * A run of guest-physical addresses backed by one segment. Identity matters: a region that goes
     * and comes back is a new object.
     */
    interface Region {

        /** Returns the guest-physical address of the first byte, a multiple of 4 KiB. */
        long start();

        /** Returns the length in bytes, a positive multiple of 4 KiB. */
        long length();

        /**
         * Returns the memory: native, exactly {@link #length} bytes, at a multiple of 4 KiB,
         * writable if the guest may write, accessible from any thread until the region has gone. A
         * region that is not so is refused when it is found, as the guest's failure; RAM that
         * cannot be so, such as a {@code byte[]}, has no region: {@link #regionAt} answers {@code
         * null} there, and only copies work.
         */
        MemorySegment segment();

        /**
         * Returns whether the guest may write here; a GPU must not write where the guest may not.
         */
        boolean writable();
    }

    /** Observes the regions of a guest's memory. */
    interface RegionListener {

        /**
         * Says that a region goes away. When the method returns nobody may use the region's segment
         * any more: mappings made of it for the GPU are gone. Called by the VMM once no look-up
         * finds the region any more and before it takes the memory away, with no lock of the
         * mediator held.
         */
        void regionRemoved(Region region);

        /** Says that a region has come. */
        default void regionAdded(Region region) {}
    }

    /** Makes writes of the guest's processors to chosen pages visible. */
    interface WriteTracking {

        /**
         * Starts tracking a page: from now on every write of the guest's processors to it calls the
         * listener.
         *
         * @param guestPhysicalPage address of the page, a multiple of 4 KiB
         * @return a handle that ends the tracking when closed; {@code null} if that page cannot be
         *     tracked
         */
        @Nullable Registration track(long guestPhysicalPage, WriteListener listener);
    }

    /** Hears of writes to a tracked page. */
    @FunctionalInterface
    interface WriteListener {

        /**
         * Says that the guest has written; the memory already holds the new bytes. Called on the
         * thread that took the write, with no lock of the VMM held.
         *
         * @param guestPhysicalAddress first byte written
         * @param lengthBytes how many
         */
        void written(long guestPhysicalAddress, int lengthBytes);
    }
}
