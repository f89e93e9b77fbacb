package org.gpumediator.examples.common;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads values of the form {@code key=value,key=value}, and amounts such as {@code 64M}. */
public final class OptionText {

    private static final String SUFFIXES = "kmg";
    private static final int BITS_PER_SUFFIX = 10;

    /** Keys whose value is a list: what follows a comma and is no pair belongs to it. */
    private static final Set<String> LISTS = Set.of("display");

    private OptionText() {}

    /**
     * Splits pairs.
     *
     * @param option the option, for messages
     * @throws UsageException if a piece is no pair, or a key comes twice
     */
    public static Map<String, String> pairs(String option, String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return pairs;
        }
        String last = "";
        for (String piece : text.split(",", -1)) {
            int equals = piece.indexOf('=');
            if (equals < 0 && LISTS.contains(last) && !piece.isEmpty()) {
                pairs.merge(last, piece, (list, more) -> list + "," + more);
                continue;
            }
            if (equals <= 0 || equals == piece.length() - 1) {
                throw UsageException.badOption(option + ": \"" + piece + "\": expected key=value");
            }
            String key = piece.substring(0, equals);
            last = key;
            if (pairs.put(key, piece.substring(equals + 1)) != null) {
                throw UsageException.badOption(option + ": " + key + "= is given twice");
            }
        }
        return pairs;
    }

    /**
     * Reads a whole amount, with {@code K}, {@code M} or {@code G} for powers of 1024.
     *
     * @param what what it is an amount of, for messages
     * @throws UsageException if it is no amount, or too large
     */
    public static long amount(String what, String text) {
        String digits = text;
        int shift = 0;
        int suffix =
                text.isEmpty()
                        ? -1
                        : SUFFIXES.indexOf(
                                text.substring(text.length() - 1).toLowerCase(Locale.ROOT));
        if (suffix >= 0) {
            digits = text.substring(0, text.length() - 1);
            shift = BITS_PER_SUFFIX * (suffix + 1);
        }
        if (!digits.matches("[0-9]{1,18}") || Long.parseLong(digits) > Long.MAX_VALUE >> shift) {
            throw UsageException.badOption(
                    what + "=" + text + ": expected a number, with K, M or G if need be");
        }
        return Long.parseLong(digits) << shift;
    }
}
