package org.gpumediator.testkit.guest;

/**
 * The ports a Haswell driver knows, each with the kind of monitor it is used for.
 *
 * <p>Source: Linux i915, Haswell with a Lynx Point PCH: DDI A to E, GMBUS pin pairs, AUX channels.
 */
public enum GuestPort {
    //   DDI pin aux
    VGA(4, 2, 0),
    PANEL(0, 0, 0x6_4010),
    HDMI_B(1, 5, 0),
    HDMI_C(2, 4, 0),
    HDMI_D(3, 6, 0),
    DP_B(1, 0, 0xe_4110),
    DP_C(2, 0, 0xe_4210),
    DP_D(3, 0, 0xe_4310);

    /** Number of the digital port, 0 for A. */
    final int number;

    /** GMBUS pin pair of its wires, 0 where it has an AUX channel. */
    final int pins;

    /** Register of its AUX channel, 0 where it has wires. */
    final int aux;

    GuestPort(int number, int pins, int aux) {
        this.number = number;
        this.pins = pins;
        this.aux = aux;
    }

    boolean packets() {
        return aux != 0;
    }
}
