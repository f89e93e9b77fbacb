package org.gpumediator.core.desired;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.schedule.SchedulingAttributes;

/** Reads and writes the text of a {@link DesiredState}. */
final class DesiredStateText {

    private static final String FORMAT = "gpu-mediator desired-state ";
    private static final String VERSION = "1";
    private static final String GPU = "[0-9a-f]{4}:[0-9a-f]{4}";
    private static final String SET = "set ";
    private static final String CLOSE = "close ";
    private static final String ATTRIBUTE = "attribute.";
    private static final String LABEL = "label.";
    private static final String SUFFIXES = "KMG";
    private static final int BITS_PER_SUFFIX = 10;
    private static final int MOST_LINES = 1024;
    private static final int MOST_LINE_CHARACTERS = 4096;

    private DesiredStateText() {}

    /** A line that is wrong; the number is added where it is known. */
    private static final class Wrong extends Exception {

        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    static DesiredState parse(String text) {
        List<String> lines = text.lines().limit(MOST_LINES + 1L).toList();
        String gpu = "";
        boolean format = false;
        Map<String, Integer> names = new HashMap<>();
        List<DesiredVgpu> vgpus = new ArrayList<>();
        Map<String, String> settings = new LinkedHashMap<>();
        Set<String> mayClose = new LinkedHashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            try {
                checkLength(i, line);
                if (line.isEmpty() || line.startsWith("#")) {
                    continue;
                }
                if (!format) {
                    checkFormat(line);
                    format = true;
                } else if (gpu.isEmpty()) {
                    gpu = gpu(line);
                } else if (line.startsWith(SET)) {
                    settings(words(line.substring(SET.length())), settings);
                } else if (line.startsWith(CLOSE)) {
                    mayClose.addAll(words(line.substring(CLOSE.length())));
                } else {
                    DesiredVgpu vgpu = vgpu(words(line));
                    Integer earlier = names.putIfAbsent(vgpu.name(), i + 1);
                    if (earlier != null) {
                        throw new Wrong(
                                "name " + vgpu.name() + ": is also that of line " + earlier);
                    }
                    vgpus.add(vgpu);
                }
            } catch (Wrong wrong) {
                throw new DesiredStateFormatException(i + 1, String.valueOf(wrong.getMessage()));
            }
        }
        if (!format || gpu.isEmpty()) {
            throw new DesiredStateFormatException(
                    lines.size() + 1,
                    "the text ends: expected " + (format ? "gpu VENDOR:DEVICE" : FORMAT + VERSION));
        }
        return new DesiredState(gpu, vgpus, settings, mayClose);
    }

