package org.gpumediator.testkit.ada;

/**
 * A piece of work for the graphics engine of a {@link FakeAda}.
 *
 * @param nanos how long it takes on the engine, positive; {@link Long#MAX_VALUE} for ever
 * @param preemptible whether it can be taken off the engine before it is done
 * @param frame whether it draws a frame, which the frame-rate limiter holds back
 */
public record EngineWork(long nanos, boolean preemptible, boolean frame) {

    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EngineWork {
        if (nanos <= 0) {
            throw new IllegalArgumentException(
                    "work of " + nanos + " ns: expected a positive length");
        }
    }

    /** Returns work of a length. */
    public static EngineWork of(long nanos) {
        return new EngineWork(nanos, true, false);
    }

    /** Returns work that never ends but can be taken off, as a queue that never runs dry. */
    public static EngineWork endless() {
        return of(Long.MAX_VALUE);
    }

    /** Returns work that never ends and cannot be taken off. */
    public static EngineWork hung() {
        return new EngineWork(Long.MAX_VALUE, false, false);
    }

    /** Returns work that draws a frame. */
    public static EngineWork frame(long nanos) {
        return new EngineWork(nanos, true, true);
    }
}
