package org.gpumediator.api;

/**
 * Says that no backend can drive a GPU; the message names what was wanted, which were found, and
 * why each declined.
 */
public class BackendUnavailableException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public BackendUnavailableException(String message) {
        super(message);
    }
}
