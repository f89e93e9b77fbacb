package org.gpumediator.testkit.haswell;

import static org.gpumediator.testkit.haswell.CommandCosts.BATCH;
import static org.gpumediator.testkit.haswell.CommandCosts.BLIT;
import static org.gpumediator.testkit.haswell.CommandCosts.CONTEXT;
import static org.gpumediator.testkit.haswell.CommandCosts.DRAW;
import static org.gpumediator.testkit.haswell.CommandCosts.ENHANCE;
import static org.gpumediator.testkit.haswell.CommandCosts.FLUSH;
import static org.gpumediator.testkit.haswell.CommandCosts.OBJECT;
import static org.gpumediator.testkit.haswell.CommandCosts.PARSER;
import static org.gpumediator.testkit.haswell.CommandCosts.REGISTER;
import static org.gpumediator.testkit.haswell.CommandCosts.STATE;
import static org.gpumediator.testkit.haswell.CommandCosts.STORE;
import static org.gpumediator.testkit.haswell.CommandCosts.VIDEO;

import org.gpumediator.testkit.haswell.Engine.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The commands each engine knows: how long they are, what they do, how long they take. What an
 * engine does not know hangs it.
 *
 * <p>Source: command headers of i915 and the public gen7.5 command description. Opcodes: client in
 * bits 31:29; 28:23 for MI, 28:22 for 2D, 28:16 for 3D and media.
 */
final class CommandTable {

    /** What a command does. */
    @FunctionalInterface
    interface Action {
        /**
         * Executes the command the engine's parser is at.
         *
         * @param header its first dword
         * @param length in dwords
         */
        Outcome execute(Engine engine, int header, int length);
    }

    /** One command of one engine. */
    static final class Row {
        private final int lengthMask;
        private final int lengthBias;
        private final int flags;
        private final Action action;
        private final int nanos;

        Row(int lengthMask, int lengthBias, int flags, Action action, int nanos) {
            this.lengthMask = lengthMask;
            this.lengthBias = lengthBias;
            this.flags = flags;
            this.action = action;
            this.nanos = nanos;
        }

        Row acting(Action other) {
            return new Row(lengthMask, lengthBias, flags, other, nanos);
        }

        int length(int header) {
            return (header & lengthMask) + lengthBias;
        }

        /** Returns whether a batch without privilege may not have it: it does nothing there. */
        boolean privileged() {
            return (flags & PRIVILEGED) != 0;
        }

        /** Returns whether a predicate that turns commands off leaves this one on. */
        boolean always() {
            return (flags & ALWAYS) != 0;
        }

        Action action() {
            return action;
        }

        int nanos() {
            return nanos;
        }
    }

    private static final int PRIVILEGED = 1;
    private static final int ALWAYS = 2;

    private static final int R = 1 << HaswellEngine.RCS.ordinal();
    private static final int V = 1 << HaswellEngine.VCS.ordinal();
    private static final int B = 1 << HaswellEngine.BCS.ordinal();
    private static final int E = 1 << HaswellEngine.VECS.ordinal();
    private static final int ALL = R | V | B | E;

    private static final int CLIENT_SHIFT = 29;
    private static final int MI_SHIFT = 23;
    private static final int MI_MASK = 0x3f;
    private static final int MI_NOOP = 0;
    private static final int MI_ARB_CHECK = 0x05;
    private static final int MI_BATCH_BUFFER_START = 0x31;
    private static final int BLT_SHIFT = 22;
    private static final int BLT_MASK = 0x7f;
    private static final int STATE_SHIFT = 16;
    private static final int STATE_MASK = 0x1fff;
    private static final int BLT_FIRST = MI_MASK + 1;
    private static final int STATE_FIRST = BLT_FIRST + BLT_MASK + 1;
    private static final int SIZE = STATE_FIRST + STATE_MASK + 1;

    private static final Action SKIP = (engine, header, length) -> Outcome.DONE;

    private final @Nullable Row[] rows = new Row[SIZE];

    private static final CommandTable[] TABLES = declare();

    private CommandTable() {}

    static CommandTable of(HaswellEngine engine) {
        return TABLES[engine.ordinal()];
    }

    @Nullable Row row(int header) {
        int index = index(header);
        return index < 0 ? null : rows[index];
    }

