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

    static final int STATUS_PAGE_BYTES = 4096;
    static final int PAGE_MASK = 0xffff_f000;
    static final int PAGE_BYTES = 4096;
    static final int DWORD_MASK = ~3;
    static final int QWORD_MASK = ~7;

    private Mi() {}
}
