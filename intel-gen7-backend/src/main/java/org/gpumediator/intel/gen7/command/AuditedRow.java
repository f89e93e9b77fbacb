package org.gpumediator.intel.gen7.command;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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

    private final String name;
    private final CommandAudit audit;

    /** The bits that stay, of as many dwords from the first as have bits that do not. */
    private final int[] kept;

    /** Bits to be cleared in series of dwords. */
    private final BitRules.Field[] cleared;

    private final BitRules.Field[] refused;
    private final Layout[] layouts;

    private AuditedRow() {
        name = "unknown command";
        audit = CommandAudit.REFUSED;
        kept = new int[0];
        cleared = new BitRules.Field[0];
        refused = new BitRules.Field[0];
        layouts = new Layout[0];
    }

    private AuditedRow(CommandRow<CommandAudit> row) {
        name = row.name();
        audit = row.verdict() == CommandVerdict.REFUSE ? CommandAudit.REFUSED : row.behaviour();
        List<BitRules.Field> masked = row.fields(BitRule.MASKED);
        kept = kept(masked.stream().filter(field -> field.step() == 0).toList());
        cleared = masked.stream().filter(field -> field.step() != 0).toArray(BitRules.Field[]::new);
        refused = row.fields(BitRule.REFUSED).toArray(BitRules.Field[]::new);
        layouts = row.layouts().stream().map(AuditedRow::layout).toArray(Layout[]::new);
    }

    private static AuditedRow[] compileAll() {
        List<CommandRow<CommandAudit>> rows = Gen7Commands.CATALOGUE.rows();
        AuditedRow[] compiled = new AuditedRow[rows.size() + 1];
        compiled[0] = new AuditedRow();
        for (CommandRow<CommandAudit> row : rows) {
            compiled[row.number()] = new AuditedRow(row);
        }
        return compiled;
    }

    private static int[] kept(List<BitRules.Field> cleared) {
        int dwords = cleared.stream().mapToInt(field -> field.dword() + 1).max().orElse(0);
        int[] kept = new int[dwords];
        Arrays.fill(kept, -1);
        for (BitRules.Field field : cleared) {
            kept[field.dword()] &= ~field.bits();
        }
        return kept;
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

    /** Refuses a command with a bit that no guest may set; clears what never reaches the GPU. */
    boolean requireLegalBits(Command command) {
        for (BitRules.Field field : refused) {
            int dword = field.dword();
            if (dword < command.length() && command.isSet(dword, field.bits())) {
                return command.refusePrivileged(command.unsigned(dword));
            }
        }
        int dwords = Math.min(kept.length, command.length());
        for (int dword = 0; dword < dwords; dword++) {
            command.put(dword, command.dword(dword) & kept[dword]);
        }
        for (BitRules.Field field : cleared) {
            for (int dword = field.dword(); dword < command.length(); dword += field.step()) {
                command.put(dword, command.dword(dword) & ~field.bits());
            }
        }
        return true;
    }
}
