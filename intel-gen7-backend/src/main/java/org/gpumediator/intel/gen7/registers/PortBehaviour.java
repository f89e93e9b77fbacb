package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.catalogue.RegisterFile;

/**
 * Behaviours of DDI ports, AUX channels and the FDI link: training succeeds at once.
 *
 * <p>Source: Linux i915 DDI, DisplayPort and FDI registers; XenGT emulation.
 */
final class PortBehaviour {

    static final BitField ENABLE = BitField.bit(31);
    static final BitField DDI_BUF_IDLE = BitField.bit(7);
    static final BitField DP_TP_TRAINING = BitField.range(10, 8);
    static final BitField DP_TP_STATUS_IDLE_DONE = BitField.bit(25);
    static final BitField DP_TP_STATUS_AUTOTRAIN_DONE = BitField.bit(12);
    static final BitField FDI_PATTERN = BitField.range(9, 8);
    static final BitField FDI_RX_BIT_LOCK = BitField.bit(8);
    static final BitField FDI_RX_SYMBOL_LOCK = BitField.bit(9);

    /** Done, timed out, receive error: write one to clear. */
    private static final int AUX_STATUS = 1 << 30 | 1 << 28 | 1 << 25;

    private static final BitField AUX_BUSY = BitField.bit(31);

    private static final int TRAINING_IDLE_PATTERN = 2;
    private static final int PORT_E_TRAINING = 0x6_4440;
    private static final int CONTROL_TO_STATUS = 4;

    private static final int TRANSMITTERS = 0x6_0100;
    private static final int RECEIVERS = 0xf_0000;
    private static final int RECEIVER_CTL = 0x0c;
    private static final int RECEIVER_IIR = 0x14;
    private static final int RECEIVER_IMR = 0x18;
    private static final int RECEIVER_COUNT = 3;

    private PortBehaviour() {}

    /** Idle bit 7 follows enable bit 31; bit 0, detected, is the device's. */
    static int bufferControl(Gen7Hooks device, int offset, int written, int stored) {
        return DDI_BUF_IDLE.set(written, 1 - ENABLE.get(written));
    }

    static void trainingWritten(Gen7Hooks device, int offset, int value, int old) {
        if (!ENABLE.isSet(value)) {
            return;
        }
        int status = offset + CONTROL_TO_STATUS;
        if (DP_TP_TRAINING.get(value) == TRAINING_IDLE_PATTERN) {
            device.registers().shadowSet(status, DP_TP_STATUS_IDLE_DONE.mask());
        }
        if (offset == PORT_E_TRAINING) {
            device.registers().shadowSet(status, DP_TP_STATUS_AUTOTRAIN_DONE.mask());
        }
    }

    /** Status bits clear by ones; bit 31 starts a transaction, which ends within the write. */
    static int auxControl(Gen7Hooks device, int offset, int written, int stored) {
        int control = InterruptBehaviour.clearOnes(AUX_STATUS, written, stored);
        if (!AUX_BUSY.isSet(written)) {
            return control;
        }
        RegisterFile<Gen7Hooks> registers = device.registers();
        registers.shadow(offset, control);
        device.auxStarted(Bases.indexOf(Bases.AUX_CHANNELS, offset), control);
        return AUX_BUSY.clear(registers.shadow(offset));
    }

    static void transmitterWritten(Gen7Hooks device, int offset, int value, int old) {
        int link = (offset - TRANSMITTERS) >>> 12;
        if (link < RECEIVER_COUNT) {
            train(device.registers(), link);
        }
    }

    static void receiverWritten(Gen7Hooks device, int offset, int value, int old) {
        train(device.registers(), (offset - RECEIVERS) >>> 12);
    }

    /** Reports lock when both ends are on and send and expect the same pattern. */
    private static void train(RegisterFile<Gen7Hooks> registers, int link) {
        int receiver = RECEIVERS + 0x1000 * link;
        int transmit = registers.shadow(TRANSMITTERS + 0x1000 * link);
        int receive = registers.shadow(receiver + RECEIVER_CTL);
        int pattern = FDI_PATTERN.get(transmit);
        boolean both = ENABLE.isSet(transmit) && ENABLE.isSet(receive);
        if (!both || pattern != FDI_PATTERN.get(receive) || pattern > 1) {
            return;
        }
        int lock = (pattern == 0 ? FDI_RX_BIT_LOCK : FDI_RX_SYMBOL_LOCK).mask();
        registers.shadowSet(
                receiver + RECEIVER_IIR, lock & ~registers.shadow(receiver + RECEIVER_IMR));
    }
}
