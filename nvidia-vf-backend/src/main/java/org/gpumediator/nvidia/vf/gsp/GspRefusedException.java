package org.gpumediator.nvidia.vf.gsp;

import org.gpumediator.api.GpuMediationException;

/** Says that the firmware, or a firmware task, answered a request by an error. */
public final class GspRefusedException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /** Creates one with what was asked and the firmware's status in the message. */
    public GspRefusedException(String what, int status) {
        super(String.format("%s: firmware answered status 0x%x", what, status));
        this.status = status;
    }

    /** Returns the firmware's status. */
    public int status() {
        return status;
    }
}
