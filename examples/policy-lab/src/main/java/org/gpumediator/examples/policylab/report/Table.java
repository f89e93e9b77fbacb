package org.gpumediator.examples.policylab.report;

import java.util.ArrayList;
import java.util.List;

/** A table of texts; the first column names the row. */
public final class Table {

    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** Creates an empty table. */
    public Table(List<String> columns) {
        this.columns = List.copyOf(columns);
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has more or fewer cells than there are columns
     */
    public Table row(List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells: expected " + columns.size());
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** Returns the names of the columns. */
    public List<String> columns() {
        return columns;
    }

    /** Returns the rows in their order. */
    public List<List<String>> rows() {
        return List.copyOf(rows);
    }

    /** Returns it as comma-separated values; what holds a comma or a quote is quoted. */
    public String csv() {
        StringBuilder text = new StringBuilder();
        line(text, columns);
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            boolean quoted = cell.indexOf(',') >= 0 || cell.indexOf('"') >= 0;
            text.append(i == 0 ? "" : ",")
                    .append(quoted ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell);
        }
        text.append('\n');
    }

    /** Returns it as text for people, columns aligned. */
    public String text() {
        int[] widths = new int[columns.size()];
        List<List<String>> lines = new ArrayList<>(rows);
        lines.addFirst(columns);
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder one = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = line.get(i);
                String gap = " ".repeat(widths[i] - cell.length());
                one.append(i == 0 ? cell + gap : "  " + gap + cell);
            }
            text.append(one.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Returns it as a table of HTML. */
    public String html() {
        StringBuilder text = new StringBuilder("<div class=\"wide\"><table>\n<tr>");
        columns.forEach(
                column -> text.append("<th>").append(Markup.escape(column)).append("</th>"));
        text.append("</tr>\n");
        for (List<String> row : rows) {
            text.append("<tr>");
            row.forEach(cell -> text.append("<td>").append(Markup.escape(cell)).append("</td>"));
            text.append("</tr>\n");
        }
        return text.append("</table></div>\n").toString();
    }

    /** Returns it as an array of JSON objects; numbers are written as numbers. */
    public String json() {
        StringBuilder text = new StringBuilder("[");
        for (int r = 0; r < rows.size(); r++) {
            text.append(r == 0 ? "\n  {" : ",\n  {");
            for (int i = 0; i < columns.size(); i++) {
                text.append(i == 0 ? "" : ", ")
                        .append(Markup.jsonText(columns.get(i)))
                        .append(": ")
                        .append(Markup.jsonValue(rows.get(r).get(i)));
            }
            text.append('}');
        }
        return text.append("\n]\n").toString();
    }
}
