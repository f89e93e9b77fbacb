package org.gpumediator.examples.policylab.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A report: one HTML page that needs nothing else, and beside it every table as CSV and JSON and
 * every chart as SVG. Holds no dates and no durations, so the same runs give the same bytes.
 */
public final class Report {

    private static final String STYLE =
            """
            body { margin: 0; background: #fff; color: #1d2433;
              font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            main { max-width: 980px; margin: 0 auto; padding: 32px 20px 64px; }
            h1 { font-size: 28px; } h2 { font-size: 21px; margin-top: 40px; }
            svg { width: 100%; height: auto; display: block; margin: 18px 0; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; font-size: 14px; }
            th, td { padding: 5px 16px 5px 0; text-align: right; white-space: nowrap;
              border-bottom: 1px solid #ccc; font-variant-numeric: tabular-nums; }
            th:first-child, td:first-child { text-align: left; }
            """;

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final Map<String, String> files = new LinkedHashMap<>();

    /** Creates an empty report. */
    public Report(String title) {
        this.title = title;
    }

    /** Begins a part. */
    public Report heading(String text) {
        body.append("<h2>").append(Markup.escape(text)).append("</h2>\n");
        return this;
    }

    /** Adds a paragraph. */
    public Report paragraph(String text) {
        body.append("<p>").append(Markup.escape(text)).append("</p>\n");
        return this;
    }

    /** Adds a table, also as {@code name.csv} and {@code name.json}. */
    public Report table(String name, Table table) {
        body.append(table.html());
        file(name + ".csv", table.csv());
        return file(name + ".json", table.json());
    }

    /** Adds a chart, also as {@code name.svg}. */
    public Report chart(String name, LineChart chart) {
        String svg = chart.svg();
        body.append("<figure>\n").append(svg).append("</figure>\n");
        return file(name + ".svg", svg);
    }

    /** Adds a picture made elsewhere, also as {@code name.svg}. */
    public Report picture(String name, String svg) {
        body.append("<figure>\n").append(svg).append("</figure>\n");
        return file(name + ".svg", svg);
    }

    /** Adds a file of its own. */
    public Report file(String name, String text) {
        files.put(name, text);
        return this;
    }

    /** Returns the page. */
    public String html() {
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>"
                + Markup.escape(title)
                + "</title>\n<style>\n"
                + STYLE
                + "</style></head>\n<body><main>\n<h1>"
                + Markup.escape(title)
                + "</h1>\n"
                + body
                + "</main></body></html>\n";
    }

    /**
     * Writes everything into a folder, which is made if need be.
     *
     * @return where the page is
     * @throws UncheckedIOException if a file cannot be written
     */
    public Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            return Files.writeString(folder.resolve("index.html"), html());
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