    private static void settings(List<String> words, Map<String, String> settings) throws Wrong {
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0 || equals == word.length() - 1) {
                throw new Wrong("\"" + word + "\": expected NAME=VALUE after set");
            }
            if (settings.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                throw new Wrong(word.substring(0, equals) + "= is set twice");
            }
        }
    }

    private static void checkLength(int index, String line) throws Wrong {
        if (index >= MOST_LINES) {
            throw new Wrong("expected at most " + MOST_LINES + " lines");
        }
        if (line.length() > MOST_LINE_CHARACTERS) {
            throw new Wrong(
                    line.length() + " characters: expected at most " + MOST_LINE_CHARACTERS);
        }
    }

    private static void checkFormat(String line) throws Wrong {
        if (!line.startsWith(FORMAT)) {
            throw new Wrong("\"" + line + "\": expected " + FORMAT + VERSION);
        }
        String version = line.substring(FORMAT.length());
        if (!version.equals(VERSION)) {
            throw new Wrong("format version " + version + ": expected " + VERSION);
        }
    }

    private static String gpu(String line) throws Wrong {
        if (!line.matches("gpu " + GPU)) {
            throw new Wrong("\"" + line + "\": expected gpu VENDOR:DEVICE, such as 10de:26b5");
        }
        return line.substring("gpu ".length());
    }

    /** Splits at blanks that are not between quotes, and takes the quotes away. */
    private static List<String> words(String line) throws Wrong {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ' ' && !quoted) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            } else if (Character.isISOControl(c)) {
                throw new Wrong(String.format("control character 0x%02x: expected none", (int) c));
            } else {
                word.append(c);
            }
        }
        if (quoted) {
            throw new Wrong("a double quote is not closed");
        }
        words.add(word.toString());
        return words;
    }

    private static DesiredVgpu vgpu(List<String> words) throws Wrong {
        if (!words.getFirst().equals("vgpu")) {
            throw new Wrong("\"" + words.getFirst() + "\": expected vgpu, set or close");
        }
        String name = "";
        String type = "";
        Map<String, Long> quotas = new LinkedHashMap<>();
        Map<String, Long> places = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, String> labels = new LinkedHashMap<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            if (equals <= 0 || equals == word.length() - 1) {
                throw new Wrong("\"" + word + "\": expected key=value");
            }
            String key = word.substring(0, equals);
            String value = word.substring(equals + 1);
            if (!seen.add(key)) {
                throw new Wrong(key + "= is given twice");
            }
            if (key.equals("name")) {
                name = value;
            } else if (key.equals("type")) {
                type = value;
            } else if (isOf(ATTRIBUTE, key)) {
                attributes.put(key.substring(ATTRIBUTE.length()), value);
            } else if (isOf(LABEL, key)) {
                labels.put(key.substring(LABEL.length()), value);
            } else {
                resource(key, value, quotas, places);
            }
        }
        if (name.isBlank()) {
            throw new Wrong("name= is missing");
        }
        if (type.isEmpty() == quotas.isEmpty()) {
            throw new Wrong(name + ": expected either type= or amounts of resources");
        }
        return new DesiredVgpu(
                new VgpuRequest(name, type, quotas, places, Role.GUEST, attributes), labels);
    }

    private static boolean isOf(String prefix, String key) {
        return key.startsWith(prefix) && key.length() > prefix.length();
    }

    private static void resource(
            String key, String value, Map<String, Long> quotas, Map<String, Long> places)
            throws Wrong {
        if (!key.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
            throw new Wrong(
                    "\""
                            + key
                            + "\": expected name, type, attribute.NAME, label.NAME or a resource");
        }
        int at = value.indexOf('@');
        if (at != 0) {
            if (SchedulingAttributes.NAMES.contains(key)) {
                throw new Wrong(key + "=" + value + ": an attribute is written " + ATTRIBUTE + key);
            }
            quotas.put(key, number(key, at < 0 ? value : value.substring(0, at)));
        }
        if (at >= 0) {
            places.put(key, number(key, value.substring(at + 1)));
        }
    }

    private static long number(String key, String text) throws Wrong {
        if (text.matches("0x[0-9a-f]{1,15}")) {
            return Long.parseLong(text.substring(2), 16);
        }
        if (!text.matches("[0-9]{1,18}[KMG]?")) {
            throw new Wrong(
                    key
                            + "="
                            + text
                            + ": expected a number, in hex after 0x, or with K, M or G; an attribute"
                            + " is written "
                            + ATTRIBUTE
                            + key
                            + "=");
        }
        int suffix = SUFFIXES.indexOf(text.charAt(text.length() - 1));
        long digits = Long.parseLong(suffix < 0 ? text : text.substring(0, text.length() - 1));
        int shift = BITS_PER_SUFFIX * (suffix + 1);
        if (digits > Long.MAX_VALUE >> shift) {
            throw new Wrong(key + "=" + text + ": expected less than 2^63");
        }
        return digits << shift;
    }

    static String format(DesiredState state) {
        StringBuilder text = new StringBuilder(FORMAT).append(VERSION).append('\n');
        text.append("gpu ").append(state.gpu()).append('\n');
        state.settings()
                .forEach(
                        (key, value) ->
                                text.append("set ")
                                        .append(key)
                                        .append('=')
                                        .append(quoted(value))
                                        .append('\n'));
        state.mayClose().forEach(name -> text.append(CLOSE).append(quoted(name)).append('\n'));
        for (DesiredVgpu vgpu : state.vgpus()) {
            VgpuRequest request = vgpu.request();
            text.append("vgpu name=").append(quoted(request.name()));
            if (!request.type().isEmpty()) {
                text.append(" type=").append(quoted(request.type()));
            }
            Set<String> resources = new LinkedHashSet<>(request.quotas().keySet());
            resources.addAll(request.places().keySet());
            for (String resource : resources) {
                Long quota = request.quotas().get(resource);
                Long place = request.places().get(resource);
                text.append(' ').append(resource).append('=');
                text.append(quota == null ? "" : quota);
                text.append(place == null ? "" : String.format("@0x%x", place));
            }
            request.attributes().forEach((key, value) -> pair(text, ATTRIBUTE + key, value));
            vgpu.labels().forEach((key, value) -> pair(text, LABEL + key, value));
            text.append('\n');
        }
        return text.toString();
    }

    private static void pair(StringBuilder text, String key, String value) {
        text.append(' ').append(key).append('=').append(quoted(value));
    }

    private static String quoted(String value) {
        if (value.chars().anyMatch(c -> c == '"' || Character.isISOControl(c))) {
            throw new IllegalArgumentException(
                    "\"" + value + "\": expected no quotes and control characters in it");
        }
        return value.indexOf(' ') >= 0 ? '"' + value + '"' : value;
    }
}
