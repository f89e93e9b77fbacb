package org.gpumediator.rules.straight.below;

/** Needs nothing. */
public final class Below {
    public long socketTime() {
        return System.nanoTime();
    }
}
