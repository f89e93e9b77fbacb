package org.gpumediator.intel.gen7.irq;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * The interrupt hierarchy one guest sees: engine masks, then GT, PM, PCH and DE blocks, then the
 * master enable, then one message or the line.
 *
 * <p>An event passes a mask or is dropped: it is not latched behind it. The message is an edge: it
 * is sent when something enabled becomes pending, not again while it stays so. The line is the same
 * level.
 *
 * <p>Concurrency: every method takes the lock of its virtual GPU. The output hears of levels under
 * it, and once it is let go of that what comes of them may be told.
 */
public final class VirtualInterrupts {

    /** Takes the level of the whole hierarchy to the PCI function. */
    @FunctionalInterface
    public interface Output {

        /**
         * Says that something enabled has become pending, or that nothing is any more. Only called
         * on changes.
         */
        void level(boolean active);

        /**
         * Says that this hierarchy has let go of the lock; a caller may still hold it, or others.
         */
        default void tell() {}
    }

    private static final int MASTER_ENABLE = 1 << 31;
    private static final int PCH_EVENT = 1 << 28;
    private static final int ENGINE_IMR = 0xa8;

    private final Object lock;
    private final ShadowRegisters registers;
    private final Output output;

    @GuardedBy("lock")
    private boolean active;

    @GuardedBy("lock")
    private long raised;

    /** Creates a hierarchy over stored registers; {@code lock} is that of the virtual GPU. */
    public VirtualInterrupts(Object lock, ShadowRegisters registers, Output output) {
        this.lock = lock;
        this.registers = registers;
        this.output = output;
    }

    /**
     * Lets an engine signal events: bits of its block, each gated by the engine's own mask first.
     */
    public void engineEvent(Engine engine, int bits) {
        synchronized (lock) {
            int unmasked = bits & ~registers.get(engine.base() + ENGINE_IMR);
            if (unmasked != 0) {
                latch(
                        engine.bank() == Engine.Bank.GT ? InterruptBank.GT : InterruptBank.PM,
                        unmasked);
            }
        }
        output.tell();
    }

    /** Lets a block signal events that come and go. */
    public void event(InterruptBank bank, int bits) {
        synchronized (lock) {
            latch(bank, bits);
        }
        output.tell();
    }

    /**
     * Sets live status bits of a block, such as the pin of a connected monitor. Levels raise
     * nothing: the change of a pin is an event of its own, see {@link #event}.
     */
    public void live(InterruptBank bank, int mask, int bits) {
        synchronized (lock) {
            int old = registers.get(bank.isr());
            registers.set(bank.isr(), old & ~mask | bits & mask);
        }
    }

    @GuardedBy("lock")
    private void latch(InterruptBank bank, int bits) {
        int passing = bits & ~registers.get(bank.imr());
        if (passing != 0) {
            registers.setBits(bank.iir(), passing);
        }
        evaluate();
    }

    /** Takes a guest's write of a mask or enable register; the new value is stored already. */
    public void gateWritten() {
        synchronized (lock) {
            evaluate();
        }
        output.tell();
    }

    /**
     * Takes a guest's write of ones to latched events. The bits are cleared already, and only new
     * events set them again; but the north's bit for the south stands as long as the south has
     * something enabled.
     */
    public void acknowledged() {
        synchronized (lock) {
            evaluate();
        }
        output.tell();
    }

    @GuardedBy("lock")
    private void evaluate() {
        boolean pch = enabled(InterruptBank.PCH) != 0;
        if (pch) {
            registers.setBits(InterruptBank.DE.isr(), PCH_EVENT);
            registers.setBits(
                    InterruptBank.DE.iir(), PCH_EVENT & ~registers.get(InterruptBank.DE.imr()));
        } else {
            registers.clearBits(InterruptBank.DE.isr(), PCH_EVENT);
        }
        boolean master = (registers.get(InterruptBank.DE.ier()) & MASTER_ENABLE) != 0;
        int events =
                enabled(InterruptBank.DE) & ~MASTER_ENABLE
                        | enabled(InterruptBank.GT)
                        | enabled(InterruptBank.PM);
        boolean pending = master && events != 0;
        if (pending != active) {
            active = pending;
            raised += pending ? 1 : 0;
            output.level(pending);
        }
    }

    private int enabled(InterruptBank bank) {
        return registers.get(bank.iir()) & registers.get(bank.ier());
    }

    /**
     * Lets what is decided be told, if the current thread holds no lock that keeps it from that.
     */
    public void tell() {
        output.tell();
    }

    /** Returns how often something has become pending. */
    public long raised() {
        synchronized (lock) {
            return raised;
        }
    }

    /** Follows a reset of the stored registers: nothing is pending any more. */
    public void reset() {
        synchronized (lock) {
            evaluate();
        }
        output.tell();
    }
}
