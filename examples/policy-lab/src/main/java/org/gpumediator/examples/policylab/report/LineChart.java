package org.gpumediator.examples.policylab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart as SVG: text stays text, no script. Lines differ in dashes and marks and not only in
 * colour, so that they can be told apart in grey.
 */
public final class LineChart {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;
    private static final int LEFT = 64;
    private static final int RIGHT = 170;
    private static final int TOP = 34;
    private static final int BOTTOM = 46;
    private static final int MARKS = 8;

    // Dark to light as well as different hues.
    private static final String[] COLOURS = {
        "#1b1b3a", "#7a1f5c", "#9a4a00", "#00695c", "#3f5fbf", "#5f7a00", "#a04040", "#607080",
        "#b06aa0", "#c08a30"
    };
    private static final String[] DASHES = {"", "7 3", "2 3", "9 3 2 3", "14 4", "4 4", "1 4"};

    private record Line(String name, double[] x, double[] y) {}

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Line> lines = new ArrayList<>();

    /** Creates a chart without lines. */
    public LineChart(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** Adds a line; points that are not numbers are left out. */
    public LineChart line(String name, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    name + ": " + x.length + " x for " + y.length + " y");
        }
        lines.add(new Line(name, x.clone(), y.clone()));
        return this;
    }

    /** Returns the chart as an SVG element. */
    public String svg() {
        Axis across = axis(LEFT, WIDTH - RIGHT, true);
        Axis up = axis(HEIGHT - BOTTOM, TOP, false);
        StringBuilder svg = new StringBuilder();
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                                + " role=\"img\" aria-label=\"%s\" font-family=\"system-ui,"
                                + " sans-serif\" font-size=\"12\">%n",
                        WIDTH,
                        HEIGHT,
                        Markup.escape(title)));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(svg, LEFT, 20, "start", title, "font-size=\"15\" font-weight=\"600\"");
        for (double tick : across.ticks()) {
            double at = across.at(tick);
            rule(svg, at, TOP, at, HEIGHT - BOTTOM, "#dddddd");
            text(svg, at, HEIGHT - BOTTOM + 16, "middle", label(tick), "");
        }
        for (double tick : up.ticks()) {
            double at = up.at(tick);
            rule(svg, LEFT, at, WIDTH - RIGHT, at, "#dddddd");
            text(svg, LEFT - 6, at + 4, "end", label(tick), "");
        }
        rule(svg, LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#333333");
        rule(svg, LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#333333");
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", xTitle, "");
        text(
                svg,
                16,
                (TOP + HEIGHT - BOTTOM) / 2.0,
                "middle",
                yTitle,
                String.format(
                        Locale.ROOT,
                        "transform=\"rotate(-90 16 %.1f)\"",
                        (TOP + HEIGHT - BOTTOM) / 2.0));
        for (int i = 0; i < lines.size(); i++) {
            draw(svg, i, across, up);
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg, int index, Axis across, Axis up) {
        Line line = lines.get(index);
        StringBuilder points = new StringBuilder();
        List<double[]> drawn = new ArrayList<>();
        for (int i = 0; i < line.x.length; i++) {
            if (Double.isFinite(line.y[i]) && Double.isFinite(line.x[i])) {
                double[] point = {across.at(line.x[i]), up.at(line.y[i])};
                drawn.add(point);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", point[0], point[1]));
            }
        }
        String colour = COLOURS[index % COLOURS.length];
        String dash = DASHES[index % DASHES.length];
        String stroke =
                String.format(
                        "fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"%s",
                        colour, dash.isEmpty() ? "" : " stroke-dasharray=\"" + dash + "\"");
        svg.append("<polyline ")
                .append(stroke)
                .append(" points=\"")
                .append(points.toString().strip())
                .append("\"/>\n");
        int step = Math.max(1, drawn.size() / MARKS);
        for (int i = step / 2; i < drawn.size(); i += step) {
            mark(svg, index, colour, drawn.get(i)[0], drawn.get(i)[1]);
        }
        double y = TOP + 10 + 18.0 * index;
        double x = WIDTH - RIGHT + 12;
        svg.append(String.format(Locale.ROOT, "<path d=\"M%.1f %.1fh28\" %s/>%n", x, y, stroke));
        mark(svg, index, colour, x + 14, y);
        text(svg, x + 34, y + 4, "start", line.name, "");
    }

    private static void mark(StringBuilder svg, int index, String colour, double x, double y) {
        String shape =
                switch (index % 4) {
                    case 0 -> "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n";
                    case 1 -> "<path d=\"M%.1f %.1fm-3 -3h6v6h-6z\" fill=\"%s\"/>%n";
                    case 2 -> "<path d=\"M%.1f %.1fm0 -4l4 7h-8z\" fill=\"%s\"/>%n";
                    default ->
                            "<path d=\"M%.1f %.1fm-3 -3l6 6m0 -6l-6 6\" stroke=\"%s\""
                                    + " stroke-width=\"1.6\"/>%n";
                };
        svg.append(String.format(Locale.ROOT, shape, x, y, colour));
    }

    private static void rule(
            StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>%n",
                        x1,
                        y1,
                        x2,
                        y2,
                        colour));
    }

    private static void text(
            StringBuilder svg, double x, double y, String anchor, String text, String more) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#222222\""
                                + " %s>%s</text>%n",
                        x,
                        y,
                        anchor,
                        more,
                        Markup.escape(text)));
    }

    private static String label(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private Axis axis(double from, double to, boolean isX) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (Line line : lines) {
            for (int i = 0; i < line.x.length; i++) {
                double value = isX ? line.x[i] : line.y[i];
                if (Double.isFinite(line.y[i]) && Double.isFinite(value)) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
        }
        if (least > most) {
            least = 0;
            most = 1;
        }
        double span = most > least ? most - least : 1;
        double step = Math.pow(10, Math.floor(Math.log10(span / 4)));
        while (span / step > 8) {
            step *= step / Math.pow(10, Math.floor(Math.log10(step))) < 1.5 ? 2 : 2.5;
        }
        return new Axis(
                from,
                to,
                Math.floor(least / step) * step,
                Math.ceil((most + 1e-9) / step) * step,
                step);
    }

    private record Axis(double from, double to, double least, double most, double step) {

        double at(double value) {
            return from + (to - from) * (value - least) / (most - least);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            for (int i = 0; least + i * step <= most + step / 2; i++) {
                ticks.add(least + i * step);
            }
            return ticks;
        }
    }
}
