package org.gpumediator.examples.hypervisor;

import java.util.Arrays;

/**
 * The guest's interrupt controller: one level pin, and 256 messages by their number. Safe for use
 * by multiple threads; calls nobody.
 */
class InterruptController {

    private static final int MESSAGES = 256;
    private static final int MESSAGE_NUMBER = 0xff;

    private final int[] pending = new int[MESSAGES];
    private boolean pin;

    /** Sets the level of the pin. */
    synchronized void pin(boolean active) {
        pin = active;
    }

    synchronized boolean isPinActive() {
        return pin;
    }

    /** A device has written a message; the low byte of its data is the number. */
    synchronized void message(int data) {
        pending[data & MESSAGE_NUMBER]++;
    }

    /** A processor takes a message; answers whether there was one. */
    synchronized boolean take(int number) {
        if (pending[number] == 0) {
            return false;
        }
        pending[number]--;
        return true;
    }

    synchronized void reset() {
        Arrays.fill(pending, 0);
        pin = false;
    }
}
