package org.gpumediator.api.vmm;

/**
 * The message interrupts of a virtual GPU as its guest has set them up. Methods may be called on
 * any thread; those about one vector also inside {@link InterruptSink#raise}.
 */
public interface MessageInterrupts {

    /**
     * Which message mechanism the guest has enabled; the function has at most one enabled at a
     * time.
     */
    enum Mode {
        /** Neither: events go to the interrupt line. */
        NONE,
        MSI,
        MSI_X
    }

    /** Returns what the guest has enabled now. */
    Mode mode();

    /**
     * Returns how many MSI vectors the function has: 0 (no MSI capability), 1, 2, 4, 8, 16 or 32.
     */
    int msiVectors();

    /**
     * Returns how many MSI-X vectors the function has, {@code 0} (no MSI-X capability) to {@code
     * 2048}.
     */
    int msixVectors();

    /** Returns whether the function has an INTx pin. */
    boolean hasLine();

    /**
     * Returns the address that the guest has chosen for a vector of the current mode.
     *
     * @param vector {@code 0} to the mode's number of vectors, minus one
     * @return guest-physical address of the message
     * @throws IllegalArgumentException if there is no such vector in the current mode
     */
    long messageAddress(int vector);

    /**
     * Returns the data that the guest has chosen for a vector of the current mode.
     *
     * @param vector {@code 0} to the mode's number of vectors, minus one
     * @throws IllegalArgumentException if there is no such vector in the current mode
     */
    int messageData(int vector);
}
