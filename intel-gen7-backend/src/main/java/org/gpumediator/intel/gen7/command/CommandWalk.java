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

    private static final int START_PLAN = plan(CommandAudit.BATCH_START);
    private static final int END_PLAN = plan(CommandAudit.BATCH_END);

    private final AuditState state;
    private final CommandAuditor auditor;
    private final Jumps jumps;
    private final Command command;

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
     * Walks from command to command until there is a reason not to. Where the next one begins comes
     * from the first dword alone, for most of them: that is what the speed of a scan comes from.
     *
     * @param from index of the first command
     * @param to index behind the last dword
     */
    Step walk(ScanContext context, int[] dwords, int from, int to) {
        CommandDecoder commands = state.decoder;
        command.setStream(dwords);
        int index = from;
        int looked = from;
        int passed = 0;
        Step step = Step.COMPLETE;
        while (index < to) {
            int dw0 = dwords[index];
            int plan = commands.plan(dw0);
            int next;
            if (CommandDecoder.isPlainWithByteLength(plan)) {
                if ((dw0 & Mi.LENGTH_MASK) == 0 && index + Mi.LENGTH_BIAS <= to) {
                    // Half of all: predicted, so that what comes next need not wait for dw0.
                    passed++;
                    index += Mi.LENGTH_BIAS;
                    continue;
                }
                next = index + (dw0 & Mi.LENGTH_MASK) + Mi.LENGTH_BIAS;
                if (next > to) {
                    step = Step.INCOMPLETE;
                    break;
                }
                passed++;
                index = next;
                continue;
            }
            if (CommandDecoder.isPlainSingle(plan)) {
                int begin = index;
                do {
                    index++;
                } while (index < to && dwords[index] == Mi.NOOP);
                passed += index - begin;
                continue;
            }
            if (CommandDecoder.hasByteLength(plan)) {
                next = index + (dw0 & Mi.LENGTH_MASK) + Mi.LENGTH_BIAS;
                if (next <= to && PlainCommand.passes(state, dwords, index, next, plan)) {
                    passed++;
                    index = next;
                    continue;
                }
            } else {
                next = index + CommandDecoder.lengthOf(plan, dw0);
            }
            if (next > to || next == index) {
                step = next == index ? Step.UNDECODABLE : Step.INCOMPLETE;
                break;
            }
            if (plan < 0) {
                if (index > from && !state.inBatch() && !state.budget.allows(index - looked + 1)) {
                    step = Step.BUDGET;
                    break;
                }
                account(index - looked + WorkBudget.LOOK, passed + 1);
                command.set(index, next - index, plan);
                Step outcome = look(context, plan);
                if (outcome != Step.GO_ON) {
                    at = outcome == Step.LEFT || outcome == Step.CUT ? next : index;
                    return outcome;
                }
                looked = index;
                passed = 0;
            } else {
                passed++;
            }
            index = next;
        }
        account(index - looked, passed);
        at = index;
        return step;
    }

    /** Counts what has been walked over since the last look. */
    private void account(int cost, int commands) {
        state.budget.spend(cost);
        state.result.commands += commands;
    }

    /** Looks into the command. */
    private Step look(ScanContext context, int plan) {
        if (plan == START_PLAN) {
            return jump(context);
        }
        return plan == END_PLAN ? endOfBatch() : auditor.audit(command);
    }

    private Step jump(ScanContext context) {
        auditor.newStream();
        return command.requireLegalLength() && command.requireLegalBits()
                ? jumps.follow(context, command)
                : Step.GO_ON;
    }

    private Step endOfBatch() {
        if (state.inBatch()) {
            return Step.LEFT;
        }
        command.refuseMalformed();
        return Step.GO_ON;
    }
}
