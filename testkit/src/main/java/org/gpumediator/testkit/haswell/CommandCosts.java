package org.gpumediator.testkit.haswell;

/**
 * How long commands take when time is modelled, in nanoseconds. Round numbers of the right order
 * for a GT2 at 1 GHz: enough to measure scheduling, no statement about a real part.
 */
final class CommandCosts {

    /** Fetching one dword of any command. */
    static final int DWORD_NANOS = 1;

    /** A command that only changes the parser. */
    static final int PARSER = 5;

    /** A register access. */
    static final int REGISTER = 20;

    /** A store to memory. */
    static final int STORE = 40;

    /** Starting or ending a batch. */
    static final int BATCH = 100;

    /** A flush that waits for the engine's pipeline. */
    static final int FLUSH = 500;

    /** Saving one render context and loading another. */
    static final int CONTEXT = 10_000;

    /** A state command of the 3D or media pipeline. */
    static final int STATE = 10;

    /** One draw. */
    static final int DRAW = 20_000;

    /** One media object, or the start of a GPGPU walker. */
    static final int OBJECT = 1_000;

    /** One slice or picture of video. */
    static final int VIDEO = 50_000;

    /** One frame through video enhancement. */
    static final int ENHANCE = 100_000;

    /** Setting up a blit. */
    static final int BLIT = 300;

    /** Bytes a blit writes per nanosecond: 8 GB/s. */
    static final int BLIT_BYTES_PER_NANO = 8;

    private CommandCosts() {}
}
