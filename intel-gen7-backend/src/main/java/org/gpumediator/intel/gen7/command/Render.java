package org.gpumediator.intel.gen7.command;

/**
 * Where commands of the 3D pipeline have what the audits read. Dwords are counted from the
 * command's first.
 *
 * <p>Sources: Mesa gen75 command description; i915 null state.
 */
final class Render {

    /** STATE_BASE_ADDRESS: the first of 5 bases, then of 4 bounds. */
    static final int FIRST_BASE = 1;

    static final int BASES = 5;
    static final int FIRST_BOUND = 6;

    /** STATE_BASE_ADDRESS: the base of each bound; the surface base has none. */
    static final int[] BASE_OF_BOUND = {1, 3, 4, 5};

    /** Bases and bounds: takes the value. */
    static final int MODIFY = 1;

    /** 3DSTATE_DEPTH_BUFFER: the surface type, and the one that is no surface. */
    static final int DEPTH_FORMAT = 1;

    static final int DEPTH_TYPE_SHIFT = 29;
    static final int DEPTH_TYPE_NULL = 7;

    /** 3DSTATE_VERTEX_BUFFERS: flags, first byte, last byte and step rate of each. */
    static final int FIRST_VERTEX_BUFFER = 1;

    static final int VERTEX_BUFFER_DWORDS = 4;
    static final int VERTEX_BUFFER_NULL = 1 << 13;
    static final int VERTEX_ADDRESS_MODIFY = 1 << 14;

    /** 3DSTATE_INDEX_BUFFER: first and last byte. */
    static final int INDEX_START = 1;

    static final int INDEX_END = 2;

    /** 3DSTATE_CONSTANT_*: how many units of each buffer are read, two in a dword, and where. */
    static final int READ_LENGTHS = 1;

    static final int CONSTANT_BUFFERS = 3;
    static final int CONSTANT_UNIT_BYTES = 32;

    /** 3DSTATE_SO_BUFFER: base and end. */
    static final int STREAM_OUT_BASE = 2;

    static final int STREAM_OUT_END = 3;

    private Render() {}
}
