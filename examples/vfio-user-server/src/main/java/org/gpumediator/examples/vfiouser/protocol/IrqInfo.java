package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DEVICE_GET_IRQ_INFO and of its reply. */
public final class IrqInfo extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int INDEX = 8;
    private static final int COUNT = 12;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Sets how interrupts of this kind are told and masked. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Returns which kind of interrupt. */
    public int index() {
        return int32(INDEX);
    }

    /** Sets which kind of interrupt. */
    public void index(int value) {
        int32(INDEX, value);
    }

    /** Sets how many of the kind there are. */
    public void count(int value) {
        int32(COUNT, value);
    }
}
