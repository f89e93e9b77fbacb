package org.gpumediator.intel.gen7.registers;

/**
 * Behaviours of the interrupt banks and of the hotplug registers.
 *
 * <p>Source: Linux i915 interrupt and hotplug registers before Broadwell.
 */
final class InterruptBehaviour {

    /** Long and short pulse of ports B, C and D: write one to clear; the rest enables. */
    private static final int SOUTH_HOTPLUG_STATUS = 0x0003_0303;

    /** Long and short pulse of port A. */
    private static final int PORT_A_HOTPLUG_STATUS = 0x0000_0003;

    private InterruptBehaviour() {}

    private static int bank(int offset) {
        return Bases.indexOf(Bases.INTERRUPT_BANKS, offset & ~0xf);
    }

    static void maskWritten(Gen7Hooks device, int offset, int value, int old) {
        device.interruptMaskWritten(bank(offset), value);
    }

    static void enableWritten(Gen7Hooks device, int offset, int value, int old) {
        device.interruptEnableWritten(bank(offset), value);
    }

    static void identityCleared(Gen7Hooks device, int offset, int value, int old) {
        device.interruptIdentityCleared(bank(offset), old & ~value);
    }

    static void responseMaskWritten(Gen7Hooks device, int offset, int value, int old) {
        device.displayResponseMaskWritten(value);
    }

    static int southHotplug(Gen7Hooks device, int offset, int written, int stored) {
        return clearOnes(SOUTH_HOTPLUG_STATUS, written, stored);
    }

    static int portAHotplug(Gen7Hooks device, int offset, int written, int stored) {
        return clearOnes(PORT_A_HOTPLUG_STATUS, written, stored);
    }

    /** Returns what is stored where {@code status} bits clear by ones and the others are plain. */
    static int clearOnes(int status, int written, int stored) {
        return (written & ~status) | (stored & status & ~written);
    }
}
