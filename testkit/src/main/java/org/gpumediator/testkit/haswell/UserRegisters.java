package org.gpumediator.testkit.haswell;

import java.util.BitSet;

/**
 * The registers a batch without privilege may write, and those it may read, which are the same and
 * the time stamp of its engine. A command that names another as its target loses that load; one
 * that names another as its source does nothing.
 *
 * <p>Sources: the lists of registers for user batches in i915's gen7 command parser, which repeat
 * what the hardware lets through or what is harmless; the parser's own tests for what a Haswell
 * does with a source outside them.
 */
final class UserRegisters {

    // spotless:off
    private static final int[][] RENDER = {
        // first     last, both included
        { 0x2290,    0x2294 }, // GPGPU_THREADS_DISPATCHED
        { 0x2300,    0x2354 }, // pipeline statistics
        { 0x2400,    0x240c }, // MI_PREDICATE_SRC0, SRC1
        { 0x2420,    0x2420 }, // 3DPRIM_END_OFFSET
        { 0x2430,    0x2440 }, // 3DPRIM_START_VERTEX .. BASE_VERTEX
        { 0x2500,    0x2508 }, // GPGPU_DISPATCHDIM
        { 0x2600,    0x267c }, // CS_GPR
        { 0x5200,    0x521c }, // SO_NUM_PRIMS_WRITTEN
        { 0x5240,    0x525c }, // SO_PRIM_STORAGE_NEEDED
        { 0x5280,    0x528c }, // SO_WRITE_OFFSET
        { 0xb010,    0xb010 }, // L3SQCREG1
        { 0xb020,    0xb024 }, // L3CNTLREG2, L3CNTLREG3
        { 0xb038,    0xb038 }, // SCRATCH1
        { 0xe49c,    0xe49c }, // ROW_CHICKEN3
    };
    private static final int[][] BLITTER = {
        { 0x2_2200,  0x2_2200 }, // BCS_SWCTRL
    };
    private static final int[][] NONE = {};
    // spotless:on

    private static final BitSet[] WRITABLE = {bits(RENDER), bits(NONE), bits(BLITTER), bits(NONE)};

    private static final int TIMESTAMP = 0x358;

    private UserRegisters() {}

    static boolean writable(HaswellEngine engine, int register) {
        return WRITABLE[engine.ordinal()].get(register >>> 2);
    }

    static boolean readable(HaswellEngine engine, int register) {
        return writable(engine, register) || (register & ~4) == engine.mmioBase() + TIMESTAMP;
    }

    private static BitSet bits(int[][] ranges) {
        BitSet bits = new BitSet();
        for (int[] range : ranges) {
            bits.set(range[0] >>> 2, (range[1] >>> 2) + 1);
        }
        return bits;
    }
}
