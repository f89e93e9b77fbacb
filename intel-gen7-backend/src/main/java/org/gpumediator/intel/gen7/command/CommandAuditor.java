package org.gpumediator.intel.gen7.command;

import java.util.List;
import org.gpumediator.core.command.BitRule;
import org.gpumediator.core.command.BitRules;
import org.gpumediator.core.command.CommandDecoder;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.CommandVerdict;

/** Sends each command that needs attention to its audit. Belongs to one scanner. */
final class CommandAuditor {

    private static final CommandAudit[] AUDITS = audits();
    private static final boolean[] REJECTED_UNPRIVILEGED = rejectedUnprivileged();
    private static final BitRules.Field[][] MASKED = fields(BitRule.MASKED);
    private static final BitRules.Field[][] REFUSED = fields(BitRule.REFUSED);

    /** DW0 of blits with a monochrome source: in which bit of its byte each line begins. */
    private static final int MONO_BIT = 17;

    private final AuditState state;
    private final MiAudit mi;
    private final BlitAudit blit;
    private final RenderAudit render;

    CommandAuditor(AuditState state) {
        this.state = state;
        mi = new MiAudit(state);
        blit = new BlitAudit(state);
        render = new RenderAudit(state);
    }

    private static CommandAudit[] audits() {
        List<CommandRow<CommandAudit>> rows = Gen7Commands.CATALOGUE.rows();
        CommandAudit[] audits = new CommandAudit[rows.size() + 1];
        audits[0] = CommandAudit.REFUSED;
        for (CommandRow<CommandAudit> row : rows) {
            boolean refused = row.verdict() == CommandVerdict.REFUSE;
            audits[row.number()] = refused ? CommandAudit.REFUSED : row.behaviour();
        }
        return audits;
    }

