package org.gpumediator.api.hardware;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * A physical GPU: the only way to a real device, or to a fake that stands for one. Safe for use by
 * multiple threads.
 */
public interface PhysicalGpu {

    /** Returns which GPU it is. Constant. */
    GpuIdentity identity();

    /** Returns the length of its configuration space in bytes: 256 or 4096. */
    int configLength();

    /**
     * Reads its configuration space.
     *
     * @param offset naturally aligned, inside the space
     * @param width 1, 2 or 4 bytes
     * @throws IllegalArgumentException if offset or width is not as said
     */
    int readConfig(int offset, int width);

    /**
     * Writes its configuration space.
     *
     * @param offset naturally aligned, inside the space
     * @param width 1, 2 or 4 bytes
     * @throws IllegalArgumentException if offset or width is not as said
     */
    void writeConfig(int offset, int width, int value);

    /**
     * Returns the length of a BAR in bytes.
     *
     * @param bar {@code 0} to {@code 5}
     * @return {@code 0} if there is none
     */
    long barLength(int bar);

    /**
     * Reads a register or a word of a memory window.
     *
     * @param bar BAR number
     * @param offset naturally aligned byte offset, inside the BAR
     * @param width 1, 2, 4 or 8 bytes
     * @return the value, zero-extended; all ones if the device has gone
     * @throws IllegalArgumentException if an argument is not as said
     */
    long read(int bar, long offset, int width);

    /**
     * Reads a piece of a memory window, word by word unless the device has a faster way. Not for
     * registers: in which order they are read is not said.
     *
     * @param bar BAR number
     * @param offset byte offset, a multiple of 8, inside the BAR
     * @param target takes the bytes; its length is a multiple of 8
     * @throws IllegalArgumentException if an argument is not as said
     */
    default void readBlock(int bar, long offset, MemorySegment target) {
        long length = target.byteSize();
        if (offset < 0 || (offset | length) % 8 != 0 || offset > barLength(bar) - length) {
            throw new IllegalArgumentException(
                    "block at "
                            + offset
                            + " of "
                            + length
                            + " bytes in BAR "
                            + bar
                            + ": expected multiples of 8 inside its "
                            + barLength(bar)
                            + " bytes");
        }
        for (long at = 0; at < length; at += 8) {
            target.set(
                    ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                    at,
                    read(bar, offset + at, 8));
        }
    }

    /**
     * Writes a register or a word of a memory window.
     *
     * @param bar BAR number
     * @param offset naturally aligned byte offset, inside the BAR
     * @param width 1, 2, 4 or 8 bytes
     * @throws IllegalArgumentException if an argument is not as said
     */
    void write(int bar, long offset, int width, long value);

    /**
     * Makes memory of this process visible to the GPU: an IOMMU's job on real hardware.
     *
     * @param segment native memory, page aligned, a positive multiple of 4 KiB long; must stay
     *     alive while it is mapped
     * @param access what the GPU may do there
     * @return the bus address of the first byte, page aligned, below 2<sup>39</sup>; the whole
     *     segment is contiguous there. The same memory mapped twice has two addresses
     * @throws IllegalArgumentException if the segment is not as said
     * @throws org.gpumediator.api.HardwareAccessException if the host refuses, or the bus address
     *     space is full
     */
    long mapForDma(MemorySegment segment, DmaAccess access);

    /**
     * Ends a mapping. When the method returns the GPU no longer reaches the memory: what it still
     * tries reads as ones and writes nothing.
     *
     * @param busAddress as {@link #mapForDma} returned it
     * @throws IllegalArgumentException if nothing is mapped there
     */
    void unmapForDma(long busAddress);

    /** What a GPU may do with memory. */
    enum DmaAccess {
        READ_ONLY,
        READ_WRITE
    }

    /**
     * Lets the function reach a guest's memory, by guest-physical address, whenever the guest is
     * its owner: what an IOMMU does for a function that is handed to a guest. Replaces whose memory
     * it reached before. When the method returns the function no longer reaches that.
     *
     * @param memory whose memory; {@link GuestMemory#none()} for nobody's
     * @implSpec The default does nothing: the function accesses memory only where {@link
     *     #mapForDma} put it. Otherwise it reaches no such memory while it reaches a guest's.
     */
    default void reachGuest(GuestMemory memory) {}

    /**
     * Returns whether {@link #reachGuest} does what it says, without which the function cannot be
     * handed to a guest whole. Constant.
     *
     * @implSpec The default is {@code false}.
     */
    default boolean canReachGuest() {
        return false;
    }

    /**
     * Subscribes to the device's interrupts.
     *
     * @return a handle that ends the subscription when closed
     */
    Registration onInterrupt(InterruptListener listener);

    /** Hears of interrupts of a physical GPU. */
    @FunctionalInterface
    interface InterruptListener {

        /**
         * Says that the device has signalled. Called on a thread of the device or of whoever drives
         * a fake, with no lock of the device held: the listener may access the device.
         *
         * @param vector message number, {@code 0} for the line
         */
        void interrupted(int vector);
    }

    /** Resets the whole device to its state after power-on; mappings for DMA are kept. */
    void reset();

    /**
     * Returns one of the virtual functions that this function has enabled through its SR-IOV
     * capability. Its own virtual functions are empty; its {@link #reset} is a function-level
     * reset.
     *
     * @param index {@code 0} for the first one
     * @return the virtual function; empty while it does not exist, as always where there is no
     *     SR-IOV. One that has gone answers reads with ones, also after another has taken its place
     */
    default Optional<PhysicalGpu> virtualFunction(int index) {
        return Optional.empty();
    }

    /**
     * Maps a BAR as memory of this process, from {@link #mappedFrom} on, so that a VMM can map it
     * into a guest and the guest's accesses go past {@link #read} and {@link #write}.
     *
     * <p>The mapping stays through resets of the function and of the board; what is written to it
     * during one may be lost. The caller closes it. From then on whoever still has its memory sees
     * nothing of the function, neither now nor under its next owner.
     *
     * @param bar {@code 0} to {@code 5}
     * @return the memory, whole pages, perhaps shorter than the BAR; empty where the BAR cannot be
     *     mapped
     * @throws IllegalStateException if the BAR's last mapping is not closed yet
     * @throws org.gpumediator.api.GpuMediationException if the host has no memory for it
     * @implSpec The default maps nothing.
     */
    default Optional<SharedMemory> mapBar(int bar) {
        return Optional.empty();
    }

    /**
     * Returns where in a BAR the part begins that {@link #mapBar} maps, in bytes, a multiple of 4
     * KiB. Constant.
     *
     * @param bar {@code 0} to {@code 5}
     * @implSpec The default is {@code 0}: the BAR's first byte.
     */
    default long mappedFrom(int bar) {
        return 0;
    }
}
