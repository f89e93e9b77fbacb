package org.gpumediator.api.vmm;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import org.gpumediator.api.GpuMediationException;

/**
 * Zeroed memory that the mediator reads and writes while a guest may have it mapped.
 *
 * <p>Made by the VMM, because only the VMM knows how its guests can map memory: a VMM in another
 * process needs a file descriptor, one in this process only the segment.
 */
public interface SharedMemory extends AutoCloseable {

    /**
     * Returns the memory as seen by this process; the same segment at each call, of the length
     * asked for.
     */
    MemorySegment segment();

    /**
     * Returns the file descriptor that another process can map the memory from, at {@link
     * #fileOffset}; empty where the memory can only be used inside this process. The descriptor
     * stays owned by this object.
     */
    OptionalInt fileDescriptor();

    /** Returns where in the file the memory begins, in bytes, a multiple of 4 KiB. */
    default long fileOffset() {
        return 0;
    }

    /**
     * Puts other memory of the same contents behind the segment: who has mapped the old descriptor
     * sees nothing of what is written from now on, and changes nothing of what is read. Afterwards
     * {@link #fileDescriptor} answers the other memory's descriptor; the segment stays the same.
     *
     * <p>For a VMM that has given the descriptor to a client that has gone: to be called before the
     * virtual GPU is reset with {@link org.gpumediator.api.ResetKind#LOST_CLIENT}. What is written
     * on another thread while this runs may be lost.
     *
     * @return whether nobody outside shares the memory now; {@code false} if this implementation
     *     cannot do it
     * @throws GpuMediationException if the host has no memory to give; nothing has changed
     */
    default boolean renew() {
        return fileDescriptor().isEmpty();
    }

    /** Gives the memory back. Idempotent. The segment must not be used afterwards. */
    @Override
    void close();

    /**
     * Makes shared memory.
     *
     * <p>May be called on any thread, and with a lock of the mediator held.
     */
    interface Allocator {

        /**
         * Allocates zeroed shared memory.
         *
         * @param label what it is for, to show in the host's tools
         * @param lengthBytes a positive multiple of 4 KiB
         * @throws GpuMediationException if the host has none to give
         */
        SharedMemory allocate(String label, long lengthBytes);

        /**
         * Allocates zeroed shared memory for a window of a region. A client that maps windows from
         * the file at the offset they have in their region finds it there, if this implementation
         * has files: {@link #fileOffset} is that offset then.
         *
         * @param label what it is for, to show in the host's tools
         * @param lengthBytes a positive multiple of 4 KiB
         * @param regionOffset where in its region the window begins, a multiple of 4 KiB
         * @throws GpuMediationException if the host has none to give
         */
        default SharedMemory allocateWindow(String label, long lengthBytes, long regionOffset) {
            return allocate(label, lengthBytes);
        }

        /** Returns an allocator whose memory is usable inside this process only. */
        static Allocator inProcess() {
            return InProcessMemory::new;
        }
    }
}
