package org.gpumediator.nvidia.vf.manager;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a virtual GPU is between its operations, and which operation may begin. At most one
 * operation is in progress.
 *
 * <p>Source: control state machine of the Xe driver's physical function, with names of this module.
 */
public final class ControlState {

    /** Resting states. */
    public enum Resting {
        /** There is no firmware task. */
        DOWN,
        READY,
        PAUSED,
        /** Its task was ended by the host: only a reset, or destroying it, leads out. */
        STOPPED,
        /** Firmware and host disagree: only a reset, or destroying it, leads out. */
        MISMATCH
    }

    /** What can be done. */
    public enum Operation {
        // spotless:off
        START   (EnumSet.of(Resting.DOWN),                                      Resting.READY),
        PAUSE   (EnumSet.of(Resting.READY),                                     Resting.PAUSED),
        RESUME  (EnumSet.of(Resting.PAUSED),                                    Resting.READY),
        STOP    (EnumSet.of(Resting.READY, Resting.PAUSED, Resting.MISMATCH),   Resting.STOPPED),
        RESET   (EnumSet.complementOf(EnumSet.of(Resting.DOWN)),                Resting.READY),
        SAVE    (EnumSet.of(Resting.PAUSED),                                    Resting.PAUSED),
        RESTORE (EnumSet.of(Resting.PAUSED),                                    Resting.PAUSED),
        DESTROY (EnumSet.allOf(Resting.class),                                  Resting.DOWN);
        // spotless:on

        private final ImmutableSet<Resting> from;
        private final Resting to;

        Operation(Set<Resting> from, Resting to) {
            this.from = Sets.immutableEnumSet(from);
            this.to = to;
        }
    }

    /** What is answered to the wish to begin an operation. */
    public enum Answer {
        BEGUN,
        /** It is in that state already. */
        ALREADY,
        /** Not from the state it is in. */
        NOT_PERMITTED,
        /** Another operation is in progress. */
        BUSY
    }

    @GuardedBy("this")
    private Resting resting = Resting.DOWN;

    @GuardedBy("this")
    private boolean inProgress;

    @GuardedBy("this")
    private boolean failed;

    /** Returns the state it rests in, or rested in before the operation in progress. */
    public synchronized Resting resting() {
        return resting;
    }

    /** Returns whether the last operation failed. */
    public synchronized boolean hasFailed() {
        return failed;
    }

    /** Begins an operation if that is allowed now. */
    public synchronized Answer begin(Operation operation) {
        if (inProgress) {
            return Answer.BUSY;
        }
        if (!operation.from.contains(resting)) {
            return operation.to == resting ? Answer.ALREADY : Answer.NOT_PERMITTED;
        }
        inProgress = true;
        return Answer.BEGUN;
    }

    /** Ends the operation in progress as it was meant to end. */
    public synchronized void succeed(Operation operation) {
        resting = operation.to;
        inProgress = false;
        failed = false;
    }

    /** Ends the operation in progress where it began. */
    public synchronized void fail() {
        inProgress = false;
        failed = true;
    }

    /**
     * Ends the operation in progress, if there is one: nobody knows how far the firmware has come.
     */
    public synchronized void mismatch() {
        resting = Resting.MISMATCH;
        inProgress = false;
        failed = true;
    }

    /** The firmware has gone: there is nothing left to operate on. */
    public synchronized void down() {
        resting = Resting.DOWN;
        inProgress = false;
    }
}
