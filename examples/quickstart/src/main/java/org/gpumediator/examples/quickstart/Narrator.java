package org.gpumediator.examples.quickstart;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells the story on the console while it happens, and keeps it for the page. */
final class Narrator {

    /** A piece of the page. */
    sealed interface Piece {

        /** The title of an act, with one sentence of what it is about. */
        record Title(String text, String about) implements Piece {}

        /** A heading inside an act. */
        record Heading(String text) implements Piece {}

        /** One line of what happened. */
        record Line(String text, Kind kind) implements Piece {}

        /** A table; the first row is its head. */
        record Table(List<List<String>> rows) implements Piece {}

        /** A picture, as SVG. */
        record Picture(String svg, String caption) implements Piece {}
    }

    /** What a line says. */
    enum Kind {
        PLAIN,
        /** Something was kept from happening, as it should. */
        REFUSED,
        /** Something worked. */
        WORKED,
        /** Something did not go as it should. */
        FAILED
    }

    private final PrintStream out;
    private final List<Piece> pieces = new ArrayList<>();
    private int failures;

    Narrator(PrintStream out) {
        this.out = out;
    }

    List<Piece> pieces() {
        return List.copyOf(pieces);
    }

    int failures() {
        return failures;
    }

    void act(String title, String about) {
        pieces.add(new Piece.Title(title, about));
        out.println();
        out.println(title);
        out.println("=".repeat(title.length()));
        out.println(about);
    }

    void heading(String text) {
        pieces.add(new Piece.Heading(text));
        out.println();
        out.println(text);
    }

    void say(String format, Object... arguments) {
        line(Kind.PLAIN, "  ", format, arguments);
    }

    void worked(String format, Object... arguments) {
        line(Kind.WORKED, "  ok       ", format, arguments);
    }

    void refused(String format, Object... arguments) {
        line(Kind.REFUSED, "  refused  ", format, arguments);
    }

    /** Says that something worked if it did, and counts a failure if not. */
    void expect(boolean holds, Kind kind, String format, Object... arguments) {
        if (!holds) {
            failures++;
            line(Kind.FAILED, "  FAILED   ", format, arguments);
        } else if (kind == Kind.REFUSED) {
            refused(format, arguments);
        } else {
            worked(format, arguments);
        }
    }

    private void line(Kind kind, String mark, String format, Object... arguments) {
        String text = String.format(Locale.ROOT, format, arguments);
        pieces.add(new Piece.Line(text, kind));
        out.println(mark + text);
        out.flush();
    }

    /** Shows progress on the console only. */
    void progress(String text) {
        out.print(text);
        out.flush();
    }

    void table(List<List<String>> rows) {
        pieces.add(new Piece.Table(rows));
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 3));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** Puts a picture on the page; the console says only that it is there. */
    void picture(String svg, String caption) {
        pieces.add(new Piece.Picture(svg, caption));
    }
}
