package org.gpumediator.api;

import org.jspecify.annotations.Nullable;

/**
 * Says that the host refused an access to the physical GPU; the message names operation, device and
 * the host's error.
 */
public class HardwareAccessException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public HardwareAccessException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
