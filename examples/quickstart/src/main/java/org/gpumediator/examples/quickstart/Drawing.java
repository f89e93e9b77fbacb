package org.gpumediator.examples.quickstart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory.Holding;

/**
 * An SVG drawing of who owns what, with one colour for each owner. It names its colours by class,
 * so that the page can have a light and a dark palette.
 */
abstract class Drawing {

    static final int WIDTH = 960;
    static final int LABEL = 112;

    private static final int COLOURS = 8;

    private final StringBuilder svg = new StringBuilder();
    private final Map<String, Integer> colours = new LinkedHashMap<>();

    Drawing(List<Holding> holdings) {
        for (Holding holding : holdings) {
            colours.putIfAbsent(holding.owner(), colours.size() % COLOURS);
        }
    }

    final void begin(String label, int height) {
        add(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\""
                        + " xmlns=\"http://www.w3.org/2000/svg\">",
                WIDTH, height, escape(label));
    }

    final String end() {
        return add("</svg>").svg.toString();
    }

    /** Returns the class of an owner's colour. */
    final String colour(String owner) {
        return "c" + colours.getOrDefault(owner, 0);
    }

    /** Draws the name and, below it, the size of a row. */
    final void label(int y, String name, String size) {
        add("<text class=\"kind\" x=\"0\" y=\"%d\">%s</text>", y, escape(name));
        add("<text class=\"size\" x=\"0\" y=\"%d\">%s</text>", y + 17, escape(size));
    }

    /** Draws a rectangle from one place of a row to another, with a gap to its neighbours. */
    final void block(String style, double from, double to, int y, int height) {
        add(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"4\"/>",
                style, from + 1, y, Math.max(1, to - from - 2), height);
    }

    /** Draws one legend entry for each owner; returns where the next one goes. */
    final int owners(int y) {
        int x = LABEL;
        for (Map.Entry<String, Integer> owner : colours.entrySet()) {
            x = legend(x, y, "block c" + owner.getValue(), owner.getKey());
        }
        return x;
    }

    /** Draws one legend entry; returns where the next one goes. */
    final int legend(int x, int y, String style, String text) {
        add(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" rx=\"3\"/>",
                style, x, y);
        add("<text class=\"legend\" x=\"%d\" y=\"%d\">%s</text>", x + 20, y + 12, escape(text));
        return x + 44 + 8 * text.length();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    final Drawing add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
        return this;
    }
}
