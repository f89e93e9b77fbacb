package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.OperandSpace;

/** Makes hostile commands from catalogue rows, for the scanner alone and for a whole GPU. */
public final class ForgedCommands {

    private ForgedCommands() {}

    /**
     * One hostile command.
     *
     * @param engine number of the engine it is for
     * @param dwords whole; a blit that draws with a destination set up before comes with the setup
     * @param audited whether it has to be refused as out of the slice where no per-process table is
     *     on
     * @param global whether it has to be refused in any case
     */
    public record Forged(int engine, int[] dwords, boolean audited, boolean global) {}

    /** Returns the names of the rows that have addresses. */
    public static Stream<String> namesWithAddresses() {
        return rowsWithAddresses().map(CommandRow::name).distinct();
    }

    /** Returns the names of all rows. */
    public static Stream<String> names() {
        return Gen7Commands.CATALOGUE.rows().stream().map(CommandRow::name).distinct();
    }

    /**
     * Returns every command of a name with each of its addresses in turn replaced, on each engine
     * that knows it; the others lie inside the slice.
     */
    public static List<Forged> addresses(String name, LegalCommands.Ranges slice, long... values) {
        List<Forged> made = new ArrayList<>();
        rowsWithAddresses()
                .filter(row -> row.name().equals(name))
                .forEach(
                        row -> {
                            LegalCommands legal =
                                    new LegalCommands(new Random(row.number()), slice);
                            for (AddressLayout layout : row.layouts()) {
                                for (AddressOperand operand : layout.operands()) {
                                    for (long value : values) {
                                        add(made, legal, row, layout, operand, value, slice);
                                    }
                                }
                            }
                        });
        return made;
    }

    private static void add(
            List<Forged> made,
            LegalCommands legal,
            CommandRow<CommandAudit> row,
            AddressLayout layout,
            AddressOperand operand,
            long value,
            LegalCommands.Ranges slice) {
        boolean end = value == slice.lowEnd() || value == slice.highEnd();
        boolean mayEndThere =
                row.behaviour() == CommandAudit.STREAM_OUT && operand.dword() == 3 && end;
        boolean offset =
                operand.space() == OperandSpace.UPPER_BOUND
                        || operand.space() == OperandSpace.RELATIVE
                        || operand.space() == OperandSpace.RELATIVE_OR_CONTEXT;
        boolean audited = !offset && !mayEndThere;
        boolean global = audited && operand.space() != OperandSpace.CONTEXT;
        for (int[] command : withOperand(legal, row, operand, layout, value)) {
            boolean refused = audited && !isEmptyRange(row, operand, command);
            for (int engine = 0; engine < 4; engine++) {
                if ((row.engines() & 1 << engine) != 0) {
                    made.add(new Forged(engine, command, refused, refused && global));
                }
            }
        }
    }

    /** Returns whether a command's range ends before it starts, so that it reaches nothing. */
    static boolean isEmptyRange(
            CommandRow<CommandAudit> row, AddressOperand operand, int[] command) {
        int first = command.length - row.length().lengthOf(lastHeader(row, command));
        int start =
                switch (row.behaviour()) {
                    case VERTEX_BUFFERS, STREAM_OUT -> 2;
                    case INDEX_BUFFER -> operand.dword() == 2 ? 1 : 0;
                    default -> 0;
                };
        return start != 0
                && Integer.compareUnsigned(command[first + start + 1], command[first + start]) < 0;
    }

    /**
     * Returns every command of a name with its length field at 0, 1, its maximum, and with every
     * bit set that could belong to it.
     */
    public static List<Forged> lengths(String name, int operand) {
        List<Forged> made = new ArrayList<>();
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            int mask = row.length().mask();
            boolean jump = row.behaviour() == CommandAudit.BATCH_START;
            int beyond = jump || mask == 0 ? mask : ~row.opcodeMask() & 0xffff;
            for (int field : new int[] {0, 1 & mask, mask, beyond}) {
                int header = row.opcode() | field;
                int[] dwords = new int[row.length().lengthOf(header)];
                java.util.Arrays.fill(dwords, operand);
                dwords[0] = header;
                for (int engine = 0; engine < 4; engine++) {
                    if (row.name().equals(name) && (row.engines() & 1 << engine) != 0) {
                        made.add(new Forged(engine, dwords, false, false));
                    }
                }
            }
        }
        return made;
    }

    static Stream<CommandRow<CommandAudit>> rowsWithAddresses() {
        return Gen7Commands.CATALOGUE.rows().stream()
                .filter(row -> !row.layouts().isEmpty())
                .filter(row -> row.behaviour() != CommandAudit.REFUSED)
                .filter(row -> row.behaviour() != CommandAudit.NONE)
                .filter(row -> row.behaviour() != CommandAudit.MEDIA_FRONT_END);
    }

    /** Makes legal instances of each layout of a row with the address in one operand replaced. */
    static List<int[]> withOperand(
            LegalCommands legal,
            CommandRow<CommandAudit> row,
            AddressOperand operand,
            AddressLayout layout,
            long value) {
        List<int[]> made = new ArrayList<>();
        for (int tries = 0; tries < 40 && made.size() < 4; tries++) {
            int[] command = legal.make(row);
            int first = command.length - (row.length().lengthOf(lastHeader(row, command)));
            if (layout.totalDwords() != 0 && command.length - first != layout.totalDwords()) {
                continue;
            }
            command[first + operand.dword()] = (int) value;
            makeUsed(row, operand, command, first);
            made.add(command);
        }
        assertThat(made).as(row.name()).isNotEmpty();
        return made;
    }

    static int lastHeader(CommandRow<CommandAudit> row, int[] command) {
        for (int i = command.length - 1; ; i--) {
            if ((command[i] & row.opcodeMask()) == row.opcode()
                    && row.length().lengthOf(command[i]) == command.length - i) {
                return command[i];
            }
        }
    }

    /** Sets what makes the command use the operand, in the global space. */
    private static void makeUsed(
            CommandRow<CommandAudit> row, AddressOperand operand, int[] command, int first) {
        switch (row.behaviour()) {
            case FLUSH -> command[first] = command[first] & ~(1 << 21) | 1 << 14;
            case PIPE_CONTROL -> command[first + 1] = 1 << 14;
            case BASE_ADDRESSES -> command[first + operand.dword()] |= 1;
            case SET_CONTEXT -> command[first + 1] |= 1 << 8;
            case CONSTANTS -> java.util.Arrays.fill(command, first + 1, first + 3, 0x0001_0001);
            default -> {}
        }
        if (operand.space() == OperandSpace.GLOBAL_IF_SET) {
            command[first + operand.selectDword()] |= 1 << operand.selectBit();
        }
    }
}
