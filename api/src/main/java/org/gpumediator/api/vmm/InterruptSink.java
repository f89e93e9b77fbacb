package org.gpumediator.api.vmm;

/**
 * Takes message interrupts (MSI, MSI-X) of one virtual GPU to its guest. Implemented by the VMM.
 */
@FunctionalInterface
public interface InterruptSink {

    /**
     * Raises a message interrupt. An event: it is not withdrawn.
     *
     * <p>Called on any thread, one at a time, with no lock of the mediator held; {@link
     * MessageInterrupts#messageAddress} and {@link MessageInterrupts#messageData} of this virtual
     * GPU answer here with the message as it was when the event came up: what a VMM needs that
     * sends the message itself. Called for events that come up while the guest has message
     * interrupts enabled and the vector unmasked; an event of a vector whose last one has not been
     * told yet is not told separately.
     *
     * <p>Must not block: the thread may be one that steps the mediator or the device's own. If it
     * does, no other thread waits for it, and this guest gets no more interrupts meanwhile.
     *
     * @param vector message number, {@code 0} to the number of vectors the function has, minus one
     */
    void raise(int vector);

    /** Returns a sink that drops everything. */
    static InterruptSink none() {
        return vector -> {};
    }
}
