package org.gpumediator.intel.gen7.engine;

import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * What is held against one guest because engines had to be reset under its work. Nothing the guest
 * does clears it, a reset of its engines, its rings or its whole function included: only time does.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class CutOffHistory {

    /** After so long without being cut off on an engine, a guest has the full trust again. */
    private static final long FORGOTTEN_NANOS = 2_000_000_000L;

    /** A guest may cause so many resets at once, and in the long run one each 125 ms. */
    private static final int RESETS_AT_ONCE = 512;

    private static final long NANOS_PER_RESET = 125_000_000L;

    /** Resets of several engines, or again and again, within this time count as one. */
    private static final long ONE_RESET_NANOS = 1_000_000L;

    private final int[] inARow = new int[Engine.COUNT];
    private final long[] last = new long[Engine.COUNT];
    private final long[] inAll = new long[Engine.COUNT];

    private long lastReset;

    /** When all resets so far will be forgotten; meaningless while {@link #resets} is 0. */
    private long forgottenAt;

    private long resets;

    /** Takes note that work of an engine was cut off because others waited. */
    void cutOff(Engine engine, long now) {
        int at = engine.ordinal();
        inARow[at] = inARow(engine, now) + 1;
        last[at] = now;
        inAll[at]++;
    }

    /** Returns how often its work on an engine was cut off lately. */
    int inARow(Engine engine, long now) {
        int at = engine.ordinal();
        return now - last[at] < FORGOTTEN_NANOS ? inARow[at] : 0;
    }

    /** Returns how often its work was cut off lately on the engine where that was most often. */
    int mostInARow(long now) {
        int most = 0;
        for (Engine engine : Engine.ALL) {
            most = Math.max(most, inARow(engine, now));
        }
        return most;
    }

    /** Returns how often its work on an engine was cut off in all. */
    long inAll(Engine engine) {
        return inAll[engine.ordinal()];
    }

    /** Takes note of a reset of an engine under its work; returns whether it was one too many. */
    boolean reset(long now) {
        if (resets > 0 && now - lastReset < ONE_RESET_NANOS) {
            return false;
        }
        lastReset = now;
        long from = resets == 0 || forgottenAt - now < 0 ? now : forgottenAt;
        resets++;
        forgottenAt = from + NANOS_PER_RESET;
        return forgottenAt - now > RESETS_AT_ONCE * NANOS_PER_RESET;
    }
}
