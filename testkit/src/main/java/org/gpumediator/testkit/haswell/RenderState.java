package org.gpumediator.testkit.haswell;

import java.util.Arrays;
import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * What a render context holds beside registers: as much of the pipeline's state as shows whether
 * contexts are kept apart.
 */
final class RenderState {

    static final int DWORDS = 16;

    private static final int BASES = 9;
    private static final int FIRST_BASE = 0;
    private static final int MODIFY = 1;
    private static final int RECTANGLE = 9;
    private static final int PIPELINE = 12;
    private static final int PRIMITIVES = 13;

    final Arithmetic arithmetic = new Arithmetic();
    final int[] state = new int[DWORDS];
    private final Engine engine;

    RenderState(Engine engine) {
        this.engine = engine;
    }

    void reset() {
        Arrays.fill(state, 0);
        arithmetic.reset();
    }

    static Outcome stateBaseAddress(Engine engine, int header, int length) {
        for (int i = 0; i < BASES && i + 1 < length; i++) {
            int value = engine.dword(i + 1);
            if ((value & MODIFY) != 0) {
                engine.render.state[FIRST_BASE + i] = value;
            }
        }
        return Outcome.DONE;
    }

    static Outcome pipelineSelect(Engine engine, int header, int length) {
        engine.render.state[PIPELINE] = header & 3;
        return Outcome.DONE;
    }

    static Outcome drawingRectangle(Engine engine, int header, int length) {
        for (int i = 0; i < 3 && i + 1 < length; i++) {
            engine.render.state[RECTANGLE + i] = engine.dword(i + 1);
        }
        return Outcome.DONE;
    }

    /** Counts a draw; nothing is drawn. */
    static Outcome primitive(Engine engine, int header, int length) {
        engine.render.state[PRIMITIVES]++;
        engine.render.count(length > 4 ? engine.dword(2) : 0);
        return Outcome.DONE;
    }

    private void count(int vertices) {
        RegisterFile file = engine.chip.registers;
        int counter = Registers.IA_VERTICES_COUNT;
        file.setLong(counter, file.getLong(counter) + Integer.toUnsignedLong(vertices));
        file.setLong(
                Registers.IA_PRIMITIVES_COUNT, file.getLong(Registers.IA_PRIMITIVES_COUNT) + 1);
    }
}
