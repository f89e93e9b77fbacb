package org.gpumediator.nvidia.vf.sriov;

import org.gpumediator.api.GpuMediationException;

/** Says that virtual functions were not switched on or off as asked. */
public final class VfActivationException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Why not; each with the error that a write to {@code sriov_numvfs} has on Linux. */
    public enum Reason {
        /** Virtual functions are on, or being switched; they must be off first. */
        BUSY("EBUSY"),
        /** More than the board has, or fewer than none. */
        OUT_OF_RANGE("ERANGE"),
        /** The function has no such capability. */
        NOT_SUPPORTED("ENOENT"),
        /** The capability contradicts itself. */
        INCONSISTENT("EIO"),
        /** The last one would be on a bus that is not this function's. */
        NO_BUS("ENOMEM"),
        /** The port above does not forward device numbers other than the physical one's. */
        NO_ARI("ENOMEM"),
        /** A BAR of the virtual functions has no window. */
        NO_MMIO_SPACE("ENOMEM"),
        /** The physical function's memory space is off. */
        MEMORY_OFF("ENOMEM"),
        /** Fewer came up than were asked for; those were switched off again. */
        INCOMPLETE("EIO"),
        /** There is no such virtual function. */
        ABSENT("ENODEV"),
        /** The device was reset meanwhile. */
        RESET("EIO"),
        /** The device does not answer. */
        LOST("EIO");

        private final String errorName;

        Reason(String errorName) {
            this.errorName = errorName;
        }

        /** Returns the name of the error on Linux, such as {@code EBUSY}. */
        public String errorName() {
            return errorName;
        }
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