    /** Returns whether a command only has the parser go on, here or elsewhere. */
    static boolean changesNothing(int header) {
        if (header >>> CLIENT_SHIFT != 0) {
            return false;
        }
        int opcode = header >>> MI_SHIFT;
        return opcode == MI_NOOP || opcode == MI_ARB_CHECK || opcode == MI_BATCH_BUFFER_START;
    }

    private static int index(int header) {
        return switch (header >>> CLIENT_SHIFT) {
            case 0 -> header >>> MI_SHIFT & MI_MASK;
            case 2 -> BLT_FIRST + (header >>> BLT_SHIFT & BLT_MASK);
            case 3 -> STATE_FIRST + (header >>> STATE_SHIFT & STATE_MASK);
            default -> -1;
        };
    }

    private static CommandTable[] declare() {
        Declaration d = new Declaration();
        machineInterface(d);
        BlitCommands.declare(d);
        render(d);
        media(d);
        video(d);
        return d.tables;
    }

    // spotless:off
    private static void machineInterface(Declaration d) {
        //    engines        header        length flags       action                             nanos
        d.one(ALL,           0x0000_0000,         0,          MiCommands::noop,                  PARSER)   // MI_NOOP
         .one(R,             0x0080_0000,         ALWAYS,     MiCommands::setPredicate,          PARSER)   // MI_SET_PREDICATE
         .one(ALL,           0x0100_0000,         0,          MiCommands::userInterrupt,         PARSER)   // MI_USER_INTERRUPT
         .one(R | B,         0x0180_0000,         0,          MiCommands::waitForEvent,          PARSER)   // MI_WAIT_FOR_EVENT
         .one(R,             0x0200_0000,         0,          FlushCommands::flush,              FLUSH)    // MI_FLUSH
         .one(ALL,           0x0280_0000,         0,          MiCommands::arbitrationCheck,      PARSER)   // MI_ARB_CHECK
         .one(R,             0x0300_0000,         0,          SKIP,                              PARSER)   // MI_RS_CONTROL
         .one(ALL,           0x0380_0000,         PRIVILEGED, MiCommands::reportHead,            STORE)    // MI_REPORT_HEAD
         .one(R | V | E,     0x0400_0000,         PRIVILEGED, SKIP,                              PARSER)   // MI_ARB_ON_OFF
         .one(R,             0x0480_0000,         0,          SKIP,                              PARSER)   // MI_URB_ATOMIC_ALLOC
         .one(ALL,           0x0500_0000,         ALWAYS,     MiCommands::batchBufferEnd,        BATCH)    // MI_BATCH_BUFFER_END
         .one(ALL,           0x0580_0000,         0,          MiCommands::suspendFlush,          PARSER)   // MI_SUSPEND_FLUSH
         .one(R,             0x0600_0000,         0,          MiCommands::predicate,             PARSER)   // MI_PREDICATE
         .one(R,             0x0680_0000,         0,          SKIP,                              PARSER)   // MI_TOPOLOGY_FILTER
         .one(R | V | E,     0x0700_0000,         0,          SKIP,                              PARSER)   // MI_SET_APPID
         .one(R,             0x0780_0000,         0,          SKIP,                              PARSER)   // MI_RS_CONTEXT
         .row(R | B,         0x0900_0000,  6,     PRIVILEGED, SKIP,                              PARSER)   // MI_LOAD_SCAN_LINES_INCL
         .row(R | B,         0x0980_0000,  6,     PRIVILEGED, SKIP,                              PARSER)   // MI_LOAD_SCAN_LINES_EXCL
         .row(R | B,         0x0a00_0000,  8,     PRIVILEGED, MiCommands::displayFlip,           REGISTER) // MI_DISPLAY_FLIP
         .row(ALL,           0x0b00_0000,  8,     0,          MiCommands::semaphoreMailbox,      STORE)    // MI_SEMAPHORE_MBOX
         .row(R,             0x0c00_0000,  8,     PRIVILEGED, ContextImage::setContext,          CONTEXT)  // MI_SET_CONTEXT
         .row(R,             0x0c80_0000,  8,     0,          SKIP,                              PARSER)   // MI_URB_CLEAR
         .row(R,             0x0d00_0000,  6,     0,          Arithmetic::math,                  REGISTER) // MI_MATH
         .row(R,             0x1000_0000,  6,     0,          MiCommands::storeDataImmediate,    STORE)    // MI_STORE_DATA_IMM
         .row(V | E,         0x1000_0000,  8,     0,          MiCommands::storeDataImmediate,    STORE)
         .row(B,             0x1000_0000, 10,     0,          MiCommands::storeDataImmediate,    STORE)
         .row(ALL,           0x1080_0000,  8,     PRIVILEGED, MiCommands::storeDataIndex,        STORE)    // MI_STORE_DATA_INDEX
         .row(ALL,           0x1100_0000,  8,     0,          MiCommands::loadRegisterImmediate, REGISTER) // MI_LOAD_REGISTER_IMM
         .row(R,             0x1180_0000,  8,     PRIVILEGED, MiCommands::updateGtt,             STORE)    // MI_UPDATE_GTT
         .row(V | B | E,     0x1180_0000,  6,     PRIVILEGED, MiCommands::updateGtt,             STORE)
         .row(ALL,           0x1200_0000,  8,     0,          MiCommands::storeRegisterMemory,   STORE)    // MI_STORE_REGISTER_MEM
         .row(V | B | E,     0x1300_0000,  6,     0,          FlushCommands::flushDword,         FLUSH)    // MI_FLUSH_DW
         .row(R,             0x1380_0000, 10,     0,          SKIP,                              STORE)    // MI_CLFLUSH
         .row(R,             0x1400_0000,  6,     0,          MiCommands::reportPerformance,     STORE)    // MI_REPORT_PERF_COUNT
         .row(ALL,           0x1480_0000,  8,     0,          MiCommands::loadRegisterMemory,    STORE)    // MI_LOAD_REGISTER_MEM
         .row(ALL,           0x1500_0000,  8,     0,          MiCommands::loadRegisterRegister,  REGISTER) // MI_LOAD_REGISTER_REG
         .row(R,             0x1580_0000,  8,     0,          MiCommands::resourceStreamerStore, STORE)    // MI_RS_STORE_DATA_IMM
         .row(R,             0x1600_0000,  8,     0,          SKIP,                              STORE)    // MI_LOAD_URB_MEM
         .row(R,             0x1680_0000,  8,     0,          SKIP,                              STORE)    // MI_STORE_URB_MEM
         .row(ALL,           0x1880_0000,  8,     ALWAYS,     MiCommands::batchBufferStart,      BATCH)    // MI_BATCH_BUFFER_START
         .row(R | V | E,     0x1b00_0000,  8,     ALWAYS,     MiCommands::conditionalEnd,        STORE);   // MI_CONDITIONAL_BATCH_BUFFER_END
    }

