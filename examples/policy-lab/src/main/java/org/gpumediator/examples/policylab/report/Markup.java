package org.gpumediator.examples.policylab.report;

import java.util.regex.Pattern;

/** Texts as HTML and JSON write them. */
public final class Markup {

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]+)?");

    private Markup() {}

    /** Returns a text as HTML and SVG write it. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** Returns a JSON string. */
    public static String jsonText(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** Returns a JSON number if a text is one, and a string otherwise. */
    public static String jsonValue(String text) {
        return NUMBER.matcher(text).matches() ? text : jsonText(text);
    }
}
