package org.gpumediator.examples.quickstart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The story as one HTML page that needs nothing else: no script, no font, no network. */
final class ReportPage {

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6577; --page: #f6f7fa;
              --card: #ffffff; --line: #dde2ea; --free: #e8ecf3; --hatch: #9aa5b8;
              --good: #17805a; --stop: #b3541e; --bad: #c0262d;
              --c0: #4a5fa8; --c1: #1c8a86; --c2: #c2642d; --c3: #8d4fa3; --c4: #b8456b;
              --c5: #5c8526; --c6: #2f7fc1; --c7: #94702a; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --soft: #9aa4b6;
              --page: #12151c; --card: #1a1f29; --line: #2d3442; --free: #262d3a;
              --hatch: #5d6980; --good: #4cc498; --stop: #e89a63; --bad: #ff7b7b;
              --c0: #6276c2; --c1: #259d98; --c2: #cb7440; --c3: #a066b5; --c4: #c95a80;
              --c5: #6f9a37; --c6: #4791cf; --c7: #a78240; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--ink);
              font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            main { max-width: 1060px; margin: 0 auto; padding: 40px 24px 64px; }
            header p, .about, figcaption { color: var(--soft); }
            h1 { font-size: 30px; margin: 0 0 4px; letter-spacing: -0.01em; }
            h2 { font-size: 22px; margin: 44px 0 2px; }
            h3 { font-size: 17px; margin: 30px 0 8px; }
            .about { margin: 0; }
            section { background: var(--card); border: 1px solid var(--line);
              border-radius: 12px; padding: 4px 26px 26px; margin-top: 18px; }
            figure { margin: 22px 0 8px; overflow-x: auto; }
            svg { width: 100%; min-width: 720px; height: auto; display: block; }
            svg text { fill: var(--soft); font-size: 12px; }
            svg .kind { fill: var(--ink); font-size: 15px; font-weight: 600; }
            svg .on { fill: #ffffff; text-anchor: middle; }
            svg .on-reserved { fill: var(--soft); text-anchor: middle; }
            svg .name { font-weight: 600; font-size: 13px; }
            svg .mark { font-size: 11px; }
            svg .legend { fill: var(--ink); font-size: 13px; }
            svg .free { fill: var(--free); }
            svg .hatch { stroke: var(--hatch); stroke-width: 2.4; }
            svg .reserved { fill: url(#hatch); stroke: var(--hatch); }
            svg .row { font-size: 13px; }
            svg .id { text-anchor: middle; font-size: 11px; }
            svg .open { fill: var(--page); stroke: var(--good); stroke-width: 1.6; }
            svg .shut { fill: var(--free); }
            svg .heap { fill: #000000; fill-opacity: 0.35; }
            svg .some { fill: var(--good); font-weight: 600; }
            svg .c0 { fill: var(--c0); } svg .c1 { fill: var(--c1); }
            svg .c2 { fill: var(--c2); } svg .c3 { fill: var(--c3); }
            svg .c4 { fill: var(--c4); } svg .c5 { fill: var(--c5); }
            svg .c6 { fill: var(--c6); } svg .c7 { fill: var(--c7); }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; width: 100%; font-size: 14px; }
            th, td { text-align: left; padding: 7px 18px 7px 0; white-space: nowrap;
              border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
            th { color: var(--soft); font-weight: 600; }
            td:first-child { font-weight: 600; }
            ul { list-style: none; margin: 8px 0; padding: 0; }
            li { padding: 3px 0 3px 92px; position: relative; }
            li::before { position: absolute; left: 0; top: 5px; font-size: 12px; width: 72px;
              text-align: center; border-radius: 999px; border: 1px solid currentColor; }
            li.plain { padding-left: 0; } li.plain::before { content: none; }
            li.worked::before { content: "ok"; color: var(--good); }
            li.refused::before { content: "refused"; color: var(--stop); }
            li.failed::before { content: "FAILED"; color: var(--bad); }
            """;

    private final Narrator narrator;
    private final StringBuilder html = new StringBuilder();

    ReportPage(Narrator narrator) {
        this.narrator = narrator;
    }

    /** Writes the page, with the folders it lies in. */
    void write(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(target, render(), StandardCharsets.UTF_8);
    }

    String render() {
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n")
                .append("<title>GPU Mediator: quickstart</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head><body><main>\n<header><h1>GPU Mediator</h1>\n")
                .append("<p>One GPU, several virtual machines. Everything on this page happened")
                .append(" in the run that wrote it.</p></header>\n");
        boolean section = false;
        boolean list = false;
        for (Narrator.Piece piece : narrator.pieces()) {
            if (list && !(piece instanceof Narrator.Piece.Line)) {
                html.append("</ul>\n");
                list = false;
            }
            switch (piece) {
                case Narrator.Piece.Title title -> {
                    html.append(section ? "</section>\n" : "");
                    html.append("<h2>").append(text(title.text())).append("</h2>\n");
                    html.append("<p class=\"about\">").append(text(title.about()));
                    html.append("</p>\n<section>\n");
                    section = true;
                }
                case Narrator.Piece.Heading heading ->
                        html.append("<h3>").append(text(heading.text())).append("</h3>\n");
                case Narrator.Piece.Line line -> {
                    html.append(list ? "" : "<ul>\n");
                    list = true;
                    String kind = line.kind().name().toLowerCase(Locale.ROOT);
                    html.append("<li class=\"").append(kind).append("\">");
                    html.append(text(line.text())).append("</li>\n");
                }
                case Narrator.Piece.Table table -> table(table.rows());
                case Narrator.Piece.Picture picture ->
                        html.append("<figure>")
                                .append(picture.svg())
                                .append("<figcaption>")
                                .append(text(picture.caption()))
                                .append("</figcaption></figure>\n");
            }
        }
        html.append(list ? "</ul>\n" : "").append(section ? "</section>\n" : "");
        return html.append("</main></body></html>\n").toString();
    }

    private void table(List<List<String>> rows) {
        html.append("<div class=\"wide\"><table>\n");
        for (int i = 0; i < rows.size(); i++) {
            String cell = i == 0 ? "th" : "td";
            html.append("<tr>");
            for (String value : rows.get(i)) {
                html.append('<').append(cell).append('>').append(text(value));
                html.append("</").append(cell).append('>');
            }
            html.append("</tr>\n");
        }
        html.append("</table></div>\n");
    }

    private static String text(String plain) {
        return Drawing.escape(plain);
    }
}
