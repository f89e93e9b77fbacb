package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * Draws and compute walkers. Nothing is drawn; counted is what the commands and the state say, as
 * {@link FakeHaswell} promises it.
 *
 * <p>Source: layouts of the public gen7.5 command description; the counters' meaning in the Haswell
 * PRM, volume 7.
 */
final class Draws {

    private static final int INDIRECT = 1 << 10;
    private static final int PREDICATED = 1 << 8;
    private static final int END_OFFSET = 1 << 9;
    private static final int TOPOLOGY = 0x3f;
    private static final int ENABLED = 1;
    private static final int STATISTICS = 1 << 10;
    private static final int HULL_ENABLED = 1 << 31;
    private static final int HULL_STATISTICS = 1 << 29;
    private static final int CLIP_MODE_SHIFT = 13;
    private static final int CLIP_REJECT_ALL = 3;
    private static final int STREAM_OUT_ENABLED = 1 << 31;
    private static final int RENDERING_DISABLED = 1 << 30;
    private static final int STREAM_OUT_STATISTICS = 1 << 25;
    private static final int PITCH = 0xfff;
    private static final int BUFFERS = 4;

    private static final int HS_INVOCATION_COUNT = 0x2300;
    private static final int IA_VERTICES_COUNT = 0x2310;
    private static final int IA_PRIMITIVES_COUNT = 0x2318;
    private static final int VS_INVOCATION_COUNT = 0x2320;
    private static final int GS_INVOCATION_COUNT = 0x2328;
    private static final int CL_INVOCATION_COUNT = 0x2338;
    private static final int CL_PRIMITIVES_COUNT = 0x2340;
    private static final int CS_INVOCATION_COUNT = 0x2290;
    private static final int PRIM_END_OFFSET = 0x2420;
    private static final int PRIM_VERTEX_COUNT = 0x2434;
    private static final int PRIM_INSTANCE_COUNT = 0x2438;
    private static final int GPGPU_DISPATCH_DIMENSIONS = 0x2500;
    private static final int SO_NUM_PRIMS_WRITTEN = 0x5200;
    private static final int SO_PRIM_STORAGE_NEEDED = 0x5240;
    private static final int SO_WRITE_OFFSET = 0x5280;

    private Draws() {}

    static Outcome primitive(Engine engine, int header, int length) {
        if (isOff(engine, header)) {
            return Outcome.DONE;
        }
        int[] state = engine.render.state;
        state[RenderState.PRIMITIVES]++;
        boolean indirect = (header & INDIRECT) != 0;
        int topology = engine.operand(1) & TOPOLOGY;
        long vertices =
                (engine.operand(1) & END_OFFSET) != 0
                        ? verticesUpToTheEnd(engine)
                        : unsigned(
                                indirect ? register(engine, PRIM_VERTEX_COUNT) : engine.operand(2));
        long instances =
                unsigned(indirect ? register(engine, PRIM_INSTANCE_COUNT) : engine.operand(4));
        long objects = objects(topology, vertices) * instances;
        if (state[RenderState.VERTEX_STATISTICS] != 0) {
            count(engine, IA_VERTICES_COUNT, vertices * instances);
            count(engine, IA_PRIMITIVES_COUNT, objects);
        }
        if (isOn(state[RenderState.VERTEX_SHADER], ENABLED | STATISTICS)) {
            count(engine, VS_INVOCATION_COUNT, vertices * instances);
        }
        rasterise(engine, topology, objects);
        engine.surfaces.draw();
        return Outcome.DONE;
    }

    /** A predicate turns off the draws and walkers that ask for it. */
    private static boolean isOff(Engine engine, int header) {
        return (header & PREDICATED) != 0
                && (register(engine, Registers.MI_PREDICATE_RESULT) & 1) == 0;
    }

    /** A draw of what stream-out has left in vertex buffer 0. */
    private static long verticesUpToTheEnd(Engine engine) {
        int pitch = engine.render.state[RenderState.VERTEX_BUFFER] & PITCH;
        return pitch == 0 ? 0 : unsigned(register(engine, PRIM_END_OFFSET)) / pitch;
    }

    /**
     * What becomes of objects behind the vertex shader. What a tessellator or a geometry shader
     * would make of them nobody knows: they end there.
     */
    private static void rasterise(Engine engine, int topology, long objects) {
        int[] state = engine.render.state;
        int hull = state[RenderState.HULL_SHADER];
        int geometry = state[RenderState.GEOMETRY_SHADER];
        if (isOn(hull, HULL_ENABLED)) {
            count(engine, HS_INVOCATION_COUNT, isOn(hull, HULL_STATISTICS) ? objects : 0);
            return;
        }
        if (isOn(geometry, ENABLED)) {
            count(engine, GS_INVOCATION_COUNT, isOn(geometry, STATISTICS) ? objects : 0);
            return;
        }
        int streamOut = state[RenderState.STREAM_OUT];
        if (isOn(streamOut, STREAM_OUT_ENABLED)) {
            streamOut(engine, verticesOf(topology), objects);
        }
        boolean renders = !isOn(streamOut, STREAM_OUT_ENABLED | RENDERING_DISABLED);
        if (renders && isOn(state[RenderState.CLIP], STATISTICS)) {
            boolean rejects =
                    (state[RenderState.CLIP + 1] >>> CLIP_MODE_SHIFT & 7) == CLIP_REJECT_ALL;
            count(engine, CL_INVOCATION_COUNT, objects);
            count(engine, CL_PRIMITIVES_COUNT, rejects ? 0 : objects);
        }
    }

