package org.gpumediator.examples.policylab.scheduling;

import java.util.List;
import java.util.Locale;
import org.gpumediator.examples.policylab.report.Markup;

/**
 * Draws who had the engines when, under one policy below the other: a lane for each guest, dark
 * where it was on them, a cross where a frame was dropped, a light bar across all lanes where the
 * engines idled although somebody had work. Self-contained SVG, readable in grey.
 */
final class TimelinePicture {

    private static final int LEFT = 150;
    private static final int WIDTH = 960;
    private static final int LANE = 13;
    private static final int GAP = 26;

    private final long nanos;
    private final StringBuilder body = new StringBuilder();
    private int y = 34;

    /** Starts a picture of the first part of a run. */
    TimelinePicture(String title, long nanos) {
        this.nanos = nanos;
        text(0, 18, "font-size=\"15\"", title);
    }

    void add(String policy, List<GuestResult> guests, Timeline timeline) {
        text(0, y + 10, "font-weight=\"bold\"", policy);
        y += 18;
        int height = LANE * guests.size();
        StringBuilder wasted = new StringBuilder();
        timeline.spans().forEach(span -> bar(wasted, span, Timeline.WASTED, y));
        path(wasted, "stroke=\"#cccccc\" stroke-width=\"" + height + "\"", height / 2);
        for (int guest = 0; guest < guests.size(); guest++) {
            text(12, y + 10, "", guests.get(guest).workload().name());
            StringBuilder bars = new StringBuilder();
            for (Timeline.Span span : timeline.spans()) {
                bar(bars, span, guest, y);
            }
            path(bars, "stroke=\"#333333\" stroke-width=\"9\"", LANE / 2);
            StringBuilder crosses = new StringBuilder();
            for (Timeline.Drop drop : timeline.drops()) {
                if (drop.guest() == guest && drop.at() < nanos) {
                    crosses.append(
                            String.format(
                                    Locale.ROOT,
                                    "M%.1f %dl6 8m-6 0l6 -8",
                                    x(drop.at()) - 3,
                                    y + 2));
                }
            }
            path(crosses, "stroke=\"#b00020\" stroke-width=\"1.8\"", 0);
            y += LANE;
        }
        y += GAP - 18;
    }

    private double x(long at) {
        return LEFT + (double) (WIDTH - LEFT) * Math.min(at, nanos) / nanos;
    }

    private void bar(StringBuilder path, Timeline.Span span, int who, int top) {
        if (span.who() == who && span.from() < nanos) {
            double from = x(span.from());
            path.append(
                    String.format(Locale.ROOT, "M%.1f %dh%.1f", from, top, x(span.until()) - from));
        }
    }

    private void path(StringBuilder path, String style, int down) {
        if (!path.isEmpty()) {
            body.append(
                    String.format(
                            "<path transform=\"translate(0 %d)\" fill=\"none\" %s d=\"%s\"/>%n",
                            down, style, path));
        }
    }

    private void text(int x, int at, String style, String text) {
        body.append(
                String.format(
                        "<text x=\"%d\" y=\"%d\" %s>%s</text>%n",
                        x, at, style, Markup.escape(text)));
    }

    String svg() {
        StringBuilder axis = new StringBuilder();
        for (int part = 0; part <= 10; part++) {
            double x = LEFT + (WIDTH - LEFT) * part / 10.0;
            axis.append(
                    String.format(
                            Locale.ROOT,
                            "<path d=\"M%.1f 28V%d\" stroke=\"#bbbbbb\" stroke-width=\"0.5\"/>%n"
                                    + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d"
                                    + " ms</text>%n",
                            x,
                            y,
                            x,
                            y + 14,
                            nanos * part / 10 / Workload.MILLI));
        }
        return String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"11\">%n%s%s</svg>%n",
                WIDTH + 24, y + 22, axis, body);
    }
}
