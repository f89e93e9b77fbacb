package org.gpumediator.intel.gen7.irq;

import org.gpumediator.core.hardware.Mmio;

/**
 * The interrupt hierarchy of the hardware, which the mediator alone programs: what it needs is
 * unmasked, the rest is masked.
 *
 * <p>Source: Linux i915 pre-Broadwell interrupt handling: master off, acknowledge, master on.
 */
public final class PhysicalInterrupts {

    /** Takes the events the hardware has raised. */
    @FunctionalInterface
    public interface Handler {

        /** Takes latched events of the GT and PM blocks. */
        void events(int gt, int pm);
    }

    private static final int MASTER_ENABLE = 1 << 31;

    private final Mmio mmio;
    private final Handler handler;

    /** Creates the view and unmasks what is wanted of GT and PM. */
    public PhysicalInterrupts(Mmio mmio, int gt, int pm, Handler handler) {
        this.mmio = mmio;
        this.handler = handler;
        for (InterruptBank bank : InterruptBank.values()) {
            mmio.write(bank.imr(), -1);
            mmio.write(bank.ier(), 0);
            mmio.write(bank.iir(), -1);
        }
        enable(InterruptBank.GT, gt);
        enable(InterruptBank.PM, pm);
        mmio.write(InterruptBank.DE.ier(), MASTER_ENABLE);
    }

    private void enable(InterruptBank bank, int bits) {
        mmio.write(bank.imr(), ~bits);
        mmio.write(bank.ier(), bits);
    }

    /** Acknowledges what is pending and hands it on. */
    public void service() {
        mmio.write(InterruptBank.DE.ier(), 0);
        try {
            int gt = take(InterruptBank.GT);
            int pm = take(InterruptBank.PM);
            take(InterruptBank.DE);
            if ((gt | pm) != 0) {
                handler.events(gt, pm);
            }
        } finally {
            mmio.write(InterruptBank.DE.ier(), MASTER_ENABLE); // it is everybody's
        }
    }

    private int take(InterruptBank bank) {
        int bits = mmio.read(bank.iir());
        if (bits != 0) {
            mmio.write(bank.iir(), bits);
        }
        return bits;
    }

    /** Masks everything. */
    public void close() {
        mmio.write(InterruptBank.DE.ier(), 0);
        for (InterruptBank bank : InterruptBank.values()) {
            mmio.write(bank.imr(), -1);
        }
    }
}
