package org.gpumediator.api.vmm;

/**
 * The INTx pin of one virtual GPU: a level, not an event. Implemented by the VMM.
 *
 * <p>Methods may be called on any thread and with a lock of the mediator held: they must not block
 * and must not call back into the mediator. Each call changes the level; the same level is not set
 * twice in a row.
 */
public interface InterruptLine {

    /** Drives the line active. It stays so until {@link #deassert}. */
    void assertLevel();

    /** Drives the line inactive. */
    void deassert();

    /** Returns a line that is connected to nothing. */
    static InterruptLine none() {
        return new InterruptLine() {
            @Override
            public void assertLevel() {}

            @Override
            public void deassert() {}
        };
    }
}
