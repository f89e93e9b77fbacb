package org.gpumediator.api.vmm;

/**
 * Takes message interrupts (MSI, MSI-X) of one virtual GPU to its guest. Implemented by the VMM.
 */
@FunctionalInterface
public interface InterruptSink {

    /**
     * Raises a message interrupt. An event: it is not withdrawn.
     *
     * <p>May be called on any thread and with a lock of the mediator held: must not block and must
     * not call back into the mediator, but for {@link MessageInterrupts#messageAddress} and {@link
     * MessageInterrupts#messageData} of this virtual GPU, which answer here as well: what a VMM
     * needs that sends the message itself. Called only while the guest has message interrupts
     * enabled and the vector unmasked.
     *
     * @param vector message number, {@code 0} to the number of vectors the function has, minus one
     */
    void raise(int vector);

    /** Returns a sink that drops everything. */
    static InterruptSink none() {
        return vector -> {};
    }
}
