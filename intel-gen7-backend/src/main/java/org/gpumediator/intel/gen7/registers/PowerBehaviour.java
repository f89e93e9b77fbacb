package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.catalogue.RegisterFile;

/**
 * Behaviours of reset, forcewake, render power states, power wells and the power controller. A
 * guest's requests are granted at once and touch nothing but its own registers.
 *
 * <p>Source: Linux i915 forcewake, power wells and power controller mailbox; XenGT emulation.
 */
final class PowerBehaviour {

    static final int RC_CONTROL = 0xa090;
    static final int FORCEWAKE_MT = 0xa188;
    static final int FORCEWAKE = 0xa18c;
    static final int FORCEWAKE_ACK_HSW = 0x13_0044;
    static final int FORCEWAKE_ACK = 0x13_0090;
    static final int GT_THREAD_STATUS = 0x13_805c;
    static final int GT_CORE_STATUS = 0x13_8060;
    static final int PCODE_DATA0 = 0x13_8128;
    static final int PWR_WELL_CTL1 = 0x4_5400;

    static final BitField RC_CONTROL_ENABLE = BitField.bit(31);
    static final BitField PCODE_BUSY = BitField.bit(31);
    static final BitField PCODE_COMMAND = BitField.range(7, 0);
    static final BitField PWR_WELL_REQUEST = BitField.bit(31);
    static final BitField PWR_WELL_STATE = BitField.bit(30);

    private static final int RENDER_AWAKE = 0;
    private static final int RENDER_ASLEEP = 3;

    /** Who can ask for the display power well: BIOS, driver, KVMR, debug. */
    private static final int REQUESTERS = 4;

    private PowerBehaviour() {}

    /** The reset is over when the write is: the register reads 0. */
    static int reset(Gen7Hooks device, int offset, int written, int stored) {
        device.resetRequested(written);
        return 0;
    }

    static void forcewakeWritten(Gen7Hooks device, int offset, int value, int old) {
        device.registers().shadow(FORCEWAKE_ACK_HSW, value);
        updateRenderState(device.registers());
    }

    static void legacyForcewakeWritten(Gen7Hooks device, int offset, int value, int old) {
        device.registers().shadow(FORCEWAKE_ACK, value);
        updateRenderState(device.registers());
    }

    static void renderStateWritten(Gen7Hooks device, int offset, int value, int old) {
        updateRenderState(device.registers());
    }

    private static void updateRenderState(RegisterFile<Gen7Hooks> registers) {
        boolean held = registers.shadow(FORCEWAKE_MT) != 0 || registers.shadow(FORCEWAKE) != 0;
        boolean maySleep = RC_CONTROL_ENABLE.isSet(registers.shadow(RC_CONTROL));
        int state = maySleep && !held ? RENDER_ASLEEP : RENDER_AWAKE;
        registers.shadow(GT_THREAD_STATUS, state);
        registers.shadow(GT_CORE_STATUS, state);
    }

    /** The command is over when the write is: busy and error bits read 0. */
    static int mailbox(Gen7Hooks device, int offset, int written, int stored) {
        if (!PCODE_BUSY.isSet(written)) {
            return written;
        }
        RegisterFile<Gen7Hooks> registers = device.registers();
        int data = registers.shadow(PCODE_DATA0);
        registers.shadow(
                PCODE_DATA0, device.powerControllerCommand(PCODE_COMMAND.get(written), data));
        return PCODE_COMMAND.clear(PCODE_BUSY.clear(written));
    }

    /** The well is on while anybody asks for it; every requester sees that. */
    static void wellWritten(Gen7Hooks device, int offset, int value, int old) {
        RegisterFile<Gen7Hooks> registers = device.registers();
        int any = 0;
        for (int i = 0; i < REQUESTERS; i++) {
            any |= registers.shadow(PWR_WELL_CTL1 + 4 * i);
        }
        for (int i = 0; i < REQUESTERS; i++) {
            if (PWR_WELL_REQUEST.isSet(any)) {
                registers.shadowSet(PWR_WELL_CTL1 + 4 * i, PWR_WELL_STATE.mask());
            } else {
                registers.shadowClear(PWR_WELL_CTL1 + 4 * i, PWR_WELL_STATE.mask());
            }
        }
    }
}
