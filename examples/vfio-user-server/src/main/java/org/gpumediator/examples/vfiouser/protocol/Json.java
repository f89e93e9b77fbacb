package org.gpumediator.examples.vfiouser.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON text of a client: objects become {@link Map}s, arrays {@link List}s, whole numbers
 * {@link Long}s, other numbers {@link Double}s, {@code null} an empty {@link Map}.
 *
 * <p>Threats: the text is bounded by its caller, its depth here; anything that is not JSON is an
 * {@link IllegalArgumentException}, never another exception.
 */
final class Json {

    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Parses a whole text.
     *
     * @throws IllegalArgumentException if it is not well-formed UTF-8 or JSON, or nested too deeply
     */
    static Object parse(byte[] utf8) {
        Json reader = new Json(decode(utf8));
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at != reader.text.length()) {
            throw reader.malformed("end");
        }
        return value;
    }

    private static String decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw new IllegalArgumentException("not UTF-8", notText);
        }
    }

    private IllegalArgumentException malformed(String expected) {
        return new IllegalArgumentException("JSON at " + at + ": expected " + expected);
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw malformed("at most " + MAX_DEPTH + " levels");
        }
        skipSpace();
        int first = peek();
        if (first == '{') {
            return object(depth);
        }
        if (first == '[') {
            return array(depth);
        }
        if (first == '"') {
            return string();
        }
        Object word = word();
        return word != null ? word : number();
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        if (accept('}')) {
            return members;
        }
        do {
            skipSpace();
            if (peek() != '"') {
                throw malformed("a name");
            }
            String name = string();
            expect(':');
            members.put(name, value(depth + 1));
        } while (accept(','));
        expect('}');
        return members;
    }

    private List<Object> array(int depth) {
        List<Object> elements = new ArrayList<>();
        at++;
        if (accept(']')) {
            return elements;
        }
        do {
            elements.add(value(depth + 1));
        } while (accept(','));
        expect(']');
        return elements;
    }

    private String string() {
        StringBuilder content = new StringBuilder();
        at++;
        while (peek() != '"') {
            int c = peek();
            if (c < ' ') {
                throw malformed("a closed string");
            }
            at++;
            content.append(c == '\\' ? escape() : (char) c);
        }
        at++;
        return content.toString();
    }

    private char escape() {
        int kind = peek();
        at++;
        int plain = "\"\\/bfnrt".indexOf(kind);
        if (plain >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (kind != 'u' || at + 4 > text.length()) {
            throw malformed("an escape");
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(text.charAt(at++), 16);
            if (digit < 0) {
                throw malformed("four hexadecimal digits");
            }
            code = code << 4 | digit;
        }
        return (char) code;
    }

    private @Nullable Object word() {
        if (text.startsWith("true", at)) {
            at += 4;
            return true;
        }
        if (text.startsWith("false", at)) {
            at += 5;
            return false;
        }
        if (text.startsWith("null", at)) {
            at += 4;
            return Map.of();
        }
        return null;
    }

    private Object number() {
        int from = at;
        while ("+-.eE0123456789".indexOf(peek()) >= 0) {
            at++;
        }
        String digits = text.substring(from, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
            throw malformed("a value");
        }
        if (digits.matches("-?[0-9]{1,18}")) {
            return Long.parseLong(digits);
        }
        return Double.parseDouble(digits);
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private boolean accept(char wanted) {
        skipSpace();
        if (peek() == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char wanted) {
        if (!accept(wanted)) {
            throw malformed("'" + wanted + "'");
        }
    }
}
