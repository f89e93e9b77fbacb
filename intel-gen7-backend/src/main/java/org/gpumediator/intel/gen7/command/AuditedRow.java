package org.gpumediator.intel.gen7.command;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.BitRule;
import org.gpumediator.core.command.BitRules;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.CommandVerdict;
import org.gpumediator.core.command.OperandSpace;

/** A row of the catalogue, compiled for the audit. Immutable. */
final class AuditedRow {

    /** One layout of a row's addresses. */
    record Layout(int totalDwords, int[] dwords, boolean[] bounds, boolean wide) {}

    private static final AuditedRow[] ROWS = compileAll();

    /** Of how many dwords the bits that are not harmless are looked at together. */
    private static final int HEAD = 3;

    private final String name;
    private final CommandAudit audit;
    private final CommandAudit.Check check;

    /** Fewest dwords, how many more a command may have, and bits of that which must be 0. */
    private final int least;

    private final int mostMore;
    private final int noneOfMore;

    /** The bits of the first dwords that are refused or cleared. */
    private final int head0;

    private final int head1;
    private final int head2;

    private final BitRules.Field[] refused;
    private final BitRules.Field[] cleared;

    /** Those of {@link #cleared} that go beyond the first dwords. */
    private final BitRules.Field[] series;

    private final Layout[] layouts;

    private AuditedRow(
            String name,
            CommandAudit audit,
            List<BitRules.Field> refused,
            List<BitRules.Field> cleared,
            List<AddressLayout> layouts) {
        this.name = name;
        this.audit = audit;
        check = audit.check();
        CommandAudit.Lengths lengths = audit.lengths();
        least = lengths.least();
        mostMore = lengths.most() - lengths.least();
        noneOfMore = lengths.step() - 1;
        this.refused = refused.toArray(BitRules.Field[]::new);
        this.cleared = cleared.toArray(BitRules.Field[]::new);
        series = cleared.stream().filter(AuditedRow::isBeyondHead).toArray(BitRules.Field[]::new);
        if (refused.stream().anyMatch(AuditedRow::isBeyondHead)) {
            throw new IllegalArgumentException(name + ": refused bits behind dword " + HEAD);
        }
        int[] head = new int[HEAD];
        Stream.concat(refused.stream(), cleared.stream())
                .filter(field -> !isBeyondHead(field))
                .forEach(field -> head[field.dword()] |= field.bits());
        head0 = head[0];
        head1 = head[1];
        head2 = head[2];
        this.layouts = layouts.stream().map(AuditedRow::layout).toArray(Layout[]::new);
    }

    private static boolean isBeyondHead(BitRules.Field field) {
        return field.step() != 0 || field.dword() >= HEAD;
    }

    private static AuditedRow compile(CommandRow<CommandAudit> row) {
        boolean refused = row.verdict() == CommandVerdict.REFUSE;
        return new AuditedRow(
                row.name(),
                refused ? CommandAudit.REFUSED : row.behaviour(),
                row.fields(BitRule.REFUSED),
                row.fields(BitRule.MASKED),
                row.layouts());
    }

    private static AuditedRow[] compileAll() {
        List<CommandRow<CommandAudit>> rows = Gen7Commands.CATALOGUE.rows();
        AuditedRow[] compiled = new AuditedRow[rows.size() + 1];
        compiled[0] =
                new AuditedRow(
                        "unknown command", CommandAudit.REFUSED, List.of(), List.of(), List.of());
        for (CommandRow<CommandAudit> row : rows) {
            compiled[row.number()] = compile(row);
        }
        return compiled;
    }

    private static Layout layout(AddressLayout layout) {
        List<AddressOperand> operands =
                layout.operands().stream()
                        .sorted(Comparator.comparingInt(AddressOperand::dword))
                        .toList();
        int[] dwords = new int[operands.size()];
        boolean[] bounds = new boolean[operands.size()];
        for (int i = 0; i < dwords.length; i++) {
            dwords[i] = operands.get(i).dword();
            bounds[i] = operands.get(i).space() == OperandSpace.UPPER_BOUND;
        }
        boolean wide = dwords.length > 1 && layout.neverNeighbours();
        return new Layout(layout.totalDwords(), dwords, bounds, wide);
    }

    /** Returns a row by its number; 0 is that of commands that no row matches. */
    static AuditedRow of(int number) {
        return ROWS[number];
    }

    String name() {
        return name;
    }

    CommandAudit audit() {
        return audit;
    }

    /** Returns where its addresses are, by its length. */
    Layout[] layouts() {
        return layouts;
    }

    CommandAudit.Check check() {
        return check;
    }

    /** Returns whether a command may have so many dwords. */
    boolean takes(int dwords) {
        int more = dwords - least;
        return more >= 0 && more <= mostMore && (more & noneOfMore) == 0;
    }

    /** Returns the bits of the first dwords that a guest may not set, or that are cleared. */
    int illegal(int first, int second, int third) {
        return first & head0 | second & head1 | third & head2;
    }

    /** Refuses a command with a bit that no guest may set; clears what never reaches the GPU. */
    boolean requireLegalBits(Command command) {
        return !mayHaveIllegalBits(command) || refuseOrClear(command);
    }

    /** Tells most commands, which have none, by as few branches as can be. */
    private boolean mayHaveIllegalBits(Command command) {
        int last = command.length() - 1;
        int illegal =
                illegal(
                        command.dword(0),
                        command.dword(Math.min(1, last)),
                        command.dword(Math.min(2, last)));
        for (BitRules.Field field : series) {
            int step = field.step() == 0 ? command.length() : field.step();
            for (int dword = field.dword(); dword <= last; dword += step) {
                illegal |= command.dword(dword) & field.bits();
            }
        }
        return illegal != 0;
    }

    private boolean refuseOrClear(Command command) {
        for (BitRules.Field field : refused) {
            int dword = field.dword();
            if (dword < command.length() && command.isSet(dword, field.bits())) {
                return command.refusePrivileged(command.unsigned(dword));
            }
        }
        for (BitRules.Field field : cleared) {
            int step = field.step() == 0 ? command.length() : field.step();
            for (int dword = field.dword(); dword < command.length(); dword += step) {
                command.put(dword, command.dword(dword) & ~field.bits());
            }
        }
        return true;
    }
}
