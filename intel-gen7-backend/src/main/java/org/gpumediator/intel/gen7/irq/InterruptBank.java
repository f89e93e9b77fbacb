package org.gpumediator.intel.gen7.irq;

/**
 * The four interrupt blocks of gen7. Each has ISR, IMR, IIR and IER, in that order.
 *
 * <p>Source: Linux i915 interrupt registers, pre-Broadwell.
 */
public enum InterruptBank {
    DE(0x4_4000),
    GT(0x4_4010),
    PM(0x4_4020),
    PCH(0xc_4000);

    private final int base;

    InterruptBank(int base) {
        this.base = base;
    }

    /** Returns the BAR0 offset of the live status. */
    public int isr() {
        return base;
    }

    /** Returns the BAR0 offset of the mask. */
    public int imr() {
        return base + 4;
    }

    /** Returns the BAR0 offset of the latched events. */
    public int iir() {
        return base + 8;
    }

    /** Returns the BAR0 offset of the enables. */
    public int ier() {
        return base + 0xc;
    }
}
