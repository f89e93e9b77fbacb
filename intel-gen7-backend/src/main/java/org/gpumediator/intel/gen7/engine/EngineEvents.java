package org.gpumediator.intel.gen7.engine;

import org.gpumediator.intel.gen7.hardware.Engine;

/**
 * Which interrupt bits belong to which engine.
 *
 * <p>Source: gen7.5 GT and PM interrupt bits: user interrupt, command-streamer error, flush or
 * pipe-control notify.
 */
public final class EngineEvents {

    // spotless:off
    //                                   user      error     notify
    private static final int RCS  =      1 << 0  | 1 << 3  | 1 << 4;
    private static final int BCS  =      1 << 22 | 1 << 25 | 1 << 26;
    private static final int VCS  =      1 << 12 | 1 << 15 | 1 << 16;
    private static final int VECS =      1 << 10 | 1 << 12 | 1 << 13;
    // spotless:on

    private static final int[] BY_ENGINE = {RCS, BCS, VCS, VECS};
    private static final int[] ERROR = {1 << 3, 1 << 25, 1 << 15, 1 << 12};

    /** All bits in the GT block. */
    public static final int GT = RCS | BCS | VCS;

    /** All bits in the PM block. */
    public static final int PM = VECS;

    private EngineEvents() {}

    /** Returns the bits of one engine, in its block and in its own mask. */
    public static int of(Engine engine) {
        return BY_ENGINE[engine.ordinal()];
    }

    /** Returns the bit of one engine's errors, in its block and in its own mask. */
    static int error(Engine engine) {
        return ERROR[engine.ordinal()];
    }
}