    private static void render(Declaration d) {
        d.skip(R, 8, STATE,
                0x6003_0000, 0x6102_0000, 0x6103_0000, 0x6104_0000)
         .row(R,             0x6101_0000,  8,     0,          RenderState::stateBaseAddress,     STATE)    // STATE_BASE_ADDRESS
         .one(R,             0x680b_0000,         0,          RenderState::vertexStatistics,     STATE)    // 3DSTATE_VF_STATISTICS
         .one(R,             0x6904_0000,         0,          RenderState::pipelineSelect,       STATE)    // PIPELINE_SELECT
         .one(R,             0x780b_0000,         0,          RenderState::vertexStatistics,     STATE)    // 3DSTATE_VF_STATISTICS_ALT
         .range(R, 8, STATE, 0x7804_0000, 0x780a_0000)   // 3DSTATE_CLEAR_PARAMS .. 3DSTATE_INDEX_BUFFER
         .skip(R, 8, STATE,  0x780c_0000)                // 3DSTATE_VF
         .range(R, 8, STATE, 0x780e_0000, 0x7821_0000)   // 3DSTATE_CC_STATE_POINTERS .. 3DSTATE_VIEWPORT_STATE_POINTERS_SF_CLIP
         .range(R, 8, STATE, 0x7823_0000, 0x7838_0000)   // 3DSTATE_VIEWPORT_STATE_POINTERS_CC .. 3DSTATE_GATHER_CONSTANT_PS
         .range(R, 11, STATE, 0x7839_0000, 0x783a_0000)  // 3DSTATE_DX9_CONSTANTF_*
         .range(R, 8, STATE, 0x783b_0000, 0x7842_0000)   // 3DSTATE_DX9_CONSTANTI_VS .. 3DSTATE_DX9_GENERATE_ACTIVE_PS
         .range(R, 9, STATE, 0x7843_0000, 0x7847_0000)   // 3DSTATE_BINDING_TABLE_EDIT_*
         .row(R,             0x7900_0000,  8,     0,          RenderState.keep(1, 3, RenderState.RECTANGLE), STATE)    // 3DSTATE_DRAWING_RECTANGLE
         .skip(R, 8, STATE,  0x7902_0000, 0x7904_0000)
         .range(R, 8, STATE, 0x7906_0000, 0x7908_0000)
         .range(R, 8, STATE, 0x790a_0000, 0x790e_0000)
         .range(R, 8, STATE, 0x7911_0000, 0x7916_0000)
         .skip(R, 9, STATE,  0x7917_0000)                // 3DSTATE_SO_DECL_LIST
         .range(R, 8, STATE, 0x7918_0000, 0x791b_0000)
         .row(R,             0x7a00_0000,  8,     0,          FlushCommands::pipeControl,        FLUSH)    // PIPE_CONTROL
         .row(R,             0x7b00_0000,  8,     0,          Draws::primitive,                  DRAW)     // 3DPRIMITIVE
         .acts(R, 0x7805_0000, RenderState.keep(1, 4, RenderState.DEPTH))                                   // 3DSTATE_DEPTH_BUFFER
         .acts(R, 0x7806_0000, RenderState.keep(1, 2, RenderState.STENCIL))                                 // 3DSTATE_STENCIL_BUFFER
         .acts(R, 0x7807_0000, RenderState.keep(1, 2, RenderState.HIERARCHICAL_DEPTH))                      // 3DSTATE_HIER_DEPTH_BUFFER
         .acts(R, 0x7808_0000, RenderState::vertexBuffers)                                                  // 3DSTATE_VERTEX_BUFFERS
         .acts(R, 0x7810_0000, RenderState.keep(5, 1, RenderState.VERTEX_SHADER))                           // 3DSTATE_VS
         .acts(R, 0x7811_0000, RenderState.keep(5, 1, RenderState.GEOMETRY_SHADER))                         // 3DSTATE_GS
         .acts(R, 0x7812_0000, RenderState.keep(1, 2, RenderState.CLIP))                                    // 3DSTATE_CLIP
         .acts(R, 0x781b_0000, RenderState.keep(2, 1, RenderState.HULL_SHADER))                             // 3DSTATE_HS
         .acts(R, 0x781e_0000, RenderState.keep(1, 1, RenderState.STREAM_OUT))                              // 3DSTATE_STREAMOUT
         .acts(R, 0x782a_0000, RenderState.keep(1, 1, RenderState.BINDING_TABLE))                           // 3DSTATE_BINDING_TABLE_POINTERS_PS
         .acts(R, 0x7917_0000, RenderState.keep(1, 1, RenderState.STREAM_OUT_BUFFERS_OF_STREAMS))           // 3DSTATE_SO_DECL_LIST
         .acts(R, 0x7918_0000, RenderState::streamOutBuffer);                                               // 3DSTATE_SO_BUFFER
    }

