package org.gpumediator.intel.gen7.command;

/**
 * Fields of gen7.5 commands that the audits read.
 *
 * <p>Sources: i915 command headers; Mesa gen75 command description; XenGT opcode table.
 */
final class Mi {

    static final int NOOP = 0;
    static final int BATCH_BUFFER_END = 0x0500_0000;
    static final int LENGTH_MASK = 0xff;

    /** DW0 of commands that store or load: the address is global. */
    static final int GLOBAL = 1 << 22;

    /** DW0 of MI_SEMAPHORE_MBOX: a register, no memory; dword 2 names the one to be updated. */
    static final int SEMAPHORE_REGISTER = 1 << 18;

    /** DW0 of MI_SEMAPHORE_MBOX: writes dword 1. */
    static final int SEMAPHORE_UPDATE = 1 << 21;

    /** DW1 of MI_SET_CONTEXT: the image is at a global address, else at one of memory itself. */
    static final int CONTEXT_GLOBAL = 1 << 8;

    /** DW0 of MI_BATCH_BUFFER_START: per-process; on engines but RCS also unprivileged. */
    static final int START_PPGTT = 1 << 8;

    /** DW0 of MI_BATCH_BUFFER_START on RCS: unprivileged. */
    static final int START_UNPRIVILEGED = 1 << 13;

    /** DW0 of MI_BATCH_BUFFER_START: the batch's end returns here. */
    static final int START_SECOND_LEVEL = 1 << 22;

    /** DW0 of MI_BATCH_BUFFER_START: taken only if the predicate is set. */
    static final int START_PREDICATED = 1 << 15;

    /** Post-sync operation: DW0 of MI_FLUSH_DW, DW1 of PIPE_CONTROL. */
    static final int POST_SYNC_MASK = 3 << 14;

    /** Post-sync address is an offset into the status page. */
    static final int POST_SYNC_INDEX = 1 << 21;

    static final int POST_SYNC_NOTIFY = 1 << 8;

    /** DW1 of MI_FLUSH_DW: the address is global. */
    static final int FLUSH_GLOBAL = 1 << 2;

    /** DW1 of PIPE_CONTROL: the address is global. */
    static final int PIPE_CONTROL_GLOBAL = 1 << 24;

    /** DW1 of MI_REPORT_PERF_COUNT: the address is global. */
    static final int REPORT_GLOBAL = 1;

    /** Bytes of the Haswell render context image: 17 pages. */
    static final int CONTEXT_BYTES = 17 * 4096;

    /** What the length field of most commands counts from. */
    static final int LENGTH_BIAS = 2;

    /** MI_STORE_DATA_IMM and MI_RS_STORE_DATA_IMM: where to store, and what. */
    static final int STORE_ADDRESS = 2;

    static final int STORE_DATA = 3;

    /** MI_STORE_DATA_INDEX: byte offset in the status page, and what to store. */
    static final int INDEX_OFFSET = 1;

    static final int INDEX_DATA = 2;

    /** MI_LOAD_REGISTER_IMM: pairs of register and value. */
    static final int FIRST_LOAD = 1;

    static final int LOAD_DWORDS = 2;

    /** MI_STORE_REGISTER_MEM, MI_LOAD_REGISTER_MEM and MI_LOAD_REGISTER_REG: the one register. */
    static final int REGISTER = 1;

    /** MI_STORE_REGISTER_MEM and MI_LOAD_REGISTER_MEM: the memory. */
    static final int REGISTER_ADDRESS = 2;

    /** MI_LOAD_REGISTER_REG: the register that is written. */
    static final int TARGET_REGISTER = 2;

    /** MI_SEMAPHORE_MBOX: what to write or compare with, and the memory or register. */
    static final int SEMAPHORE_VALUE = 1;

    static final int SEMAPHORE_ADDRESS = 2;

    /** MI_DISPLAY_FLIP: the surface. */
    static final int FLIP_SURFACE = 2;

    /** MI_SET_CONTEXT: the context image, and flags below it. */
    static final int CONTEXT_IMAGE = 1;

    /** MI_FLUSH_DW: where its post-sync operation stores. */
    static final int FLUSH_ADDRESS = 1;

    /** PIPE_CONTROL: what it does, and where its post-sync operation stores. */
    static final int PIPE_CONTROL_FLAGS = 1;

    static final int PIPE_CONTROL_ADDRESS = 2;

    /** MI_CLFLUSH: the page, and how much one more dword of length flushes. */
    static final int CACHE_FLUSH_ADDRESS = 1;

    static final int CACHE_FLUSH_BYTES = 2048;

    /** MI_REPORT_PERF_COUNT: where the counters go, and how much that is. */
    static final int REPORT_ADDRESS = 1;

    static final int REPORT_BYTES = 256;

    /** MI_CONDITIONAL_BATCH_BUFFER_END: what is compared. */
    static final int COMPARE_ADDRESS = 2;

    /** MI_LOAD_URB_MEM and MI_STORE_URB_MEM: a line of memory. */
    static final int URB_ADDRESS = 2;

    /** MI_BATCH_BUFFER_START: the batch. */
    static final int START_ADDRESS = 1;

    static final int STATUS_PAGE_BYTES = 4096;
    static final int PAGE_MASK = 0xffff_f000;
    static final int PAGE_BYTES = 4096;
    static final int DWORD_MASK = ~3;
    static final int QWORD_MASK = ~7;

    /** A cache line. */
    static final int LINE_BYTES = 64;

    static final int LINE_MASK = -LINE_BYTES;

    private Mi() {}
}
