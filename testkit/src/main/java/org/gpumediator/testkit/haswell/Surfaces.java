package org.gpumediator.testkit.haswell;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * Writes what the pipelines of one engine would write, if the fake was told to: a mark in each page
 * of each surface that the state names, as far as its layout says it reaches. Through the table
 * that is on, as a kernel or a fixed function of the chip would. Large surfaces are written in
 * steps, their last page always.
 *
 * <p>Source: layouts of the public gen7.5 command description, of RENDER_SURFACE_STATE and of
 * interface descriptors; of video commands, those in the Haswell layouts of the intel-vaapi-driver.
 */
final class Surfaces {

    /** What is written. */
    static final int MARK = 0x5a5a_c0de;

    private static final int PAGE = 4096;
    private static final long SPACE = 1L << 32;
    private static final int MAX_STEPS = 256;
    private static final int MAX_ENTRIES = 32;
    private static final int NULL_SURFACE = 7;
    private static final int BUFFER_SURFACE = 4;
    private static final int STATE_ALIGNMENT = 0xffe0;
    private static final int BASE_MASK = 0xffff_f000;

    /** A state command of video or enhancement and which of its dwords are addresses. */
    private record Addresses(int opcode, int length, int... dwords) {}

    // spotless:off
    private static final Addresses[] VIDEO = {
        new Addresses(0x7002, 25, range(1, 24, 1)),                                           // MFX_PIPE_BUF_ADDR_STATE
        new Addresses(0x7002, 61, concat(range(1, 19, 3), range(19, 50, 2), range(52, 58, 3))),
        new Addresses(0x7003, 11, 1, 3, 5, 7, 9),                                             // MFX_IND_OBJ_BASE_ADDR_STATE
        new Addresses(0x7003, 26, 1, 6, 11, 16, 21),
        new Addresses(0x7004, 4,  1, 2, 3),                                                   // MFX_BSP_BUF_BASE_ADDR_STATE
        new Addresses(0x7004, 10, 1, 4, 7),
        new Addresses(0x7005, 0,  6),
        new Addresses(0x7009, 0,  1, 4, 7, 10),                                               // MFX_DBK_OBJECT
        new Addresses(0x7102, 69, range(1, 34, 1)),                                           // MFX_AVC_DIRECTMODE_STATE
        new Addresses(0x7102, 71, concat(range(1, 32, 2), range(34, 34, 1))),
        new Addresses(0x7127, 0,  2),                                                         // MFD_AVC_SLICEADDR
        new Addresses(0x7202, 3,  1, 2),                                                      // MFX_VC1_DIRECTMODE_STATE
        new Addresses(0x7202, 7,  1, 4),
        new Addresses(0x7600, 0,  2),
        new Addresses(0x7402, 0,  2, 3, 4, 5),                                                // VEBOX_STATE
        new Addresses(0x7403, 0,  2, 3, 4, 5, 6, 7, 8, 9),                                    // VEB_DI_IECP
    };
    // spotless:on

    private static final int VIDEO_SURFACE = 0x7001;
    private static final int ENHANCEMENT_SURFACE = 0x7400;

    private final Engine engine;
    private final Map<Integer, int[]> kept = new HashMap<>();
    private int geometry;
    private int layout;

    Surfaces(Engine engine) {
        this.engine = engine;
    }

    private static int[] range(int first, int last, int step) {
        int[] all = new int[(last - first) / step + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = first + step * i;
        }
        return all;
    }

