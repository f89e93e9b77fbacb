package org.gpumediator.intel.gen7.registers;

/**
 * Behaviours of the page that guest driver and mediator share.
 *
 * <p>Source: Linux i915 and GVT-g, paravirtual page version 1.0.
 */
final class ParavirtualBehaviour {

    private static final int PVINFO = 0x7_8000;

    private ParavirtualBehaviour() {}

    static void displayReadyWritten(Gen7Hooks device, int offset, int value, int old) {
        device.displayReadyWritten(value);
    }

    static void insufficientWritten(Gen7Hooks device, int offset, int value, int old) {
        device.shareInsufficientWritten(value);
    }

    static void minimumWritten(Gen7Hooks device, int offset, int value, int old) {
        device.minimumShareWritten(offset - PVINFO, value);
    }

    static void notified(Gen7Hooks device, int offset, int value, int old) {
        device.notificationWritten(value);
    }
}
