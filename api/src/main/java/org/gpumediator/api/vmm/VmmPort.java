package org.gpumediator.api.vmm;

import java.util.Objects;

/**
 * Everything a virtual GPU needs of the VMM that carries it. Immutable.
 *
 * @param memory the guest's memory
 * @param messages takes message interrupts to the guest
 * @param line the guest's INTx pin
 * @param masking who keeps the MSI-X table and its mask bits
 * @param sharedMemory makes the memory behind direct windows
 */
public record VmmPort(
        GuestMemory memory,
        InterruptSink messages,
        InterruptLine line,
        MessageMasking masking,
        SharedMemory.Allocator sharedMemory) {

    /** Who keeps the MSI-X table and decides whether a vector is masked. */
    public enum MessageMasking {
        /** The virtual GPU: the guest's accesses to the table reach its BAR. */
        DEVICE,
        /**
         * The VMM: the table is never accessed through the BAR, every raised vector goes to the
         * VMM.
         */
        VMM
    }

    /** Checks that nothing is missing. */
    public VmmPort {
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(messages, "messages");
        Objects.requireNonNull(line, "line");
        Objects.requireNonNull(masking, "masking");
        Objects.requireNonNull(sharedMemory, "sharedMemory");
    }

    /**
     * Returns a port with an unconnected line, the MSI-X table kept by the device, and in-process
     * shared memory.
     */
    public static VmmPort of(GuestMemory memory, InterruptSink messages) {
        return new VmmPort(
                memory,
                messages,
                InterruptLine.none(),
                MessageMasking.DEVICE,
                SharedMemory.Allocator.inProcess());
    }

    /** Returns this port with another line. */
    public VmmPort withLine(InterruptLine line) {
        return new VmmPort(memory, messages, line, masking, sharedMemory);
    }

    /** Returns this port with another keeper of the MSI-X table. */
    public VmmPort withMasking(MessageMasking masking) {
        return new VmmPort(memory, messages, line, masking, sharedMemory);
    }

    /** Returns this port with another allocator of the memory behind direct windows. */
    public VmmPort withSharedMemory(SharedMemory.Allocator sharedMemory) {
        return new VmmPort(memory, messages, line, masking, sharedMemory);
    }
}
