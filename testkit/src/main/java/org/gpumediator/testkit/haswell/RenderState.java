package org.gpumediator.testkit.haswell;

import java.util.Arrays;
import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * What a render context holds beside registers: as much of the pipeline's state as draws and
 * walkers count with, and as shows whether contexts are kept apart.
 */
final class RenderState {

    static final int DWORDS = 64;

    private static final int BASES = 9;
    private static final int MODIFY = 1;

    // Where the dwords of state commands are kept.
    static final int GENERAL_BASE = 0;
    static final int SURFACE_BASE = 1;
    static final int DYNAMIC_BASE = 2;
    static final int RECTANGLE = 9;
    static final int PIPELINE = 12;
    static final int PRIMITIVES = 13;
    static final int VERTEX_STATISTICS = 14;
    static final int VERTEX_SHADER = 15;
    static final int HULL_SHADER = 16;
    static final int GEOMETRY_SHADER = 17;
    static final int CLIP = 18;
    static final int STREAM_OUT = 20;
    static final int STREAM_OUT_BUFFERS_OF_STREAMS = 21;

    /** Pitch, start and end of each of four buffers. */
    static final int STREAM_OUT_BUFFERS = 22;

    static final int VERTEX_BUFFER = 34;
    static final int DEPTH = 35;
    static final int STENCIL = 39;
    static final int HIERARCHICAL_DEPTH = 41;
    static final int BINDING_TABLE = 43;
    static final int MEDIA_FRONT_END = 44;
    static final int INTERFACE_DESCRIPTORS = 46;

    private static final int BUFFER_DWORDS = 3;
    private static final int VERTEX_BUFFER_DWORDS = 4;

    final Arithmetic arithmetic = new Arithmetic();
    final int[] state = new int[DWORDS];

    void reset() {
        Arrays.fill(state, 0);
        arithmetic.reset();
    }

    /** A command that keeps some of its dwords. */
    static CommandTable.Action keep(int first, int count, int at) {
        return (engine, header, length) -> {
            for (int i = 0; i < count && first + i < length; i++) {
                engine.render.state[at + i] = engine.dword(first + i);
            }
            return Outcome.DONE;
        };
    }

    static Outcome stateBaseAddress(Engine engine, int header, int length) {
        for (int i = 0; i < BASES && i + 1 < length; i++) {
            int value = engine.dword(i + 1);
            if ((value & MODIFY) != 0) {
                engine.render.state[GENERAL_BASE + i] = value;
            }
        }
        return Outcome.DONE;
    }

    static Outcome pipelineSelect(Engine engine, int header, int length) {
        engine.render.state[PIPELINE] = header & 3;
        return Outcome.DONE;
    }

    static Outcome vertexStatistics(Engine engine, int header, int length) {
        engine.render.state[VERTEX_STATISTICS] = header & 1;
        return Outcome.DONE;
    }

    /** Keeps the first dword of vertex buffer 0, which says its pitch. */
    static Outcome vertexBuffers(Engine engine, int header, int length) {
        for (int i = 1; i < length; i += VERTEX_BUFFER_DWORDS) {
            if (engine.dword(i) >>> 26 == 0) {
                engine.render.state[VERTEX_BUFFER] = engine.dword(i);
            }
        }
        return Outcome.DONE;
    }

    static Outcome streamOutBuffer(Engine engine, int header, int length) {
        if (length > BUFFER_DWORDS) {
            int at = STREAM_OUT_BUFFERS + BUFFER_DWORDS * (engine.dword(1) >>> 29 & 3);
            for (int i = 0; i < BUFFER_DWORDS; i++) {
                engine.render.state[at + i] = engine.dword(1 + i);
            }
        }
        return Outcome.DONE;
    }
}
