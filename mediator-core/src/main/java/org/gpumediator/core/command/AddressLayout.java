package org.gpumediator.core.command;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a command has its addresses.
 *
 * <p>Written as a list of operands separated by {@code ;}, each {@code dwords:space}:
 *
 * <table>
 * <caption>Grammar</caption>
 * <tr><th>text<th>meaning
 * <tr><td>{@code 3:ctx}<td>dword 3, in the address space the stream runs in
 * <tr><td>{@code 1;2:ggtt}<td>dwords 1 and 2, both global: a number alone takes the space that follows
 * <tr><td>{@code 1..9/2:ctx}<td>dwords 1, 3, 5, 7 and 9
 * <tr><td>{@code 4k+2:ctx}<td>dwords 2, 6, 10 and so on to the end of the command
 * <tr><td>{@code 2:sel=0.22}<td>global if bit 22 of dword 0 is 1, else per process
 * <tr><td>{@code 1:selnot=0.8}<td>per process if bit 8 of dword 0 is 1, else global
 * <tr><td>{@code 6:bound}<td>an upper bound; lies in the range of the base before it
 * <tr><td>{@code 3:rel-general}<td>an offset from the base called general
 * <tr><td>{@code 3:rel-or-ctx}<td>an offset, or an address, as a mode bit says
 * <tr><td>{@code len4:1:ctx|len10:1;4:ctx}<td>the layout depends on the length of the command
 * </table>
 *
 * @param totalDwords length of the commands it is for; {@code 0} for every length
 * @param operands the operands, in the order they are written
 */
public record AddressLayout(int totalDwords, List<AddressOperand> operands) {

    /** Copies the operands. */
    public AddressLayout {
        operands = List.copyOf(operands);
    }

    /**
     * Reads what a catalogue row says about addresses.
     *
     * @param text as the grammar above; empty for a command without addresses
     * @return one layout, or one per length; empty if there are no addresses
     * @throws IllegalArgumentException if {@code text} is not written so
     */
    public static List<AddressLayout> parse(String text) {
        List<AddressLayout> layouts = new ArrayList<>();
        if (text.isEmpty()) {
            return layouts;
        }
        for (String layout : text.split("\\|", -1)) {
            try {
                layouts.add(parseLayout(layout));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IllegalArgumentException("address operands \"" + text + "\"", e);
            }
        }
        return layouts;
    }

    /**
     * Returns whether each operand is the lower half of an address of 64 bits, whose upper half is
     * in the dword behind it: so are layouts of one length whose operands are never neighbours.
     */
    public boolean isPaired() {
        return totalDwords != 0 && operands.size() > 1 && neverNeighbours();
    }

    /** Returns whether no two operands are in dwords next to each other. */
    public boolean neverNeighbours() {
        List<Integer> dwords = operands.stream().map(AddressOperand::dword).sorted().toList();
        for (int i = 1; i < dwords.size(); i++) {
            if (dwords.get(i) - dwords.get(i - 1) <= 1) {
                return false;
            }
        }
        return true;
    }

    private static AddressLayout parseLayout(String text) {
        int total = 0;
        String operands = text;
        if (text.startsWith("len")) {
            int colon = text.indexOf(':');
            total = Integer.parseInt(text.substring(3, colon));
            operands = text.substring(colon + 1);
        }
        List<AddressOperand> found = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (String operand : operands.split(";", -1)) {
            int colon = operand.indexOf(':');
            if (colon < 0) {
                waiting.add(operand);
                continue;
            }
            waiting.add(operand.substring(0, colon));
            for (String dwords : waiting) {
                addOperands(found, dwords, operand.substring(colon + 1));
            }
            waiting.clear();
        }
        if (!waiting.isEmpty()) {
            throw new IllegalArgumentException("no space after " + waiting);
        }
        return new AddressLayout(total, found);
    }

    private static void addOperands(List<AddressOperand> found, String dwords, String space) {
        int range = dwords.indexOf("..");
        int series = dwords.indexOf("k+");
        if (range >= 0) {
            int slash = dwords.indexOf('/');
            int end = slash < 0 ? dwords.length() : slash;
            int step = slash < 0 ? 1 : Integer.parseInt(dwords.substring(slash + 1));
            int last = Integer.parseInt(dwords.substring(range + 2, end));
            for (int i = Integer.parseInt(dwords.substring(0, range)); i <= last; i += step) {
                found.add(operand(i, 0, space));
            }
        } else if (series >= 0) {
            int step = Integer.parseInt(dwords.substring(0, series));
            found.add(operand(Integer.parseInt(dwords.substring(series + 2)), step, space));
        } else {
            found.add(operand(Integer.parseInt(dwords), 0, space));
        }
    }

    private static AddressOperand operand(int dword, int step, String space) {
        int equals = space.indexOf('=');
        String kind = equals < 0 ? space : space.substring(0, equals);
        int selectDword = 0;
        int selectBit = 0;
        if (equals >= 0) {
            int dot = space.indexOf('.', equals);
            selectDword = Integer.parseInt(space.substring(equals + 1, dot));
            selectBit = Integer.parseInt(space.substring(dot + 1));
        }
        for (OperandSpace candidate : OperandSpace.values()) {
            if (candidate.spelling().equals(kind)) {
                boolean selects =
                        candidate == OperandSpace.GLOBAL_IF_SET
                                || candidate == OperandSpace.GLOBAL_IF_CLEAR;
                if (selects != equals >= 0 || candidate == OperandSpace.RELATIVE) {
                    throw new IllegalArgumentException("space " + space);
                }
                return new AddressOperand(dword, step, candidate, selectDword, selectBit, "");
            }
        }
        if (kind.startsWith("rel-") && equals < 0) {
            return new AddressOperand(
                    dword, step, OperandSpace.RELATIVE, 0, 0, kind.substring("rel-".length()));
        }
        throw new IllegalArgumentException("space " + space);
    }
}
