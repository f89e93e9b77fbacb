package org.gpumediator.core;

import org.gpumediator.api.vmm.MessageInterrupts;

/** The VMM's side of the message interrupts: none is enabled once it is shut. */
final class InterruptsGate implements MessageInterrupts {

    private final MessageInterrupts interrupts;
    private final int msiVectors;
    private final int msixVectors;
    private final boolean line;
    private volatile boolean shut;

    InterruptsGate(MessageInterrupts interrupts) {
        this.interrupts = interrupts;
        msiVectors = interrupts.msiVectors();
        msixVectors = interrupts.msixVectors();
        line = interrupts.hasLine();
    }

    void shut() {
        shut = true;
    }

    @Override
    public Mode mode() {
        return shut ? Mode.NONE : interrupts.mode();
    }

    @Override
    public int msiVectors() {
        return msiVectors;
    }

    @Override
    public int msixVectors() {
        return msixVectors;
    }

    @Override
    public boolean hasLine() {
        return line;
    }

    @Override
    public long messageAddress(int vector) {
        checkOpen(vector);
        return interrupts.messageAddress(vector);
    }

    @Override
    public int messageData(int vector) {
        checkOpen(vector);
        return interrupts.messageData(vector);
    }

    private void checkOpen(int vector) {
        if (shut) {
            throw new IllegalArgumentException("vector " + vector + ": the virtual GPU is closed");
        }
    }
}
