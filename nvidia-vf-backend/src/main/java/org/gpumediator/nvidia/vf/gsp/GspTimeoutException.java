package org.gpumediator.nvidia.vf.gsp;

import org.gpumediator.api.GpuMediationException;

/**
 * Says that the firmware, or a firmware task, did not answer in time or not intelligibly: whether
 * it did what was asked is unknown.
 */
public final class GspTimeoutException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one with what was asked and how long was waited. */
    public GspTimeoutException(String message) {
        super(message);
    }
}
