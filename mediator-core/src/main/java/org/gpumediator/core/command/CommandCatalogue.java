package org.gpumediator.core.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a GPU: one row each, declared in Java, compiled to one {@link CommandDecoder} per
 * engine. Immutable.
 *
 * <p>A command's opcode is in the upper half of its first dword: bits from 31 down, as many as its
 * client's mask says.
 *
 * @param <B> what the backend calls the ways of handling a command
 */
public final class CommandCatalogue<B extends Enum<B>> {

    /** Dwords of a command whose bits must have rules; what is behind repeats. */
    private static final int LOOKED_AT = 96;

    private final List<String> engineNames;
    private final List<CommandRow<B>> rows;
    private final CommandDecoder[] decoders;

    private CommandCatalogue(List<String> engineNames, List<CommandRow<B>> rows) {
        this.engineNames = engineNames;
        this.rows = List.copyOf(rows);
        decoders = new CommandDecoder[engineNames.size()];
        for (int engine = 0; engine < decoders.length; engine++) {
            decoders[engine] = compile(engine);
        }
    }

    /**
     * Returns a builder.
     *
     * @param engineNames names of the engines; engine {@code n} is bit {@code n} of a row's engines
     */
    public static <B extends Enum<B>> Builder<B> builder(String... engineNames) {
        return new Builder<>(List.of(engineNames));
    }

    /** Returns the rows, in the order of their numbers. */
    public List<CommandRow<B>> rows() {
        return rows;
    }

    /**
     * Returns a row by its number.
     *
     * @param number {@code 1} to the number of rows
     */
    public CommandRow<B> row(int number) {
        return rows.get(number - 1);
    }

    /** Returns how many engines there are. */
    public int engineCount() {
        return decoders.length;
    }

    /** Returns the compiled commands of an engine. */
    public CommandDecoder decoder(int engine) {
        return decoders[engine];
    }

    private CommandDecoder compile(int engine) {
        int[] plans = new int[CommandDecoder.SLOTS];
        Arrays.fill(plans, CommandDecoder.UNKNOWN);
        for (CommandRow<B> row : rows) {
            if ((row.engines() & 1 << engine) != 0) {
                fill(engine, row, plans);
            }
        }
        return new CommandDecoder(plans);
    }

    /** Fills every slot whose opcode bits are the row's. */
    private void fill(int engine, CommandRow<B> row, int[] plans) {
        int first = row.opcode() >>> CommandDecoder.OPCODE_SHIFT;
        int count = (~row.opcodeMask() >>> CommandDecoder.OPCODE_SHIFT) + 1;
        for (int slot = first; slot < first + count; slot++) {
            if (plans[slot] != CommandDecoder.UNKNOWN) {
                throw new IllegalArgumentException(
                        row(CommandDecoder.rowOf(plans[slot])).name()
                                + " and "
                                + row.name()
                                + ": both decode 0x%08x on %s"
                                        .formatted(row.opcode(), engineNames.get(engine)));
            }
            plans[slot] = CommandDecoder.planOf(row);
        }
    }

    /** Returns the catalogue as a table of text, one line per row, for a golden file. */
    public String render() {
        StringBuilder text = new StringBuilder(32_768);
        String client = "";
        for (CommandRow<B> row : rows) {
            if (!row.client().equals(client)) {
                client = row.client();
                text.append("# ").append(client).append(": ").append(row.source()).append('\n');
            }
            text.append(
                            String.format(
                                            Locale.ROOT,
                                            "%-41s %-18s 0x%08x %-12s %-14s %-16s %-5s %-34s %s",
                                            row.name(),
                                            enginesText(row.engines()),
                                            row.opcode(),
                                            row.length(),
                                            row.verdict(),
                                            row.behaviour(),
                                            row.registers().isEmpty() ? "-" : row.registers(),
                                            row.addressText().isEmpty() ? "-" : row.addressText(),
                                            row.bitText())
                                    .stripTrailing())
                    .append('\n');
        }
        return text.toString();
    }