    private static void media(Declaration d) {
        d.range(R, 16, STATE,  0x7000_0000, 0x7004_0000)  // MEDIA_VFE_STATE .. MEDIA_STATE_FLUSH
         .skip(R, 16, OBJECT,  0x7100_0000, 0x7102_0000, 0x7103_0000)
         .skip(R,  8, OBJECT,  0x7104_0000, 0x7105_0000)  // GPGPU_OBJECT, GPGPU_WALKER
         .acts(R, 0x7000_0000, RenderState.keep(1, 2, RenderState.MEDIA_FRONT_END))
         .acts(R, 0x7002_0000, RenderState.keep(2, 2, RenderState.INTERFACE_DESCRIPTORS))
         .acts(R, 0x7100_0000, Surfaces::mediaObject)
         .acts(R, 0x7102_0000, Surfaces::mediaObject)
         .acts(R, 0x7103_0000, Surfaces::mediaObject)
         .acts(R, 0x7104_0000, Surfaces::mediaObject)
         .acts(R, 0x7105_0000, Draws::walker);
    }

    private static void video(Declaration d) {
        d.one(V, 0x6800_0000, 0, SKIP, PARSER)            // MFX_WAIT
         .range(V, 12, STATE, 0x7000_0000, 0x7009_0000)   // MFX_PIPE_MODE_SELECT .. MFX_DBK_OBJECT
         .skip(V, 12, STATE,  0x7048_0000, 0x704a_0000)
         .range(V, 12, STATE, 0x7100_0000, 0x7105_0000)
         .range(V, 12, STATE, 0x7125_0000, 0x7127_0000)
         .skip(V, 12, STATE,  0x7201_0000, 0x7202_0000, 0x7220_0000, 0x7221_0000, 0x7300_0000, 0x7301_0000,
                              0x7343_0000, 0x7700_0000, 0x7702_0000)
         .skip(V, 16, STATE,  0x7600_0000, 0x7608_0000, 0x7609_0000)
         .skip(V, 12, VIDEO,  0x7029_0000, 0x7128_0000, 0x7149_0000, 0x7228_0000, 0x7328_0000, 0x7349_0000,
                              0x7728_0000)
         .skip(E, 12, STATE,  0x7400_0000, 0x7402_0000)   // VEBOX_SURFACE_STATE, VEBOX_STATE
         .skip(E, 12, ENHANCE, 0x7403_0000)               // VEB_DI_IECP
         .acts(E, 0x7400_0000, Surfaces::keep)
         .acts(E, 0x7402_0000, Surfaces::keep)
         .acts(E, 0x7403_0000, Surfaces::picture);
        for (int header : new int[] {0x7001_0000, 0x7002_0000, 0x7003_0000, 0x7004_0000, 0x7005_0000, 0x7102_0000, 0x7127_0000, 0x7202_0000, 0x7600_0000}) {
            d.acts(V, header, Surfaces::keep);
        }
        for (int header : new int[] {0x7009_0000, 0x7029_0000, 0x7128_0000, 0x7149_0000, 0x7228_0000, 0x7328_0000, 0x7349_0000, 0x7728_0000}) {
            d.acts(V, header, Surfaces::picture);
        }
    }
    // spotless:on

