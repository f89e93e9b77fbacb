package org.gpumediator.intel.gen7.display;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.jspecify.annotations.Nullable;

/**
 * The GMBUS controller: I2C to the monitors on the DDC wires of ports B, C, D and the analog port.
 * Each cycle is over as soon as it is asked for. Not thread safe: used under the lock of {@link
 * Ports}.
 *
 * <p>Source: Linux i915 GMBUS0 to GMBUS5. The address cycle, not the choice of pins, is what nobody
 * acknowledges.
 */
final class Gmbus {

    static final int BASE = 0xc_5100;

    /** What GMBUS4 can ask an interrupt for; also what the controller is in. */
    static final int READY_ENABLE = 1;

    private static final int WAIT_ENABLE = 1 << 1;
    private static final int IDLE_ENABLE = 1 << 2;
    private static final int NAK_ENABLE = 1 << 3;

    private static final int COMMAND = BASE + 4;
    private static final int STATUS = BASE + 8;
    private static final int DATA = BASE + 0xc;
    private static final int ENABLES = BASE + 0x10;
    private static final int INDEX = BASE + 0x20;

    private static final BitField PIN = BitField.range(2, 0);
    private static final BitField CLEAR_INTERRUPT = BitField.bit(31);
    private static final BitField SOFTWARE_READY = BitField.bit(30);
    private static final BitField STOP = BitField.bit(27);
    private static final BitField INDEXED = BitField.bit(26);
    private static final BitField WAIT_CYCLE = BitField.bit(25);
    private static final BitField COUNT = BitField.range(24, 16);
    private static final BitField OFFSET = BitField.range(15, 8);
    private static final BitField SLAVE = BitField.range(7, 1);
    private static final BitField READ = BitField.bit(0);
    private static final BitField WIDE_INDEX = BitField.bit(31);

    private static final BitField IN_USE = BitField.bit(15);
    private static final BitField WAIT = BitField.bit(14);
    private static final BitField READY = BitField.bit(11);
    private static final BitField NOT_ACKNOWLEDGED = BitField.bit(10);
    private static final BitField ACTIVE = BitField.bit(9);

    private static final int EDID_ADDRESS = 0x50;
    private static final int SEGMENT_ADDRESS = 0x30;

    /** Finds who is on a pair of pins. */
    @FunctionalInterface
    interface Wires {
        @Nullable Monitor on(int pin);
    }

    private final ShadowRegisters registers;
    private final Wires wires;

    private int status;
    private int command;
    private int left;
    private int segment;
    private int pointer;

    Gmbus(ShadowRegisters registers, Wires wires) {
        this.registers = registers;
        this.wires = wires;
        reset();
    }

    void reset() {
        status = READY.mask();
        command = 0;
        left = 0;
        segment = 0;
        pointer = 0;
    }

    /**
     * Takes a guest's write.
     *
     * @param register 0 to 5 as the registers are numbered
     * @return whether an interrupt that GMBUS4 asks for is due
     */
    boolean written(int register, int value) {
        switch (register) {
            case 0 -> idle();
            case 1 -> command(value);
            case 2 -> status &= ~(value & IN_USE.mask()); // a one gives the semaphore back
            case 3 -> dataWritten();
            default -> {}
        }
        registers.set(STATUS, status);
        return (conditions() & registers.get(ENABLES)) != 0;
    }

    /** Returns what a register reads as, and moves on as reading it does. */
    int read(int register, int stored) {
        if (register == 2) {
            int seen = status;
            status |= IN_USE.mask(); // whoever reads it clear has taken the semaphore
            registers.set(STATUS, status);
            return seen;
        }
        return register == 3 && READ.isSet(command) && left > 0 ? dataRead() : stored;
    }

    private int conditions() {
        return (READY.isSet(status) ? READY_ENABLE : 0)
                | (WAIT.isSet(status) ? WAIT_ENABLE : 0)
                | (ACTIVE.isSet(status) ? 0 : IDLE_ENABLE)
                | (NOT_ACKNOWLEDGED.isSet(status) ? NAK_ENABLE : 0);
    }

    private void idle() {
        left = 0;
        command = 0;
        status = status & IN_USE.mask() | READY.mask();
    }

    private void command(int value) {
        registers.set(COMMAND, SOFTWARE_READY.clear(value));
        if (CLEAR_INTERRUPT.isSet(value)) {
            idle();
            return;
        }
        if (!SOFTWARE_READY.isSet(value)) {
            return;
        }
        command = value;
        status = status & IN_USE.mask() | READY.mask();
        left = 0;
        if (!WAIT_CYCLE.isSet(value)) {
            if (STOP.isSet(value)) {
                segment = 0;
            }
            return;
        }
        int slave = SLAVE.get(value);
        boolean read = READ.isSet(value);
        boolean answers =
                monitor() != null && (slave == EDID_ADDRESS || slave == SEGMENT_ADDRESS && !read);
        if (!answers) {
            status |= NOT_ACKNOWLEDGED.mask();
            return;
        }
        status |= ACTIVE.mask();
        if (INDEXED.isSet(value)) {
            int wide = registers.get(INDEX);
            pointer = WIDE_INDEX.isSet(wide) ? wide & 0xff : OFFSET.get(value);
        }
        left = COUNT.get(value);
        if (!read) {
            dataWritten();
        } else if (left == 0) {
            finish();
        }
    }

    private @Nullable Monitor monitor() {
        return wires.on(PIN.get(registers.get(BASE)));
    }

    private int dataRead() {
        Monitor monitor = monitor();
        int word = 0;
        for (int i = 0; i < Integer.BYTES && left > 0; i++, left--) {
            int at = pointer++;
            word |= (monitor == null ? 0 : monitor.byteAt(segment, at)) << 8 * i;
        }
        if (left == 0) {
            finish();
        }
        return word;
    }

    /** Takes up to four bytes of the cycle that is going on; the last is offset or segment. */
    private void dataWritten() {
        if (!ACTIVE.isSet(status) || READ.isSet(command) || left < 0) {
            return;
        }
        int taken = Math.min(left, Integer.BYTES);
        if (taken > 0) {
            int value = registers.get(DATA) >>> 8 * (taken - 1) & 0xff;
            if (SLAVE.get(command) == EDID_ADDRESS) {
                pointer = value;
            } else {
                segment = value;
            }
        }
        left -= taken;
        if (left == 0) {
            finish();
            left = -1; // nothing more is taken until the next cycle
        }
    }

    private void finish() {
        if (STOP.isSet(command)) {
            status = ACTIVE.clear(status);
            segment = 0;
        } else {
            status |= WAIT.mask();
        }
    }
}
