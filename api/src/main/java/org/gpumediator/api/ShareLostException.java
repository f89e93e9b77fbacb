package org.gpumediator.api;

import org.jspecify.annotations.Nullable;

/**
 * Says that something failed and that the share it was about could not be made safe for another
 * owner. The mediator never gives that share out again.
 */
public class ShareLostException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one with a message that names the share and what could not be done. */
    public ShareLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
