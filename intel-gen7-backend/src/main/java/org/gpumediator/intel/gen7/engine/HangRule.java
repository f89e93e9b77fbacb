package org.gpumediator.intel.gen7.engine;

import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * When a guest has hung the engines too often: five times in a minute, or twenty times since its
 * bus was last reset. It is then kept off the engines until its VMM resets its bus; a
 * function-level reset, which the guest itself can ask for, forgets nothing.
 *
 * <p>Source of the numbers: XenGT's follow-up rule for guests that cause resets.
 */
public final class HangRule {

    /** Hears of hangs, under the lock of the physical GPU. */
    @FunctionalInterface
    public interface Listener {

        /** Says that an engine was reset because a guest's work did not end. */
        void engineReset(Engine engine, int guest);
    }

    private static final int IN_WINDOW = 5;
    private static final int IN_ALL = 20;
    private static final long WINDOW_NANOS = 60_000_000_000L;

    private final Listener listener;

    /** Creates the rule. */
    public HangRule(Listener listener) {
        this.listener = listener;
    }

    /** Takes note of a hang; returns whether it was the last one the guest may have. */
    boolean hung(GuestEngines guest, Engine engine, long now) {
        listener.engineReset(engine, guest.id());
        return guest.recordHang(now, WINDOW_NANOS) >= IN_WINDOW || guest.hangs() >= IN_ALL;
    }
}