    /** Collects rows. */
    static final class Declaration {

        private final CommandTable[] tables = new CommandTable[HaswellEngine.values().length];

        private Declaration() {
            for (int i = 0; i < tables.length; i++) {
                tables[i] = new CommandTable();
            }
        }

        /** A command of one dword. */
        Declaration one(int engines, int header, int flags, Action action, int nanos) {
            return put(engines, header, new Row(0, 1, flags, action, nanos));
        }

        /** A command whose length is its lowest bits plus two. */
        Declaration row(int engines, int header, int bits, int flags, Action action, int nanos) {
            return put(engines, header, new Row((1 << bits) - 1, 2, flags, action, nanos));
        }

        Declaration skip(int engines, int bits, int nanos, int... headers) {
            for (int header : headers) {
                row(engines, header, bits, 0, SKIP, nanos);
            }
            return this;
        }

        Declaration range(int engines, int bits, int nanos, int first, int last) {
            for (int header = first; header <= last; header += 1 << STATE_SHIFT) {
                row(engines, header, bits, 0, SKIP, nanos);
            }
            return this;
        }

        /** What a command does that has a row already. */
        Declaration acts(int engines, int header, Action action) {
            for (int i = 0; i < tables.length; i++) {
                Row row = (engines >>> i & 1) != 0 ? tables[i].rows[index(header)] : null;
                if (row != null) {
                    tables[i].rows[index(header)] = row.acting(action);
                }
            }
            return this;
        }

        /** A command of the blitter, with its length in bits 7:0. */
        Declaration blit(int header, Action action) {
            return row(B, header, 8, 0, action, BLIT);
        }

        /** A command of the blitter, with its length in bits 5:0. */
        Declaration shortBlit(int header, Action action) {
            return row(B, header, 6, 0, action, BLIT);
        }

        private Declaration put(int engines, int header, Row row) {
            for (int i = 0; i < tables.length; i++) {
                if ((engines >>> i & 1) != 0) {
                    if (tables[i].rows[index(header)] != null) {
                        throw new IllegalArgumentException(
                                String.format("command 0x%08x is declared twice", header));
                    }
                    tables[i].rows[index(header)] = row;
                }
            }
            return this;
        }
    }
}
