package org.gpumediator.intel.gen7.registers;

import java.util.List;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.core.catalogue.RegisterFile;

/**
 * Behaviours of the display half of the platform hub.
 *
 * <p>Source: Linux i915 registers of Lynx Point; GVT-g and XenGT emulation.
 */
final class SouthBehaviour {

    static final BitField CHICKEN2_FDI_RESET_REQUEST = BitField.bit(12);
    static final BitField CHICKEN2_FDI_RESET_STATUS = BitField.bit(13);
    static final BitField SBI_BUSY = BitField.bit(0);
    static final BitField SBI_RESPONSE = BitField.range(2, 1);
    static final BitField SBI_OPCODE = BitField.range(15, 8);
    static final BitField SBI_DESTINATION = BitField.bit(16);
    static final BitField SBI_ADDRESS = BitField.range(31, 16);
    static final BitField PP_CONTROL_ON = BitField.bit(0);
    static final BitField PP_STATUS_ON = BitField.bit(31);

    /** The sequencer's state in bits 3:0 once the panel is on. */
    private static final int PP_STATE_ON_IDLE = 8;

    static final BitField ADPA_MONITOR = BitField.range(25, 24);
    static final BitField ADPA_FORCE_TRIGGER = BitField.bit(16);

    /** Where the bits of clock and data start. */
    private static final int[] GPIO_WIRES = {0, 8};

    private static final int GPIO_PULL_UPS = 1 << 5 | 1 << 13;

    private static final int SBI_ADDR = 0xc_6000;
    private static final int SBI_DATA = 0xc_6004;
    private static final int PP_STATUS = 0xc_7200;
    private static final int GMBUS = 0xc_5100;
    private static final int GMBUS2 = 0xc_5108;

    /** Even opcodes read, odd ones write: 2 and 3 for I/O, 6 and 7 for registers. */
    private static final List<Integer> SBI_READS = List.of(2, 6);

    private SouthBehaviour() {}

    static int chicken2(Gen7Hooks device, int offset, int written, int stored) {
        return CHICKEN2_FDI_RESET_STATUS.set(written, CHICKEN2_FDI_RESET_REQUEST.get(written));
    }

    /** The transaction is over when the write is, and has succeeded. */
    static int sideBand(Gen7Hooks device, int offset, int written, int stored) {
        if (!SBI_BUSY.isSet(written)) {
            return written;
        }
        RegisterFile<Gen7Hooks> registers = device.registers();
        int address =
                SBI_DESTINATION.get(written) << 16 | SBI_ADDRESS.get(registers.shadow(SBI_ADDR));
        if (SBI_READS.contains(SBI_OPCODE.get(written))) {
            registers.shadow(SBI_DATA, device.sidebandRead(address));
        } else {
            device.sidebandWritten(address, registers.shadow(SBI_DATA));
        }
        return SBI_RESPONSE.clear(SBI_BUSY.clear(written));
    }

    static void panelPowerWritten(Gen7Hooks device, int offset, int value, int old) {
        boolean on = PP_CONTROL_ON.isSet(value);
        device.registers().shadow(PP_STATUS, on ? PP_STATUS_ON.mask() | PP_STATE_ON_IDLE : 0);
    }

    /**
     * The wires of a bit-banged bus: direction and value change under their write masks, and a wire
     * reads high unless the guest drives it low.
     */
    static int gpio(Gen7Hooks device, int offset, int written, int stored) {
        int next = GPIO_PULL_UPS & written;
        for (int wire : GPIO_WIRES) {
            int direction = (written >>> wire & 1) != 0 ? written : stored;
            int value = (written >>> wire + 2 & 1) != 0 ? written : stored;
            boolean drives = (direction >>> wire + 1 & 1) != 0;
            boolean high = (value >>> wire + 3 & 1) != 0;
            next |= direction & 2 << wire | value & 8 << wire;
            next |= drives && !high ? 0 : 0x10 << wire;
        }
        return next;
    }

    /** A forced detection is over at once; whether a monitor is there is the device's to say. */
    static int analogPort(Gen7Hooks device, int offset, int written, int stored) {
        return ADPA_MONITOR.set(ADPA_FORCE_TRIGGER.clear(written), ADPA_MONITOR.get(stored));
    }

    static void gmbusWritten(Gen7Hooks device, int offset, int value, int old) {
        device.gmbusWritten((offset - GMBUS) >>> 2, value, old);
    }

    static int gmbus(Gen7Hooks device, int offset, int stored) {
        return device.gmbusRead((offset - GMBUS) >>> 2, stored);
    }

    /** Status bits are the device's; it is told what was written. */
    static int gmbusStatus(Gen7Hooks device, int offset, int written, int stored) {
        device.gmbusWritten((GMBUS2 - GMBUS) >>> 2, written, stored);
        return device.registers().shadow(GMBUS2);
    }
}