    /** Returns a set of engines as text: their names joined by {@code +}. */
    public String enginesText(int engines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < engineNames.size(); i++) {
            if ((engines & 1 << i) != 0) {
                text.append(text.isEmpty() ? "" : "+").append(engineNames.get(i));
            }
        }
        return text.toString();
    }

    /** Collects rows. Not thread safe. */
    public static final class Builder<B extends Enum<B>> {

        private final List<String> engineNames;
        private final List<CommandRow<B>> rows = new ArrayList<>();
        private final Map<String, Integer> namedEngines = new HashMap<>();
        private String client = "";
        private int opcodeMask;
        private int open;

        private Builder(List<String> engineNames) {
            this.engineNames = engineNames;
            if (engineNames.isEmpty() || engineNames.size() > Integer.SIZE - 1) {
                throw new IllegalArgumentException(engineNames.size() + " engines");
            }
        }

        /**
         * Starts a group of rows.
         *
         * @param name of the client
         * @param mask opcode mask of its commands: bits 31 to 16 or higher
         */
        public Builder<B> client(String name, int mask) {
            requireClosed();
            boolean upper = (mask & (1 << CommandDecoder.OPCODE_SHIFT) - 1) == 0;
            if (mask >= 0 || !upper || (~mask & ~mask + 1) != 0) {
                throw new IllegalArgumentException(
                        name
                                + ": opcode mask 0x%08x: expected bits 31:n, n 16 or more"
                                        .formatted(mask));
            }
            client = Objects.requireNonNull(name, "name");
            opcodeMask = mask;
            return this;
        }

        /**
         * Adds a command to the group.
         *
         * @param name the manual's name; may be used once per engine
         * @param engines the engines that know it
         * @param opcode value of the opcode bits, in place
         * @param addresses its address operands, as {@link AddressLayout} reads them
         * @param registers which dwords name registers, for the reader; empty if none does
         * @param bits what happens to each bit, as {@link BitRules} reads it
         * @throws IllegalArgumentException if the row contradicts itself or another row, or leaves
         *     a bit without a rule
         */
        public Builder<B> row(
                String name,
                int engines,
                int opcode,
                LengthRule length,
                String addresses,
                String registers,
                CommandVerdict verdict,
                B behaviour,
                String bits) {
            if (client.isEmpty()) {
                throw new IllegalArgumentException(name + ": no client");
            }
            if ((opcode & ~opcodeMask) != 0) {
                throw new IllegalArgumentException(
                        name + ": opcode 0x%08x has bits outside its mask".formatted(opcode));
            }
            if ((opcodeMask & length.mask()) != 0) {
                throw new IllegalArgumentException(name + ": length inside the opcode");
            }
            if (engines <= 0 || engines >>> engineNames.size() != 0) {
                throw new IllegalArgumentException(name + ": engines 0x%x".formatted(engines));
            }
            int before = namedEngines.getOrDefault(name, 0);
            if ((before & engines) != 0) {
                throw new IllegalArgumentException(name + ": declared twice for one engine");
            }
            namedEngines.put(name, before | engines);
            if (rows.size() == CommandDecoder.MOST_ROWS) {
                throw new IllegalArgumentException(name + ": too many rows");
            }
            CommandRow<B> row =
                    new CommandRow<>(
                            rows.size() + 1,
                            Objects.requireNonNull(name, "name"),
                            client,
                            engines,
                            opcodeMask,
                            opcode,
                            length,
                            addresses,
                            registers,
                            Objects.requireNonNull(verdict, "verdict"),
                            Objects.requireNonNull(behaviour, "behaviour"),
                            bits);
            requireBitRules(row);
            if (verdict == CommandVerdict.ALLOW && audited(row)) {
                throw new IllegalArgumentException(name + ": has addresses and is not audited");
            }
            rows.add(row);
            return this;
        }

        private static void requireBitRules(CommandRow<?> row) {
            if (row.layouts().isEmpty()) {
                requireBitRules(row, null, row.length().longest());
            }
            for (AddressLayout layout : row.layouts()) {
                int total = layout.totalDwords();
                requireBitRules(row, layout, total == 0 ? row.length().longest() : total);
            }
            boolean changes =
                    !row.fields(BitRule.MASKED).isEmpty() || !row.fields(BitRule.REFUSED).isEmpty();
            if (row.isPlain() && changes) {
                throw new IllegalArgumentException(
                        row.name() + ": bits that are masked or refused in a row stepped over");
            }
        }

        private static void requireBitRules(
                CommandRow<?> row, @Nullable AddressLayout layout, int dwords) {
            int decoded = row.opcodeMask() | row.length().mask();
            for (int dword = 0; dword < Math.min(dwords, LOOKED_AT); dword++) {
                for (int bit = 0; bit < Integer.SIZE; bit++) {
                    boolean isDecoded = dword == 0 && (decoded >>> bit & 1) != 0;
                    if (!isDecoded && row.ruleOf(layout, dword, bit).isEmpty()) {
                        throw new IllegalArgumentException(
                                row.name() + ": no rule for bit " + bit + " of dword " + dword);
                    }
                }
            }
        }

        private static boolean audited(CommandRow<?> row) {
            return row.layouts().stream()
                    .flatMap(layout -> layout.operands().stream())
                    .anyMatch(operand -> operand.space() != OperandSpace.RELATIVE);
        }

        /** Says where the rows since the last source come from. */
        public Builder<B> source(String where) {
            for (; open < rows.size(); open++) {
                rows.get(open).closeWith(where);
            }
            return this;
        }

        private void requireClosed() {
            if (open < rows.size()) {
                throw new IllegalArgumentException(rows.get(open).name() + ": no source");
            }
        }

        /**
         * Compiles the catalogue.
         *
         * @throws IllegalArgumentException if two rows decode the same first dword on one engine,
         *     or a row has no source; the message names them
         */
        public CommandCatalogue<B> build() {
            requireClosed();
            return new CommandCatalogue<>(engineNames, rows);
        }
    }
}
