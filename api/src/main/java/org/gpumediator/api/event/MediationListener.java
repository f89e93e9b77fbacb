package org.gpumediator.api.event;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;

/**
 * Observes a mediator. Methods are called on the thread that caused the event, never under a lock;
 * they must not block. What they throw is caught and dropped.
 */
public interface MediationListener {

    /**
     * A guest did something wrong. Called for a bounded sample only: the first fault of a kind, and
     * then when the count of that kind reaches the next power of two.
     *
     * @param fault what happened
     * @param count how often that kind has happened to this virtual GPU, this one included
     */
    default void guestFault(GuestFault fault, long count) {}

    /**
     * A virtual GPU has changed its state; {@link VirtualGpuState#CLOSED} is the last. Told at once
     * of what its VMM does (reset, quiesce, resume, close), and at the mediator's next step of what
     * its guest or the hardware has done.
     */
    default void stateChanged(String vgpu, VirtualGpuState from, VirtualGpuState to) {}

    /** A virtual GPU was reset by its guest or its VMM; not told of a reset that did not work. */
    default void vgpuReset(String vgpu, ResetKind kind) {}

    /**
     * The physical GPU, or one of its engines, was reset.
     *
     * @param what what was reset
     * @param offender name of the virtual GPU whose work was on it; empty if unknown
     */
    default void hardwareReset(String what, String offender) {}

    /** Returns a listener that ignores everything. */
    static MediationListener none() {
        return new MediationListener() {};
    }
}
