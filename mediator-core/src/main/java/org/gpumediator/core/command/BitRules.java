package org.gpumediator.core.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which rule each bit of a command follows. Immutable.
 *
 * <p>Written as a list of items separated by {@code ;}, each {@code dwords=rule} or {@code
 * dwords.bits=rule}:
 *
 * <table>
 * <caption>Grammar</caption>
 * <tr><th>text<th>meaning
 * <tr><td>{@code 1.8=refused}<td>bit 8 of dword 1
 * <tr><td>{@code 0.11:8=masked}<td>bits 11 to 8 of dword 0
 * <tr><td>{@code 2k+1.1:0=masked}<td>bits 1 and 0 of dwords 1, 3, 5 and so on
 * <tr><td>{@code 2..8/3=checked}<td>the bits of dwords 2, 5 and 8 that nothing else speaks of
 * <tr><td>{@code 2=data}<td>the bits of dword 2 that nothing else speaks of
 * <tr><td>{@code 3+=data}<td>the same of dwords 3, 4, 5 and so on
 * </table>
 *
 * <p>Bits that are named go before addresses of the row, addresses before what is left of dwords.
 *
 * @param named the items that name bits
 * @param rest the items for what is left of dwords
 */
public record BitRules(List<Field> named, List<Field> rest) {

    private static final int ALL_BITS = -1;

    /**
     * Bits of a dword, or of a series of dwords, that follow one rule.
     *
     * @param dword index of the dword, the first of the command being 0
     * @param step distance of the next dword of a series; {@code 0} for a single one
     * @param last the dword that a series ends before or at
     * @param bits the bits, in place
     * @param rule what they follow
     */
    public record Field(int dword, int step, int last, int bits, BitRule rule) {

        /** Returns whether it speaks of a dword. */
        boolean holds(int index) {
            return index == dword
                    || step != 0 && index > dword && index <= last && (index - dword) % step == 0;
        }
    }

    /** Copies the items. */
    public BitRules {
        named = List.copyOf(named);
        rest = List.copyOf(rest);
    }

    /**
     * Reads what a catalogue row says about bits.
     *
     * @param text as the grammar above
     * @throws IllegalArgumentException if {@code text} is not written so, or names a bit twice
     */
    public static BitRules parse(String text) {
        List<Field> named = new ArrayList<>();
        List<Field> rest = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String item : text.split(";", -1)) {
                try {
                    Field field = field(item);
                    (dot(item) < 0 ? rest : named).add(field);
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    throw new IllegalArgumentException("bit rule \"" + item + "\"", e);
                }
            }
        }
        for (int i = 0; i < named.size(); i++) {
            for (Field other : named.subList(0, i)) {
                Field field = named.get(i);
                boolean meet = field.holds(other.dword) || other.holds(field.dword);
                if (meet && (field.bits & other.bits) != 0) {
                    throw new IllegalArgumentException("bit rules \"" + text + "\": a bit twice");
                }
            }
        }
        return new BitRules(named, rest);
    }

    private static Field field(String item) {
        int equals = item.indexOf('=');
        String where = item.substring(0, equals);
        BitRule rule = ruleOf(item.substring(equals + 1));
        int dot = dot(where);
        int bits = dot < 0 ? ALL_BITS : bits(where.substring(dot + 1));
        String dwords = dot < 0 ? where : where.substring(0, dot);
        int series = dwords.indexOf("k+");
        if (series >= 0) {
            int step = Integer.parseInt(dwords.substring(0, series));
            int first = Integer.parseInt(dwords.substring(series + 2));
            return new Field(first, step, Integer.MAX_VALUE, bits, rule);
        }
        int range = dwords.indexOf("..");
        if (range >= 0) {
            int slash = dwords.indexOf('/');
            return new Field(
                    Integer.parseInt(dwords.substring(0, range)),
                    Integer.parseInt(dwords.substring(slash + 1)),
                    Integer.parseInt(dwords.substring(range + 2, slash)),
                    bits,
                    rule);
        }
        if (dwords.endsWith("+")) {
            int first = Integer.parseInt(dwords.substring(0, dwords.length() - 1));
            return new Field(first, 1, Integer.MAX_VALUE, bits, rule);
        }
        int dword = Integer.parseInt(dwords);
        return new Field(dword, 0, dword, bits, rule);
    }

    /** Returns where the bits begin: a dot that is not of a range of dwords. */
    private static int dot(String where) {
        int range = where.indexOf("..");
        return where.indexOf('.', range < 0 ? 0 : range + 2);
    }

    private static BitRule ruleOf(String spelling) {
        for (BitRule rule : BitRule.values()) {
            if (rule.spelling().equals(spelling)) {
                return rule;
            }
        }
        throw new IllegalArgumentException(spelling);
    }

    private static int bits(String text) {
        int colon = text.indexOf(':');
        int high = Integer.parseInt(colon < 0 ? text : text.substring(0, colon));
        int low = colon < 0 ? high : Integer.parseInt(text.substring(colon + 1));
        if (low < 0 || high < low || high > 31) {
            throw new IllegalArgumentException(text);
        }
        return ALL_BITS >>> 31 - high & ALL_BITS << low;
    }

    /** Returns the rule of a bit that is named. */
    Optional<BitRule> named(int dword, int bit) {
        return find(named, dword, bit);
    }

    /** Returns the rule of a bit that nothing else speaks of. */
    Optional<BitRule> rest(int dword, int bit) {
        return find(rest, dword, bit);
    }

    private static Optional<BitRule> find(List<Field> fields, int dword, int bit) {
        return fields.stream()
                .filter(field -> field.holds(dword) && (field.bits >>> bit & 1) != 0)
                .map(Field::rule)
                .findFirst();
    }
}
