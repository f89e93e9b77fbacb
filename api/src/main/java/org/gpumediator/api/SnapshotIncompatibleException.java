package org.gpumediator.api;

/**
 * Says that a sound snapshot is not for this virtual GPU; the message names both versions or both
 * devices.
 */
public class SnapshotIncompatibleException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one. */
    public SnapshotIncompatibleException(String message) {
        super(message);
    }
}
