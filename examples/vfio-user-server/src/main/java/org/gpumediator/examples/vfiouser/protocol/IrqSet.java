package org.gpumediator.examples.vfiouser.protocol;

/** The payload of DEVICE_SET_IRQS, in front of its data. */
public final class IrqSet extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 20;

    private static final int ARGUMENT_BYTES = 0;
    private static final int FLAGS = 4;
    private static final int INDEX = 8;
    private static final int START = 12;
    private static final int COUNT = 16;

    /** Returns how many bytes its sender has room for, an unsigned number. */
    public int argumentBytes() {
        return int32(ARGUMENT_BYTES);
    }

    /** Sets how many bytes its sender has room for, an unsigned number. */
    public void argumentBytes(int value) {
        int32(ARGUMENT_BYTES, value);
    }

    /** Returns what is to be done, and what the data is. */
    public int flags() {
        return int32(FLAGS);
    }

    /** Sets what is to be done, and what the data is. */
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

    /** Returns the first vector. */
    public int start() {
        return int32(START);
    }

    /** Sets the first vector. */
    public void start(int value) {
        int32(START, value);
    }

    /** Returns how many vectors. */
    public int count() {
        return int32(COUNT);
    }

    /** Sets how many vectors. */
    public void count(int value) {
        int32(COUNT, value);
    }
}
