package org.gpumediator.examples.kvmvmm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What each machine did when: samples of its counters, as a line of text and as a page. */
final class TimeLine {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final int WIDTH = 1000;
    private static final int ROW = 36;
    private static final int LEFT = 120;

    /**
     * Counters at one moment.
     *
     * @param nanos since the beginning
     * @param exits how often the guest had left its processors
     * @param submissions how often it had given the engines work
     * @param busy how long its work had been on the engines, in nanoseconds
     */
    private record Sample(long nanos, long exits, long submissions, long busy) {}

    private final long began;
    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();
    private final Map<String, Sample> told = new LinkedHashMap<>();

    /** Begins at a time of the clock. */
    TimeLine(long beganNanos) {
        began = beganNanos;
    }

    /** Adds what a machine's counters say; times and counters do not fall. */
    void sample(String name, long nowNanos, long exits, long submissions, long busyNanos) {
        samples.computeIfAbsent(name, none -> new ArrayList<>())
                .add(new Sample(nowNanos - began, exits, submissions, busyNanos));
    }

    /** Returns what each machine has done since this was asked last, in one line. */
    String status() {
        StringBuilder line = new StringBuilder("STATUS");
        samples.forEach(
                (name, list) -> {
                    Sample now = list.getLast();
                    Sample before = told.getOrDefault(name, new Sample(0, 0, 0, 0));
                    told.put(name, now);
                    double seconds = Math.max(now.nanos - before.nanos, 1) / NANOS_PER_SECOND;
                    line.append(
                            String.format(
                                    Locale.ROOT,
                                    "  %s: %.0f exits/s, %.0f submissions/s, engines %.0f %%",
                                    name,
                                    (now.exits - before.exits) / seconds,
                                    (now.submissions - before.submissions) / seconds,
                                    100 * (now.busy - before.busy) / seconds / NANOS_PER_SECOND));
                });
        return line.toString();
    }

    /**
     * Returns a page that shows who had the engines when.
     *
     * @param gpu name of the GPU
     */
    String page(String gpu) {
        long end =
                Math.max(
                        1,
                        samples.values().stream()
                                .mapToLong(list -> list.getLast().nanos)
                                .max()
                                .orElse(1));
        StringBuilder rows = new StringBuilder();
        int row = 0;
        for (Map.Entry<String, List<Sample>> machine : samples.entrySet()) {
            draw(rows, row++, machine.getKey(), machine.getValue(), end);
        }
        return """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Who had the engines</title>
        <style>body{font:14px sans-serif;margin:2em}text{font:13px sans-serif}</style></head><body>
        <h1>Who had the engines of %s</h1>
        <p>%.1f s from left to right; the higher a bar, the more of that time the machine's work was on the engines.</p>
        <svg width="%d" height="%d" role="img">
        %s</svg>
        <table><tr><th>machine</th><th>exits</th><th>submissions</th><th>engines, s</th></tr>
        %s</table></body></html>
        """
                .formatted(
                        gpu,
                        end / NANOS_PER_SECOND,
                        LEFT + WIDTH,
                        ROW * samples.size(),
                        rows,
                        totals());
    }

    private static void draw(
            StringBuilder rows, int row, String name, List<Sample> list, long end) {
        int bottom = (row + 1) * ROW - 4;
        rows.append("<text x=\"0\" y=\"%d\">%s</text>\n".formatted(bottom, name));
        rows.append(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"1\" fill=\"#999\"/>\n"
                        .formatted(LEFT, bottom, WIDTH));
        Sample before = new Sample(0, 0, 0, 0);
        for (Sample now : list) {
            double share =
                    Math.min(1, (double) (now.busy - before.busy) / (now.nanos - before.nanos));
            if (share > 0) {
                double height = Math.max(1, share * (ROW - 8));
                rows.append(
                        String.format(
                                Locale.ROOT,
                                "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\""
                                        + " fill=\"#27a\"><title>%.1f s: %.0f %%</title></rect>\n",
                                LEFT + (double) before.nanos * WIDTH / end,
                                bottom - height,
                                (double) (now.nanos - before.nanos) * WIDTH / end,
                                height,
                                before.nanos / NANOS_PER_SECOND,
                                100 * share));
            }
            before = now;
        }
    }

    private String totals() {
        StringBuilder table = new StringBuilder();
        samples.forEach(
                (name, list) -> {
                    Sample last = list.getLast();
                    table.append(
                            String.format(
                                    Locale.ROOT,
                                    "<tr><td>%s</td><td>%,d</td><td>%,d</td><td>%.3f</td></tr>\n",
                                    name,
                                    last.exits,
                                    last.submissions,
                                    last.busy / NANOS_PER_SECOND));
                });
        return table.toString();
    }
}
