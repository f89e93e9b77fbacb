package org.gpumediator.api;

import org.jspecify.annotations.Nullable;

/**
 * Says that the world, not the guest and not the caller, kept the mediator from doing what was
 * asked.
 */
public class GpuMediationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Creates one with a message that states the facts. */
    public GpuMediationException(String message) {
        super(message);
    }

    /** Creates one with a message and the cause. */
    public GpuMediationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
