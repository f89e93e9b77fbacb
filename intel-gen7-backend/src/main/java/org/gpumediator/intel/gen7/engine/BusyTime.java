package org.gpumediator.intel.gen7.engine;

/**
 * How long one engine has worked for one guest, in nanoseconds on the mediator's clock, as precise
 * as the mediator looks at it: when work is given, at interrupts, at steps and at a change of
 * guests.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class BusyTime {

    private long past;
    private long since;
    private boolean working;

    /** The engine works from now on; of no effect if it does already. */
    void begin(long now) {
        if (!working) {
            working = true;
            since = now;
        }
    }

    /** The engine no longer works for the guest. */
    void end(long now) {
        past = nanos(now);
        working = false;
    }

    boolean working() {
        return working;
    }

    long nanos(long now) {
        return working ? past + Math.max(0, now - since) : past;
    }
}
