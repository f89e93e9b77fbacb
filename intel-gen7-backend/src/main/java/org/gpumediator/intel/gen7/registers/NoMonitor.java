package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.catalogue.RegisterFile;

/**
 * The display wires of a virtual GPU that no monitor is attached to: nobody acknowledges on GMBUS,
 * AUX transactions time out.
 *
 * <p>Source: Linux i915 register headers (GMBUS, DP_AUX_CH_CTL); GVT-g display emulation.
 */
final class NoMonitor {

    static final int GMBUS = 0xc_5100;
    static final int GMBUS1 = GMBUS + 4;
    static final int GMBUS2 = GMBUS + 8;

    static final BitField GMBUS0_PIN = BitField.range(2, 0);
    static final BitField GMBUS1_CLEAR_INTERRUPT = BitField.bit(31);
    static final BitField GMBUS1_SOFTWARE_READY = BitField.bit(30);
    static final BitField GMBUS1_CYCLE = BitField.range(27, 25);
    static final BitField GMBUS2_IN_USE = BitField.bit(15);
    static final BitField GMBUS2_WAIT = BitField.bit(14);
    static final BitField GMBUS2_INTERRUPT = BitField.bit(12);
    static final BitField GMBUS2_READY = BitField.bit(11);
    static final BitField GMBUS2_NOT_ACKNOWLEDGED = BitField.bit(10);
    static final BitField GMBUS2_ACTIVE = BitField.bit(9);

    static final BitField AUX_BUSY = BitField.bit(31);
    static final BitField AUX_DONE = BitField.bit(30);
    static final BitField AUX_TIMED_OUT = BitField.bit(28);

    private NoMonitor() {}

    static void gmbusWritten(RegisterFile<?> registers, int register, int value) {
        switch (register) {
            case 0 -> {
                registers.shadowClear(
                        GMBUS2, GMBUS2_ACTIVE.mask() | GMBUS2_NOT_ACKNOWLEDGED.mask());
                registers.shadowSet(GMBUS2, GMBUS2_READY.mask());
            }
            case 1 -> command(registers, value);
            case 2 ->
                    // Only the semaphore is writable: a one releases it.
                    registers.shadowClear(GMBUS2, value & GMBUS2_IN_USE.mask());
            default -> {}
        }
    }

    private static void command(RegisterFile<?> registers, int value) {
        registers.shadowClear(GMBUS1, GMBUS1_SOFTWARE_READY.mask());
        int idle =
                GMBUS2_INTERRUPT.mask()
                        | GMBUS2_ACTIVE.mask()
                        | GMBUS2_WAIT.mask()
                        | GMBUS2_NOT_ACKNOWLEDGED.mask();
        registers.shadowClear(GMBUS2, idle);
        registers.shadowSet(GMBUS2, GMBUS2_READY.mask());
        boolean starts = GMBUS1_CYCLE.get(value) != 0 && GMBUS1_CYCLE.get(value) != 4;
        if (starts && !GMBUS1_CLEAR_INTERRUPT.isSet(value)) {
            registers.shadowSet(GMBUS2, GMBUS2_NOT_ACKNOWLEDGED.mask());
        }
    }

    static int gmbusRead(RegisterFile<?> registers, int register, int stored) {
        if (register == 2 && !GMBUS2_IN_USE.isSet(stored)) {
            // Reading takes the semaphore; whoever took it first saw the bit clear.
            return registers.shadowSet(GMBUS2, GMBUS2_IN_USE.mask());
        }
        return stored;
    }

    static void auxStarted(RegisterFile<?> registers, int port, int control) {
        registers.shadow(
                auxControl(port), AUX_BUSY.clear(control) | AUX_DONE.mask() | AUX_TIMED_OUT.mask());
    }

    /** Returns where the AUX control register of a port is. */
    static int auxControl(int port) {
        return port == 0 ? 0x6_4010 : 0xe_4010 + 0x100 * port;
    }
}