    private static BitRules.Field[][] fields(BitRule rule) {
        BitRules.Field[][] fields = new BitRules.Field[AUDITS.length][];
        fields[0] = new BitRules.Field[0];
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            fields[row.number()] = row.fields(rule).toArray(BitRules.Field[]::new);
        }
        return fields;
    }

    /**
     * What hardware does not execute in an unprivileged batch. Source: i915 gen7 parser, REJECT.
     */
    private static boolean[] rejectedUnprivileged() {
        boolean[] rejected = new boolean[AUDITS.length];
        for (int row = 1; row < AUDITS.length; row++) {
            rejected[row] =
                    switch (AUDITS[row]) {
                        case USER_INTERRUPT,
                                DISPLAY_WAIT,
                                SEMAPHORE,
                                STORE_INDEX,
                                ARBITRATION,
                                PAGE_FLIP,
                                SET_CONTEXT ->
                                true;
                        default -> false;
                    };
        }
        return rejected;
    }

    static CommandAudit auditOf(int row) {
        return AUDITS[row];
    }

    /** Says that what comes next may run after anything. */
    void newStream() {
        blit.forgetSetup();
    }

    /** Keeps what the commands so far have set up, where a batch is cut. */
    void keep(BatchRest rest) {
        blit.keepSetup(rest);
    }

    /** Goes on where a batch was cut. */
    void goOn(BatchRest rest) {
        blit.takeSetup(rest);
    }

    /** Returns a note that a command has to be looked into. */
    static long note(int at, int plan) {
        return (long) plan << Integer.SIZE | at;
    }

    /**
     * Audits the noted commands, or those in front as far as the budget goes, which lie whole in
     * {@code dwords}; what is refused has become MI_NOOP. None is a jump or the end of a batch.
     */
    void audit(int[] dwords, long[] notes, int count) {
        for (int i = 0; i < count && state.stopBefore == AuditState.GO_ON; i++) {
            int at = (int) notes[i];
            if (i > 0 && !state.inBatch && !state.budget.allows(1)) {
                state.stopBefore = at;
                return;
            }
            state.budget.spend(WorkBudget.LOOK);
            int plan = (int) (notes[i] >>> Integer.SIZE);
            int length = CommandDecoder.lengthOf(plan, dwords[at]);
            audit(dwords, at, length, CommandDecoder.rowOf(plan));
        }
    }

    private void audit(int[] dwords, int at, int length, int row) {
        if (state.unprivileged && REJECTED_UNPRIVILEGED[row]) {
            state.refusePrivileged(dwords, at, length, row, dwords[at]);
            return;
        }
        if (refusesBits(dwords, at, length, row)) {
            return;
        }
        clearBits(dwords, at, length, MASKED[row]);
        switch (AUDITS[row]) {
            case MASK, NONE, BATCH_START, BATCH_END -> {}
            case REFUSED -> state.refusePrivileged(dwords, at, length, row, dwords[at]);
            case STATE -> render.state(dwords, at, length, row);
            case SURFACES -> render.surfaces(dwords, at, length, row);
            case USER_INTERRUPT -> state.events.userInterrupt(state.position(at));
            case DISPLAY_WAIT -> mi.displayWait(dwords, at, length);
            case ARBITRATION -> arbitration(dwords, at, length, row);
            case PAGE_FLIP -> mi.pageFlip(dwords, at, length, row);
            case SEMAPHORE -> mi.semaphore(dwords, at, length, row);
            case SET_CONTEXT -> mi.setContext(dwords, at, length, row);
            case STORE_DATA -> mi.storeData(dwords, at, length, row);
            case STORE_INDEX -> mi.storeIndex(dwords, at, length, row);
            case LOAD_IMMEDIATE -> mi.loadImmediate(dwords, at, length, row);
            case STORE_REGISTER -> mi.storeRegister(dwords, at, length, row);
            case LOAD_MEMORY -> mi.loadMemory(dwords, at, length, row);
            case LOAD_REGISTER -> mi.loadRegister(dwords, at, length, row);
            case FLUSH -> mi.flush(dwords, at, length, row);
            case PIPE_CONTROL -> mi.pipeControl(dwords, at, length, row);
            case CACHE_FLUSH -> mi.cacheFlush(dwords, at, length, row);
            case COUNTER_REPORT -> mi.counterReport(dwords, at, length, row);
            case STREAMER_STORE -> mi.streamerStore(dwords, at, length, row);
            case URB_MEMORY -> mi.urbMemory(dwords, at, length, row);
            case CONDITIONAL_END -> mi.conditionalEnd(dwords, at, length, row);
            case BASE_ADDRESSES -> render.baseAddresses(dwords, at, length, row);
            case DEPTH_BUFFER -> render.depthBuffer(dwords, at, length, row);
            case VERTEX_BUFFERS -> render.vertexBuffers(dwords, at, length, row);
            case INDEX_BUFFER -> render.indexBuffer(dwords, at, length, row);
            case CONSTANTS -> render.constants(dwords, at, length, row);
            case STREAM_OUT -> render.streamOut(dwords, at, length, row);
            case MEDIA_FRONT_END -> render.mediaFrontEnd(dwords, at, length, row);
            case BLIT_SETUP -> blit.setup(dwords, at, length, row, false);
            case BLIT_SETUP_PATTERN -> blit.setup(dwords, at, length, row, true);
            case BLIT_PIXEL -> blit.pixel(dwords, at, length, row);
            case BLIT_SPANS -> blit.spans(dwords, at, length, row);
            case BLIT_TEXT -> blit.text(dwords, at, length, row);
            case BLIT_LINEAR_FILL -> blit.linear(dwords, at, length, row, false);
            case BLIT_LINEAR_COPY -> blit.linear(dwords, at, length, row, true);
            case BLIT_FILL -> blit.destination(dwords, at, length, row, 5);
            case BLIT_PATTERN -> {
                if (blit.destination(dwords, at, length, row, 6)) {
                    blit.pattern(dwords, at, length, row, 5, dwords[at + 1]);
                }
            }
            case BLIT_MONO -> blitMono(dwords, at, length, row, 6);
            case BLIT_MONO_PATTERN -> {
                if (blitMono(dwords, at, length, row, 9)) {
                    blit.pattern(dwords, at, length, row, 8, dwords[at + 1]);
                }
            }
            case BLIT_COPY -> blitCopy(dwords, at, length, row, 8);
            case BLIT_COPY_PATTERN -> {
                if (blitCopy(dwords, at, length, row, 9)) {
                    blit.pattern(dwords, at, length, row, 8, dwords[at + 1]);
                }
            }
        }
    }

    /** Sees to the bits that no guest may set. Returns whether the command is refused. */
    private boolean refusesBits(int[] dwords, int at, int length, int row) {
        for (BitRules.Field field : REFUSED[row]) {
            if (field.dword() < length && (dwords[at + field.dword()] & field.bits()) != 0) {
                state.refusePrivileged(dwords, at, length, row, dwords[at + field.dword()]);
                return true;
            }
        }
        return false;
    }

    private static void clearBits(int[] dwords, int at, int length, BitRules.Field[] fields) {
        for (BitRules.Field field : fields) {
            int step = field.step() == 0 ? length : field.step();
            for (int dword = field.dword(); dword < length; dword += step) {
                dwords[at + dword] &= ~field.bits();
            }
        }
    }

    private boolean blitMono(int[] d, int at, int length, int row, int shortest) {
        return blit.destination(d, at, length, row, shortest)
                && blit.monochrome(
                        d, at, length, row, 5, d[at + 2], d[at + 3], d[at] >>> MONO_BIT & 7);
    }

    private boolean blitCopy(int[] d, int at, int length, int row, int shortest) {
        return blit.destination(d, at, length, row, shortest) && blit.source(d, at, length, row);
    }

    private void arbitration(int[] d, int at, int length, int row) {
        if (state.inBatch) {
            state.refusePrivileged(d, at, length, row, d[at]);
        }
    }
}
