package org.gpumediator.nvidia.vf.sriov;

import org.gpumediator.api.GpuMediationException;

/** Says that virtual functions were not switched on or off as asked. */
public final class VfActivationException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Reason {
        /** Virtual functions are on, or being switched; they must be off first. */
        BUSY,
        /** More than the board has, or fewer than none. */
        OUT_OF_RANGE,
        /** The function has no such capability. */
        NOT_SUPPORTED,
        /** The capability contradicts itself. */
        INCONSISTENT,
        /** The last one would be on a bus that is not this function's. */
        NO_BUS,
        /** The port above does not forward device numbers other than the physical one's. */
        NO_ARI,
        /** A BAR of the virtual functions has no window. */
        NO_MMIO_SPACE,
        /** The physical function's memory space is off. */
        MEMORY_OFF,
        /** Fewer came up than were asked for; those were switched off again. */
        INCOMPLETE,
        /** The device was reset meanwhile. */
        RESET,
        /** The device does not answer. */
        LOST
    }

    private final Reason reason;
    private final int present;

    VfActivationException(Reason reason, int present, String message) {
        super(message);
        this.reason = reason;
        this.present = present;
    }

    /** Returns why. */
    public Reason reason() {
        return reason;
    }

    /** Returns how many virtual functions were there at the moment of failure. */
    public int present() {
        return present;
    }
}
