package org.gpumediator.api;

/** Says that the physical GPU stopped answering; its virtual GPUs have failed. */
public class DeviceLostException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    /** Creates one with the device and the last state known of it in the message. */
    public DeviceLostException(String message) {
        super(message);
    }
}
