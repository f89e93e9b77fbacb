package org.gpumediator.testkit.guest;

/**
 * First dwords and flags of the commands that the scripted driver emits. Source: Haswell PRM volume
 * 2a, memory interface and render commands.
 */
final class Commands {

    private Commands() {}

    // spotless:off
    static final int MI_NOOP                   = 0x0000_0000;
    static final int MI_USER_INTERRUPT         = 0x0100_0000;
    static final int MI_ARB_ON                 = 0x0400_0001;
    static final int MI_ARB_OFF                = 0x0400_0000;
    static final int MI_BATCH_BUFFER_END       = 0x0500_0000;
    static final int MI_SET_CONTEXT            = 0x0c00_0000;
    static final int MI_STORE_DATA_IMM         = 0x1000_0002;
    static final int MI_STORE_DATA_INDEX       = 0x1080_0001;
    static final int MI_LOAD_REGISTER_IMM      = 0x1100_0000;
    static final int MI_STORE_REGISTER_MEM     = 0x1200_0001;
    static final int MI_FLUSH_DW               = 0x1300_0001;
    static final int MI_BATCH_BUFFER_START     = 0x1880_0000;
    static final int PIPE_CONTROL              = 0x7a00_0002;

    /** STORE_DATA_IMM, STORE_REGISTER_MEM: the address is one of the global table. */
    static final int MI_GLOBAL_GTT             = 1 << 22;

    static final int BATCH_PPGTT               = 1 << 8;
    /** Render engine only: the batch is not privileged. On the others bit 8 says both. */
    static final int BATCH_NON_PRIVILEGED      = 1 << 13;

    static final int FLUSH_DW_STORE_INDEX      = 1 << 21;
    static final int FLUSH_DW_INVALIDATE_TLB   = 1 << 18;
    static final int FLUSH_DW_STORE_DWORD      = 1 << 14;
    static final int FLUSH_DW_INVALIDATE_BSD   = 1 << 7;
    static final int FLUSH_DW_ADDRESS_GGTT     = 1 << 2;

    static final int PIPE_GLOBAL_GTT           = 1 << 24;
    static final int PIPE_CS_STALL             = 1 << 20;
    static final int PIPE_TLB_INVALIDATE       = 1 << 18;
    static final int PIPE_QW_WRITE             = 1 << 14;
    static final int PIPE_RENDER_FLUSH         = 1 << 12;
    static final int PIPE_INSTRUCTION_INVALIDATE = 1 << 11;
    static final int PIPE_TEXTURE_INVALIDATE   = 1 << 10;
    static final int PIPE_FLUSH_ENABLE         = 1 << 7;
    static final int PIPE_DC_FLUSH             = 1 << 5;
    static final int PIPE_VF_INVALIDATE        = 1 << 4;
    static final int PIPE_CONST_INVALIDATE     = 1 << 3;
    static final int PIPE_STATE_INVALIDATE     = 1 << 2;
    static final int PIPE_STALL_AT_SCOREBOARD  = 1 << 1;
    static final int PIPE_DEPTH_FLUSH          = 1;

    static final int CONTEXT_IN_GGTT           = 1 << 8;
    static final int CONTEXT_SAVE_EXTENDED     = 1 << 3;
    static final int CONTEXT_RESTORE_EXTENDED  = 1 << 2;
    static final int CONTEXT_RESTORE_INHIBIT   = 1;

    static final int PIPE_INVALIDATE =
            PIPE_TLB_INVALIDATE | PIPE_INSTRUCTION_INVALIDATE | PIPE_TEXTURE_INVALIDATE
            | PIPE_VF_INVALIDATE | PIPE_CONST_INVALIDATE | PIPE_STATE_INVALIDATE
            | PIPE_STALL_AT_SCOREBOARD | PIPE_CS_STALL | PIPE_QW_WRITE | PIPE_GLOBAL_GTT;
    static final int PIPE_BREADCRUMB =
            PIPE_RENDER_FLUSH | PIPE_DEPTH_FLUSH | PIPE_DC_FLUSH | PIPE_FLUSH_ENABLE
            | PIPE_QW_WRITE | PIPE_GLOBAL_GTT | PIPE_CS_STALL;
    // spotless:on

    /** Returns the first dword of a register load of {@code pairs} register-value pairs. */
    static int loadRegisters(int pairs) {
        return MI_LOAD_REGISTER_IMM | (2 * pairs - 1);
    }
}
