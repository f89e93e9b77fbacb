package org.gpumediator.api;

/**
 * Says that a snapshot is damaged or truncated; the message names the position, what was expected
 * and what was found.
 */
public class SnapshotFormatException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public SnapshotFormatException(String message) {
        super(message);
    }
}
