package org.gpumediator.api.vmm;

/**
 * The INTx pin of one virtual GPU: a level, not an event. Implemented by the VMM.
 *
 * <p>Methods are called on any thread, one at a time, with no lock of the mediator held. They must
 * not block: the thread may be one that steps the mediator or the device's own. Each call changes
 * the level; the same level is not set twice in a row, and levels that came and went while the line
 * was being set are left out.
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