    private static int[] concat(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    void reset() {
        kept.clear();
        geometry = 0;
        layout = 0;
    }

    // ---- video and enhancement

    /** Keeps a state command of video or enhancement. */
    static Outcome keep(Engine engine, int header, int length) {
        if (engine.chip.surfaceWrites) {
            engine.surfaces.keep(header >>> 16, length);
        }
        return Outcome.DONE;
    }

    /** Works on a picture: writes every surface that is kept. */
    static Outcome picture(Engine engine, int header, int length) {
        if (engine.chip.surfaceWrites) {
            engine.surfaces.keep(header >>> 16, length);
            engine.surfaces.writePictures();
        }
        return Outcome.DONE;
    }

    private void keep(int opcode, int length) {
        if ((opcode == VIDEO_SURFACE || opcode == ENHANCEMENT_SURFACE) && length > 3) {
            geometry = engine.dword(2);
            layout = engine.dword(3);
        }
        for (Addresses addresses : VIDEO) {
            if (addresses.opcode == opcode
                    && (addresses.length == 0 || addresses.length == length)) {
                int[] places = new int[addresses.dwords.length];
                for (int i = 0; i < places.length; i++) {
                    places[i] = engine.operand(addresses.dwords[i]);
                }
                kept.put(opcode, places);
            }
        }
    }

    /** A picture has its lines and half as many again of colour. */
    private void writePictures() {
        long lines = (geometry >>> 18) + 1L;
        long pitch = (layout >>> 3 & 0x1_ffff) + 1L;
        for (int[] places : kept.values()) {
            for (int place : places) {
                write(Integer.toUnsignedLong(place & BASE_MASK), pitch * (lines + lines / 2 + 1));
            }
        }
    }

    // ---- rendering

    /** A draw writes its depth and stencil buffers, and all that its pixel shader may write. */
    void draw() {
        if (!engine.chip.surfaceWrites) {
            return;
        }
        int[] state = engine.render.state;
        int depth = state[RenderState.DEPTH];
        long lines = (state[RenderState.DEPTH + 2] >>> 18) + 1L;
        long layers = (state[RenderState.DEPTH + 3] >>> 21) + 1L;
        if (depth >>> 29 != NULL_SURFACE) {
            write(state[RenderState.DEPTH + 1], (depth & 0x3_ffff) + 1L, lines, 32, layers);
        }
        if (state[RenderState.STENCIL] < 0) {
            long pitch = 2L * ((state[RenderState.STENCIL] & 0x1_ffff) + 1);
            write(state[RenderState.STENCIL + 1], pitch, lines / 2 + 1, 32, layers);
        }
        int hierarchical = state[RenderState.HIERARCHICAL_DEPTH];
        if (hierarchical != 0) {
            long pitch = (hierarchical & 0x1_ffff) + 1L;
            write(state[RenderState.HIERARCHICAL_DEPTH + 1], pitch, lines / 2 + 1, 32, layers);
        }
        writeBound(state[RenderState.BINDING_TABLE], MAX_ENTRIES);
    }

    /** Kernels of a walker or a media object write what is bound, and their scratch space. */
    void media() {
        if (!engine.chip.surfaceWrites) {
            return;
        }
        int[] state = engine.render.state;
        int scratch = state[RenderState.MEDIA_FRONT_END];
        long each = 1L << 11 + (scratch & 0xf);
        long threads = (state[RenderState.MEDIA_FRONT_END + 1] >>> 16) + 1L;
        if (scratch != 0) {
            write(base(state[RenderState.GENERAL_BASE], scratch & ~0x3ff), each * threads);
        }
        int descriptors = state[RenderState.INTERFACE_DESCRIPTORS + 1];
        if (descriptors != 0) {
            int offset = descriptors + 32 * (engine.operand(1) & 0x3f);
            int table = load(base(state[RenderState.DYNAMIC_BASE], offset) + 12);
            writeBound(table, MAX_ENTRIES);
        }
    }

    static Outcome mediaObject(Engine engine, int header, int length) {
        engine.surfaces.media();
        return Outcome.DONE;
    }

    /** Stream-out writes what it counts. */
    void streamOut(long address, long bytes) {
        if (engine.chip.surfaceWrites && bytes > 0) {
            write(address, bytes);
        }
    }

    private void writeBound(int table, int entries) {
        int surfaces = engine.render.state[RenderState.SURFACE_BASE];
        if (table == 0 || surfaces == 0) {
            return;
        }
        long first = base(surfaces, table & STATE_ALIGNMENT);
        for (int i = 0; i < entries; i++) {
            int offset = load(first + 4L * i);
            if (offset != 0) {
                writeSurface(base(surfaces, offset & ~31));
            }
        }
    }

    private void writeSurface(long at) {
        int kind = load(at);
        int base = load(at + 4);
        int size = load(at + 8);
        int pitch = load(at + 12);
        int type = kind >>> 29;
        if (type == NULL_SURFACE || base == 0) {
            return;
        }
        long bytes = (pitch & 0x3_ffff) + 1L;
        if (type == BUFFER_SURFACE || type == BUFFER_SURFACE + 1) {
            long entries = size & 0x7f | (size >>> 16 & 0x3fff) << 7 | (pitch >>> 21 & 0x3ff) << 21;
            write(Integer.toUnsignedLong(base), bytes * ((entries & 0x7fff_ffffL) + 1));
        } else {
            int tile = (kind >>> 13 & 3) == 3 ? 32 : (kind >>> 14 & 1) != 0 ? 8 : 1;
            write(base, bytes, (size >>> 16 & 0x3fff) + 1L, tile, (pitch >>> 21) + 1L);
        }
    }

    // ---- writing

    private void write(int base, long pitch, long lines, int tile, long layers) {
        long whole = (lines + tile - 1) / tile * tile;
        write(Integer.toUnsignedLong(base & BASE_MASK), pitch * whole * layers);
    }

    private void write(long from, long bytes) {
        long first = from / PAGE;
        long last = (Math.min(SPACE, from + bytes) - 1) / PAGE;
        long step = Math.max(1, (last - first) / MAX_STEPS);
        for (long page = first; page < last; page += step) {
            store(page);
        }
        store(last);
    }

    private void store(long page) {
        engine.memory.store(page * PAGE + 64, engine.contextSpace(), MARK);
    }

    private int load(long address) {
        return engine.memory.load(address & SPACE - 1, engine.contextSpace());
    }

    private static long base(int base, int offset) {
        return Integer.toUnsignedLong((base & BASE_MASK) + offset);
    }
}
