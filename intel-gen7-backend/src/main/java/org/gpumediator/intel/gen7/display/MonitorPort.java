package org.gpumediator.intel.gen7.display;

import org.gpumediator.api.vmm.Displays.Connector;
import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.jspecify.annotations.Nullable;

/**
 * One port of a virtual GPU, and the monitor that may be plugged in. Not thread safe: used under
 * the lock of {@link Ports}.
 *
 * <p>Source: Linux i915 for Lynx Point: straps in SFUSE_STRAP, pins in SDEISR and (port A) DEISR,
 * GMBUS pin pairs, pulses in SHOTPLUG_CTL.
 */
final class MonitorPort {

    /** What differs from one place to the next; in the order of the hardware's port numbers. */
    enum Place {
        //  letter bank               live     strap GMBUS pulse shift
        A('a', InterruptBank.DE, 1 << 27, 0, 0, 0),
        B('b', InterruptBank.PCH, 1 << 21, 1 << 2, 5, 0),
        C('c', InterruptBank.PCH, 1 << 22, 1 << 1, 4, 8),
        D('d', InterruptBank.PCH, 1 << 23, 1, 6, 16),
        E('e', InterruptBank.PCH, 1 << 19, 0, 2, 0);

        final char letter;
        final InterruptBank bank;

        /** The pin's level in the bank's ISR, and the event in its IIR. */
        final int live;

        /** What says in SFUSE_STRAP that the port is there. */
        final int strap;

        /** The pin pair of its DDC in GMBUS0; 0 for none. */
        final int gmbusPin;

        /** Where in SHOTPLUG_CTL its byte is. */
        final int pulseShift;

        Place(char letter, InterruptBank bank, int live, int strap, int pin, int pulseShift) {
            this.letter = letter;
            this.bank = bank;
            this.live = live;
            this.strap = strap;
            this.gmbusPin = pin;
            this.pulseShift = pulseShift;
        }
    }

    final String name;
    final Place place;
    final Connector connector;
    final @Nullable Dpcd dpcd;
    @Nullable Monitor monitor;

    MonitorPort(String name, Place place, Connector connector) {
        this.name = name;
        this.place = place;
        this.connector = connector;
        boolean packets = connector == Connector.DISPLAY_PORT || connector == Connector.EMBEDDED;
        dpcd = packets ? new Dpcd() : null;
    }

    /** Returns the monitor that answers on the DDC wires, {@code null} for none. */
    @Nullable Monitor onWires() {
        return dpcd == null ? monitor : null;
    }

    boolean embedded() {
        return connector == Connector.EMBEDDED;
    }
}
