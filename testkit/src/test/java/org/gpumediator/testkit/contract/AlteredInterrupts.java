package org.gpumediator.testkit.contract;

import org.gpumediator.api.vmm.MessageInterrupts;

/** Message interrupts that pass everything on; a mutant overrides one method. */
class AlteredInterrupts implements MessageInterrupts {

    final MessageInterrupts original;

    AlteredInterrupts(MessageInterrupts original) {
        this.original = original;
    }

    @Override
    public Mode mode() {
        return original.mode();
    }

    @Override
    public int msiVectors() {
        return original.msiVectors();
    }

    @Override
    public int msixVectors() {
        return original.msixVectors();
    }

    @Override
    public boolean hasLine() {
        return original.hasLine();
    }

    @Override
    public long messageAddress(int vector) {
        return original.messageAddress(vector);
    }

    @Override
    public int messageData(int vector) {
        return original.messageData(vector);
    }
}
