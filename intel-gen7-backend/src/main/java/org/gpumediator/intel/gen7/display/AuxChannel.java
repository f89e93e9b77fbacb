package org.gpumediator.intel.gen7.display;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.jspecify.annotations.Nullable;

/**
 * One AUX channel: a transaction is over when the write that starts it is. Not thread safe: used
 * under the lock of {@link Ports}.
 *
 * <p>Source: Linux i915 DP_AUX_CH_CTL and its five data registers (bytes from the top of each);
 * VESA DisplayPort for requests and replies. A request is a command in the top four bits, 20 bits
 * of address, a length less one, and data.
 */
final class AuxChannel {

    static final BitField BUSY = BitField.bit(31);
    static final BitField DONE = BitField.bit(30);
    static final BitField TIMED_OUT = BitField.bit(28);
    private static final BitField SIZE = BitField.range(24, 20);

    private static final int MAX_MESSAGE = 20;
    private static final int MAX_DATA = 16;
    private static final int HEADER = 3;

    private static final int ACK = 0;
    private static final int NATIVE_NAK = 0x10;
    private static final int I2C_NAK = 0x40;

    private static final int NATIVE_WRITE = 8;
    private static final int NATIVE_READ = 9;
    private static final int I2C_MIDDLE = 4;
    private static final int I2C_READ = 1;
    private static final int I2C_STATUS = 2;

    private static final int EDID_ADDRESS = 0x50;
    private static final int SEGMENT_ADDRESS = 0x30;

    private final int control;
    private final byte[] message = new byte[MAX_MESSAGE];
    private int replySize;
    private int segment;
    private int pointer;

    /** Creates a channel whose control register is at an offset of BAR0. */
    AuxChannel(int control) {
        this.control = control;
    }

    void reset() {
        segment = 0;
        pointer = 0;
    }

    /**
     * Carries out the transaction that a guest has started.
     *
     * @param written what it wrote to the control register, without the status it cleared
     * @return whether somebody answered
     */
    boolean start(
            ShadowRegisters registers,
            int written,
            @Nullable Dpcd sink,
            @Nullable Monitor monitor) {
        int idle = BUSY.clear(written) | DONE.mask();
        if (sink == null || monitor == null) {
            registers.set(control, TIMED_OUT.set(idle));
            return false;
        }
        int size = SIZE.get(written);
        for (int i = 0; i < MAX_MESSAGE; i++) {
            message[i] = (byte) (registers.get(control + 4 + (i & ~3)) >>> 24 - 8 * (i & 3));
        }
        answer(size, sink, monitor);
        for (int i = 0; i < replySize; i += Integer.BYTES) {
            registers.set(
                    control + 4 + i,
                    (message[i] & 0xff) << 24
                            | (message[i + 1] & 0xff) << 16
                            | (message[i + 2] & 0xff) << 8
                            | message[i + 3] & 0xff);
        }
        registers.set(control, SIZE.set(idle, replySize));
        return true;
    }

    private void answer(int size, Dpcd sink, Monitor monitor) {
        int command = message[0] >>> 4 & 0xf;
        int address = (message[0] & 0xf) << 16 | (message[1] & 0xff) << 8 | message[2] & 0xff;
        int length = size > HEADER ? (message[HEADER] & 0xff) + 1 : 0;
        if (size < HEADER || size > MAX_MESSAGE || length > MAX_DATA) {
            reply(NATIVE_NAK, 0);
            return;
        }
        switch (command) {
            case NATIVE_READ -> nativeRead(sink, address, length);
            case NATIVE_WRITE -> nativeWrite(sink, address, Math.min(length, size - HEADER - 1));
            default -> i2c(command, address, length, size, monitor);
        }
    }

    private void nativeRead(Dpcd sink, int address, int length) {
        if (address + length > Dpcd.ADDRESSES) {
            reply(NATIVE_NAK, 0);
            return;
        }
        for (int i = 0; i < length; i++) {
            message[1 + i] = (byte) sink.read(address + i);
        }
        reply(ACK, length);
    }

    private void nativeWrite(Dpcd sink, int address, int length) {
        if (address + length > Dpcd.ADDRESSES) {
            message[1] = 0;
            reply(NATIVE_NAK, 1);
            return;
        }
        for (int i = 0; i < length; i++) {
            sink.write(address + i, message[HEADER + 1 + i] & 0xff);
        }
        reply(ACK, 0);
    }

    private void i2c(int command, int address, int length, int size, Monitor monitor) {
        boolean known = address == EDID_ADDRESS || address == SEGMENT_ADDRESS;
        if (!known) {
            reply(I2C_NAK, 0);
            return;
        }
        int kind = command & ~I2C_MIDDLE;
        int data = 0;
        if (kind == I2C_READ && address == EDID_ADDRESS) {
            for (; data < length; data++) {
                message[1 + data] = (byte) monitor.byteAt(segment, pointer++);
            }
        } else if (kind != I2C_STATUS && kind != I2C_READ && size > HEADER + 1) {
            // The last byte written is the offset, or the segment.
            int value = message[HEADER + Math.min(length, size - HEADER - 1)] & 0xff;
            if (address == EDID_ADDRESS) {
                pointer = value;
            } else {
                segment = value;
            }
        }
        boolean stop = (command & I2C_MIDDLE) == 0;
        if (stop) {
            segment = 0;
        }
        reply(ACK, data);
    }

    private void reply(int code, int dataBytes) {
        message[0] = (byte) code;
        replySize = 1 + dataBytes;
        for (int i = replySize; i < MAX_MESSAGE; i++) {
            message[i] = 0;
        }
    }
}
