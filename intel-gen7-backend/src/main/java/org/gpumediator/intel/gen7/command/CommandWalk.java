package org.gpumediator.intel.gen7.command;

import org.gpumediator.core.command.CommandCatalogue;
import org.gpumediator.core.command.CommandDecoder;
import org.gpumediator.core.command.CommandRow;

/**
 * Walks over the commands of a ring, or of batches, and has each audited that needs it. Belongs to
 * one scanner, which has one for either, since a jump of the ring leads to batches on the way.
 */
final class CommandWalk {

    /** Sees to jumps. */
    interface Jumps {

        /**
         * Sees to MI_BATCH_BUFFER_START.
         *
         * @return {@link Step#GO_ON} behind it, {@link Step#LEFT} or {@link Step#CUT} if nothing
         *     behind it is run, {@link Step#BUDGET} to stop before it
         */
        Step follow(ScanContext context, Command start);
    }

    private static final int MOST_NOTES = 256;
    private static final int START_PLAN = plan(CommandAudit.BATCH_START);
    private static final int END_PLAN = plan(CommandAudit.BATCH_END);

    private final AuditState state;
    private final CommandAuditor auditor;
    private final Jumps jumps;
    private final Command command;

    /** Commands of the current run that have to be looked into. */
    private final long[] notes = new long[MOST_NOTES];

    private int noteCount;
    private int at;

    CommandWalk(AuditState state, CommandAuditor auditor, Jumps jumps) {
        this.state = state;
        this.auditor = auditor;
        this.jumps = jumps;
        command = new Command(state);
    }

    private static int plan(CommandAudit audit) {
        CommandCatalogue<CommandAudit> catalogue = Gen7Commands.CATALOGUE;
        CommandRow<CommandAudit> row =
                catalogue.rows().stream()
                        .filter(each -> each.behaviour() == audit)
                        .findFirst()
                        .orElseThrow();
        return catalogue.decoder(0).plan(row.opcode());
    }

    /** Returns the index behind the last command that was audited. */
    int at() {
        return at;
    }

    /**
     * Walks from command to command until there is a reason not to.
     *
     * @param from index of the first command
     * @param to index behind the last dword
     */
    Step walk(ScanContext context, int[] dwords, int from, int to) {
        at = from;
        while (true) {
            int before = at;
            Step step = hop(dwords, before, to);
            state.budget.spend(at - before);
            Step audited = auditor.audit(command, dwords, notes, noteCount);
            if (audited != Step.GO_ON) {
                at = command.at();
                return audited;
            }
            if (step != Step.AT_FLOW && step != Step.NOTES_FULL) {
                return step;
            }
            if (at > from && !state.inBatch() && !state.budget.allows(1)) {
                return Step.BUDGET;
            }
            if (step == Step.AT_FLOW) {
                step = follow(context, dwords);
                if (step != Step.GO_ON) {
                    return step;
                }
            }
        }
    }

    /**
     * Steps from header to header up to a jump or a batch end, and notes which commands have to be
     * looked into. A loop without calls, whose next step depends on the first dword alone: that is
     * what the speed of a scan comes from.
     */
    private Step hop(int[] dwords, int from, int to) {
        CommandDecoder commands = state.decoder;
        SliceBounds bounds = state.bounds;
        long[] noted = notes;
        int notedCount = 0;
        boolean relativeConstants = !state.absoluteConstants;
        int index = from;
        int count = 0;
        Step why = Step.COMPLETE;
        while (index < to) {
            int dw0 = dwords[index];
            int plan = commands.plan(dw0);
            if (CommandDecoder.isPlainWithByteLength(plan)) {
                int next = index + (dw0 & Mi.LENGTH_MASK) + Mi.LENGTH_BIAS;
                if (next > to) {
                    why = Step.INCOMPLETE;
                    break;
                }
                count++;
                index = next;
                continue;
            }
            if (CommandDecoder.isPlainSingle(plan)) {
                count++;
                index++;
                continue;
            }
            int next;
            if (CommandDecoder.hasByteLength(plan)) {
                next = index + (dw0 & Mi.LENGTH_MASK) + Mi.LENGTH_BIAS;
                if (next <= to
                        && PlainCommand.passes(
                                bounds, relativeConstants, dwords, index, next, plan)) {
                    count++;
                    index = next;
                    continue;
                }
            } else {
                next = index + CommandDecoder.lengthOf(plan, dw0);
            }
            if (next > to || next == index) {
                why = next == index ? Step.UNDECODABLE : Step.INCOMPLETE;
                break;
            }
            if (plan < 0) {
                if (plan == START_PLAN || plan == END_PLAN) {
                    why = Step.AT_FLOW;
                    break;
                }
                if (notedCount == noted.length) {
                    why = Step.NOTES_FULL;
                    break;
                }
                noted[notedCount++] = CommandAuditor.note(index, plan);
                relativeConstants &= !PlainCommand.loadsRegisters(plan);
            }
            count++;
            index = next;
        }
        state.result.commands += count;
        noteCount = notedCount;
        at = index;
        return why;
    }

    /** Sees to the jump, or the end of a batch, that a run of commands has led to. */
    private Step follow(ScanContext context, int[] dwords) {
        command.set(dwords, at, state.decoder.plan(dwords[at]));
        state.result.commands++;
        Step step = Step.GO_ON;
        if (command.row().audit() == CommandAudit.BATCH_START) {
            auditor.newStream();
            if (command.requireLegalLength() && command.requireLegalBits()) {
                step = jumps.follow(context, command);
            }
        } else if (state.inBatch()) {
            step = Step.LEFT;
        } else {
            command.refuseMalformed();
        }
        if (step != Step.BUDGET) {
            at = command.end();
        }
        return step;
    }
}
