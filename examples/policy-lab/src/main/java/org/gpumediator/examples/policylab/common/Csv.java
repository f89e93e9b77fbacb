package org.gpumediator.examples.policylab.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A table of comma-separated values with a line of names on top; no quotes, columns by name. */
public final class Csv {

    private static final Pattern COMMA = Pattern.compile(",");

    private final String source;
    private final Map<String, Integer> columns = new HashMap<>();
    private final List<Row> rows = new ArrayList<>();

    private Csv(String source, List<String> lines) {
        this.source = source;
        int number = 0;
        for (String line : lines) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] fields = COMMA.split(text, -1);
            if (columns.isEmpty()) {
                for (int i = 0; i < fields.length; i++) {
                    columns.putIfAbsent(fields[i].strip(), i);
                }
            } else if (fields.length == columns.size()) {
                rows.add(new Row(number, fields));
            } else {
                throw new IllegalArgumentException(
                        source
                                + ":"
                                + number
                                + ": "
                                + fields.length
                                + " fields, expected "
                                + columns.size());
            }
        }
    }

    /**
     * Reads a file.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if a line has more or fewer fields than the first; the
     *     message names file and line
     */
    public static Csv read(Path file) {
        try {
            return of(file.toString(), Files.readAllLines(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Reads lines.
     *
     * @param source what an error calls them
     * @throws IllegalArgumentException as for {@link #read}
     */
    public static Csv of(String source, List<String> lines) {
        return new Csv(source, lines);
    }

    /**
     * Returns the lines below the names; empty lines and those that begin with {@code #} skipped.
     */
    public List<Row> rows() {
        return rows;
    }

    /** Returns whether there is a column of a name. */
    public boolean has(String column) {
        return columns.containsKey(column);
    }

    /** One line. */
    public final class Row {

        private final int line;
        private final String[] fields;

        private Row(int line, String[] fields) {
            this.line = line;
            this.fields = fields;
        }

        /**
         * Returns a field.
         *
         * @throws IllegalArgumentException if there is no such column
         */
        public String text(String column) {
            Integer index = columns.get(column);
            if (index == null) {
                throw new IllegalArgumentException(
                        source + ": no column " + column + ", it has " + columns.keySet());
            }
            return fields[index].strip();
        }

        /** Returns a field, or something else if there is no such column or it is empty. */
        public String text(String column, String otherwise) {
            String text = has(column) ? text(column) : "";
            return text.isEmpty() ? otherwise : text;
        }

        /**
         * Returns a whole number.
         *
         * @throws IllegalArgumentException if it is none, or out of range; the message names file,
         *     line and limits
         */
        public int whole(String column, int least, int most) {
            double number = number(column, least, most);
            if (number != Math.rint(number)) {
                throw wrong(column, "a whole number");
            }
            return (int) number;
        }

        /**
         * Returns a number.
         *
         * @throws IllegalArgumentException as for {@link #whole}
         */
        public double number(String column, double least, double most) {
            double number;
            try {
                number = Double.parseDouble(text(column));
            } catch (NumberFormatException noNumber) {
                throw wrong(column, "a number");
            }
            if (!(number >= least && number <= most)) {
                throw wrong(column, least + " to " + most);
            }
            return number;
        }

        private IllegalArgumentException wrong(String column, String expected) {
            return new IllegalArgumentException(
                    source
                            + ":"
                            + line
                            + ": "
                            + column
                            + " \""
                            + text(column)
                            + "\": expected "
                            + expected);
        }
    }
}
