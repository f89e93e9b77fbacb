package org.gpumediator.intel.gen7.hardware;

import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.core.hardware.Mmio;

/**
 * Keeps the render well of the hardware awake while the mediator has it, so that every register
 * access reaches it.
 *
 * <p>Source: FORCEWAKE_MT (0xa188, masked) and its acknowledge register on Haswell (0x130044), as
 * Linux i915 uses them.
 */
public final class ForceWake implements AutoCloseable {

    private static final int FORCEWAKE_MT = 0xa188;
    private static final int FORCEWAKE_ACK = 0x13_0044;
    private static final int KERNEL = 1;
    private static final int MAX_POLLS = 50_000;

    private final Mmio mmio;

    /**
     * Wakes the hardware.
     *
     * @throws HardwareAccessException if it does not wake
     */
    public ForceWake(Mmio mmio) {
        this.mmio = mmio;
        if (!wake()) {
            throw new HardwareAccessException(
                    "forcewake: no acknowledge after " + MAX_POLLS + " reads of FORCEWAKE_ACK",
                    null);
        }
    }

    /** Wakes the hardware again after a reset of all of it; returns whether it is awake. */
    public boolean wake() {
        mmio.writeMasked(FORCEWAKE_MT, KERNEL, KERNEL);
        for (int polls = 0; polls < MAX_POLLS; polls++) {
            if ((mmio.read(FORCEWAKE_ACK) & KERNEL) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Lets the hardware sleep. */
    @Override
    public void close() {
        mmio.writeMasked(FORCEWAKE_MT, KERNEL, 0);
    }
}
