package org.gpumediator.testkit.haswell;

/** The 2D blitter. */
final class Blitter {

    private final Engine engine;

    Blitter(Engine engine) {
        this.engine = engine;
    }

    void abandon() {
        engine.takeTime(0);
    }
}
