package org.gpumediator.examples.kvmvmm.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * A 16550A serial port: what it sends goes to a stream at once, what it receives waits in a ring.
 * Source: National Semiconductor PC16550D data sheet, sections 8.1 to 8.7. Safe for use by multiple
 * threads.
 */
final class SerialPort implements TrapHandler {

    /** How many ports it has. */
    static final int LENGTH = 8;

    private static final int DATA = 0;
    private static final int INTERRUPT_ENABLE = 1;
    private static final int INTERRUPT_IDENTITY = 2;
    private static final int LINE_CONTROL = 3;
    private static final int MODEM_CONTROL = 4;
    private static final int LINE_STATUS = 5;
    private static final int MODEM_STATUS = 6;
    private static final int SCRATCH = 7;

    private static final int ENABLE_RECEIVED = 1;
    private static final int ENABLE_EMPTY = 2;
    private static final int IDENTITY_NONE = 1;
    private static final int IDENTITY_EMPTY = 2;
    private static final int IDENTITY_RECEIVED = 4;
    private static final int IDENTITY_FIFO = 0xc0;
    private static final int DIVISOR_LATCH = 0x80;
    private static final int LOOP = 0x10;
    private static final int STATUS_READY = 0x01;
    private static final int STATUS_EMPTY = 0x60;

    /** Carrier, data set ready, clear to send. */
    private static final int MODEM_PRESENT = 0xb0;

    private static final int ROOM = 1024;

    /** Drives the interrupt. */
    @FunctionalInterface
    interface Line {

        /** Sets the level; called only when it changes. */
        void drive(boolean active);
    }

    private final OutputStream out;
    private final Line line;
    private final byte[] received = new byte[ROOM];

    @GuardedBy("this")
    private int first;

    @GuardedBy("this")
    private int count;

    @GuardedBy("this")
    private int enabled;

    @GuardedBy("this")
    private int lineControl;

    @GuardedBy("this")
    private int modemControl;

    @GuardedBy("this")
    private int scratch;

    @GuardedBy("this")
    private int divisor = 12;

    @GuardedBy("this")
    private boolean fifo;

    /** The transmitter has become empty and nobody has been told. */
    @GuardedBy("this")
    private boolean emptied;

    @GuardedBy("this")
    private boolean active;

    /** Makes a port that sends to a stream; a stream that fails loses what is sent. */
    SerialPort(OutputStream out, Line line) {
        this.out = out;
        this.line = line;
    }

    /**
     * Lets the guest receive a byte.
     *
     * @return whether there was room
     */
    synchronized boolean receive(int value) {
        if (count == ROOM) {
            return false;
        }
        received[(first + count++) % ROOM] = (byte) value;
        update();
        return true;
    }

    @Override
    public synchronized long read(long offset, int width) {
        return width == 1 ? read((int) offset) : (1L << Byte.SIZE * width) - 1;
    }

    @GuardedBy("this")
    private int read(int register) {
        boolean latch = (lineControl & DIVISOR_LATCH) != 0;
        return switch (register) {
            case DATA -> latch ? divisor & 0xff : take();
            case INTERRUPT_ENABLE -> latch ? divisor >>> 8 : enabled;
            case INTERRUPT_IDENTITY -> identity();
            case LINE_CONTROL -> lineControl;
            case MODEM_CONTROL -> modemControl;
            case LINE_STATUS -> STATUS_EMPTY | (count > 0 ? STATUS_READY : 0);
            case MODEM_STATUS -> modemStatus();
            case SCRATCH -> scratch;
            default -> 0xff;
        };
    }

    @GuardedBy("this")
    private int take() {
        if (count == 0) {
            return 0;
        }
        int value = received[first] & 0xff;
        first = (first + 1) % ROOM;
        count--;
        update();
        return value;
    }

    @GuardedBy("this")
    private int identity() {
        int always = fifo ? IDENTITY_FIFO : 0;
        if (count > 0 && (enabled & ENABLE_RECEIVED) != 0) {
            return always | IDENTITY_RECEIVED;
        }
        if (emptied && (enabled & ENABLE_EMPTY) != 0) {
            emptied = false;
            update();
            return always | IDENTITY_EMPTY;
        }
        return always | IDENTITY_NONE;
    }

    /** In a loop the outputs of the modem control are its inputs. */
    @GuardedBy("this")
    private int modemStatus() {
        if ((modemControl & LOOP) == 0) {
            return MODEM_PRESENT;
        }
        return (modemControl & 1) << 5
                | (modemControl & 2) << 3
                | (modemControl & 4) << 4
                | (modemControl & 8) << 4;
    }

    @Override
    public synchronized void write(long offset, int width, long value) {
        if (width == 1) {
            write((int) offset, (int) value & 0xff);
        }
    }

    @GuardedBy("this")
    private void write(int register, int value) {
        boolean latch = (lineControl & DIVISOR_LATCH) != 0;
        switch (register) {
            case DATA -> {
                if (latch) {
                    divisor = divisor & 0xff00 | value;
                } else {
                    send(value);
                }
            }
            case INTERRUPT_ENABLE -> {
                if (latch) {
                    divisor = divisor & 0xff | value << 8;
                } else {
                    emptied |= (value & ~enabled & ENABLE_EMPTY) != 0;
                    enabled = value & 0xf;
                }
            }
            case INTERRUPT_IDENTITY -> {
                fifo = (value & 1) != 0;
                if ((value & 2) != 0) {
                    count = 0;
                }
            }
            case LINE_CONTROL -> lineControl = value;
            case MODEM_CONTROL -> modemControl = value & 0x1f;
            case SCRATCH -> scratch = value;
            default -> {} // status registers are read-only
        }
        update();
    }

    @GuardedBy("this")
    private void send(int value) {
        if ((modemControl & LOOP) != 0) {
            boolean ignored = receive(value);
        } else {
            try {
                out.write(value);
                if (value == '\n') {
                    out.flush();
                }
            } catch (IOException lost) {
                // Nobody listens: a serial port cannot tell.
            }
        }
        emptied = true;
    }

    @GuardedBy("this")
    private void update() {
        boolean now =
                count > 0 && (enabled & ENABLE_RECEIVED) != 0
                        || emptied && (enabled & ENABLE_EMPTY) != 0;
        if (now != active) {
            active = now;
            line.drive(now);
        }
    }
}