    /** Objects go to stream 0, as far as each of its buffers has room for a whole one. */
    private static void streamOut(Engine engine, int verticesEach, long objects) {
        int[] state = engine.render.state;
        int selected =
                state[RenderState.STREAM_OUT] >>> 8
                        & state[RenderState.STREAM_OUT_BUFFERS_OF_STREAMS]
                        & 0xf;
        long written = objects;
        for (int i = 0; i < BUFFERS; i++) {
            long bytes = bytesOf(state, i, verticesEach);
            if ((selected >>> i & 1) != 0 && bytes != 0) {
                written = Math.min(written, Math.max(0, room(engine, i)) / bytes);
            }
        }
        for (int i = 0; i < BUFFERS; i++) {
            if ((selected >>> i & 1) != 0) {
                long bytes = written * bytesOf(state, i, verticesEach);
                int offset = register(engine, SO_WRITE_OFFSET + 4 * i);
                engine.surfaces.streamOut(start(state, i) + unsigned(offset), bytes);
                engine.chip.registers.set(SO_WRITE_OFFSET + 4 * i, offset + (int) bytes);
            }
        }
        if (isOn(state[RenderState.STREAM_OUT], STREAM_OUT_STATISTICS)) {
            count(engine, SO_PRIM_STORAGE_NEEDED, objects);
            count(engine, SO_NUM_PRIMS_WRITTEN, written);
        }
    }

    private static long bytesOf(int[] state, int buffer, int vertices) {
        return (long) (state[RenderState.STREAM_OUT_BUFFERS + 3 * buffer] & PITCH) * vertices;
    }

    private static long start(int[] state, int buffer) {
        return unsigned(state[RenderState.STREAM_OUT_BUFFERS + 3 * buffer + 1] & ~3);
    }

    private static long room(Engine engine, int buffer) {
        int[] state = engine.render.state;
        long end = unsigned(state[RenderState.STREAM_OUT_BUFFERS + 3 * buffer + 2] & ~3);
        return end
                - start(state, buffer)
                - unsigned(register(engine, SO_WRITE_OFFSET + 4 * buffer));
    }

    /**
     * Returns how many objects of a topology so many vertices are; what is begun counts for none.
     */
    static long objects(int topology, long vertices) {
        long objects =
                switch (topology) {
                    case 0x01, 0x11 -> vertices;
                    case 0x02 -> vertices / 2;
                    case 0x03, 0x12, 0x13, 0x14 -> vertices - 1;
                    case 0x04, 0x0f -> vertices / 3;
                    case 0x05, 0x06, 0x0d, 0x0e, 0x16 -> vertices - 2;
                    case 0x07, 0x09 -> vertices / 4;
                    case 0x08 -> (vertices - 2) / 2;
                    case 0x0a -> vertices - 3;
                    case 0x0b -> vertices / 6;
                    case 0x0c -> (vertices - 4) / 2;
                    case 0x10 -> vertices < 2 ? 0 : vertices;
                    default -> topology < 0x20 ? 0 : vertices / (topology - 0x1f);
                };
        return Math.max(0, objects);
    }

    /**
     * Returns how many vertices an object has behind the vertex shader: neighbours are left out.
     */
    private static int verticesOf(int topology) {
        return switch (topology) {
            case 0x01, 0x11 -> 1;
            case 0x02, 0x03, 0x09, 0x0a, 0x10, 0x12, 0x13, 0x14 -> 2;
            case 0x07, 0x08 -> 4;
            default -> topology < 0x20 ? 3 : topology - 0x1f;
        };
    }

    /**
     * Counts the channels of all threads of a walker: of each row of a group the last thread has
     * those of the right mask, each thread of the last column those of the bottom mask.
     */
    static Outcome walker(Engine engine, int header, int length) {
        if (isOff(engine, header)) {
            return Outcome.DONE;
        }
        long groups = 1;
        for (int i = 0; i < 3; i++) {
            int to =
                    (header & INDIRECT) != 0
                            ? register(engine, GPGPU_DISPATCH_DIMENSIONS + 4 * i)
                            : engine.operand(4 + 2 * i);
            groups *= Math.max(0, unsigned(to) - unsigned(engine.operand(3 + 2 * i)));
        }
        count(engine, CS_INVOCATION_COUNT, groups * channels(engine));
        engine.surfaces.media();
        return Outcome.DONE;
    }

    /** Returns how many channels a group has. */
    private static long channels(Engine engine) {
        int shape = engine.operand(2);
        int simd = 8 << Math.min(2, shape >>> 30);
        int all = simd == 32 ? -1 : (1 << simd) - 1;
        int right = engine.operand(9) & all;
        int bottom = engine.operand(10) & all;
        int depth = (shape >>> 16 & 0x3f) + 1;
        int otherRows = shape >>> 8 & 0x3f;
        int otherColumns = shape & 0x3f;
        int row = otherColumns * Integer.bitCount(all) + Integer.bitCount(right);
        int lastRow = otherColumns * Integer.bitCount(bottom) + Integer.bitCount(right & bottom);
        return (long) depth * (otherRows * row + lastRow);
    }

    private static boolean isOn(int value, int bits) {
        return (value & bits) == bits;
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static int register(Engine engine, int offset) {
        return engine.chip.registers.get(offset);
    }

    private static void count(Engine engine, int counter, long more) {
        RegisterFile file = engine.chip.registers;
        file.setLong(counter, file.getLong(counter) + more);
    }
}
