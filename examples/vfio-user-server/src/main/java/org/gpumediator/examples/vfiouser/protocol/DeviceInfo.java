package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DEVICE_GET_INFO and of its reply. */
public final class DeviceInfo extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int REGIONS = 8;
    private static final int IRQS = 12;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Sets what kind of device it is. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Sets how many regions it has. */
    public void regions(int value) {
        int32(REGIONS, value);
    }

    /** Sets how many kinds of interrupts it has. */
    public void irqs(int value) {
        int32(IRQS, value);
    }

    /** Flag: the device can be reset. */
    public static final int RESET = 1;

    /** Flag: a PCI function. */
    public static final int PCI = 2;
}
