package org.gpumediator.api;

import org.jspecify.annotations.Nullable;

/**
 * Says that something failed and that the share it was about could not be made safe for another
 * owner yet. The mediator keeps it from everybody until its backend has made it safe, which the
 * backend goes on trying in its steps; on a backend that does not, for good.
 */
public class ShareLostException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one with a message that names the share and what could not be done. */
    public ShareLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
