package org.gpumediator.nvidia.vf.types;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table of vGPU types: lines of {@code source}, {@code ids}, {@code board} and {@code
 * type}, as the head of the table explains. Strict: an unknown line, a missing or an excess column,
 * a number out of range, a type given twice, or a record that breaks a rule ends the reading with
 * the line's number.
 */
final class TypeTableReader {

    /** More types than this on one board is not a board of this family. */
    static final int MAX_TYPES_PER_BOARD = 128;

    private static final int TYPE_COLUMNS = 28;

    private final Map<String, String> sources = new HashMap<>();
    private final Map<String, List<List<Integer>>> ids = new HashMap<>();
    private final Set<Integer> seenIds = new HashSet<>();
    private final Set<String> seenNames = new HashSet<>();
    private final int[] perBoard = new int[AdaBoard.values().length];
    private final List<TypeRecord> types = new ArrayList<>();
    private @Nullable Section section;

    private record Section(AdaBoard board, int region, String namePrefix) {}

    private TypeTableReader() {}

    /**
     * Reads a whole table.
     *
     * @throws IllegalArgumentException if a line is wrong; the message names its number and why
     * @throws IOException if the text cannot be read
     */
    static List<TypeRecord> read(Reader text) throws IOException {
        TypeTableReader reader = new TypeTableReader();
        BufferedReader lines = new BufferedReader(text);
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                reader.line(line);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "line " + number + ": " + wrong.getMessage(), wrong);
            }
        }
        if (reader.types.isEmpty()) {
            throw new IllegalArgumentException("line " + number + ": no type in the whole table");
        }
        return List.copyOf(reader.types);
    }

    private void line(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        int blank = line.indexOf(' ');
        String word = blank < 0 ? line : line.substring(0, blank);
        String rest = blank < 0 ? "" : line.substring(blank + 1).strip();
        switch (word) {
            case "source" -> source(rest);
            case "ids" -> ids(rest);
            case "board" -> board(rest);
            case "type" -> type(rest);
            default -> throw new IllegalArgumentException("unknown word \"" + word + "\"");
        }
    }

    private void source(String rest) {
        String[] parts = rest.split(" ", 2);
        if (parts.length != 2 || sources.put(parts[0], parts[1]) != null) {
            throw new IllegalArgumentException("expected a new number and a text");
        }
    }

    private void ids(String rest) {
        String[] parts = slashed(rest);
        List<List<Integer>> modes = List.of(numbers(parts[1]), numbers(parts[2]));
        if (ids.put(parts[0], modes) != null) {
            throw new IllegalArgumentException("ids " + parts[0] + " given twice");
        }
    }

    private void board(String rest) {
        String[] parts = slashed(rest);
        String[] columns = parts[0].split(" +", -1);
        if (columns.length != 3) {
            throw new IllegalArgumentException("expected device, subsystem and region");
        }
        AdaBoard board =
                AdaBoard.byDeviceId(hex(columns[0]))
                        .orElseThrow(
                                () -> new IllegalArgumentException("unknown board " + columns[0]));
        int region = number(columns[2]);
        if (board.subsystemId() != hex(columns[1])
                || board.placementSlots() != region
                || !board.title().equals(parts[1])) {
            throw new IllegalArgumentException("not the " + board.title() + " that is known");
        }
        section = new Section(board, region, parts[2]);
    }

    private void type(String rest) {
        Section here = section;
        if (here == null) {
            throw new IllegalArgumentException("a type before any board");
        }
        String[] columns = rest.split(" +", -1);
        if (columns.length != TYPE_COLUMNS) {
            throw new IllegalArgumentException(
                    columns.length + " columns: expected " + TYPE_COLUMNS);
        }
        TypeRecord type = record(here, new Columns(columns));
        TypeRecordRules.check(type);
        if (!seenIds.add(type.typeId()) || !seenNames.add(type.name())) {
            throw new IllegalArgumentException(
                    "type " + type.typeId() + " " + type.name() + " given twice");
        }
        if (++perBoard[here.board.ordinal()] > MAX_TYPES_PER_BOARD) {
            throw new IllegalArgumentException(
                    "more than " + MAX_TYPES_PER_BOARD + " types on " + here.board.title());
        }
        types.add(type);
    }

    // Columns in the order of the table's header line.
    // spotless:off
    private TypeRecord record(Section here, Columns c) {
        int typeId           = c.number();
        String name          = here.namePrefix + c.text();
        String series        = c.text();
        String typeClass     = c.text();
        int deviceId         = c.hex();
        int subsystemId      = c.hex();
        long profile         = c.number() * AdaBoard.MIB;
        long framebuffer     = c.number() * AdaBoard.MIB;
        long heap            = c.number() * AdaBoard.MIB;
        long reserved        = c.number() * AdaBoard.MIB;
        int maxInstances     = c.number();
        int channels         = c.number();
        int heads            = c.number();
        int maxWidth         = c.number();
        int maxHeight        = c.number();
        int maxPixels        = c.number();
        int frameRateLimit   = c.number();
        boolean limited      = c.flag();
        boolean cuda         = c.flag();
        boolean ecc          = c.flag();
        boolean multi        = c.flag();
        boolean exclusive    = c.flag();
        int encoder          = c.number();
        long bar1            = c.number() * AdaBoard.MIB;
        long mappable        = c.number() * 1024L;
        int slots            = c.number();
        String licenses      = c.text();
        String source        = c.text();
        // spotless:on
        return new TypeRecord(
                new TypeRecord.Identity(
                        here.board, typeId, name, series, typeClass, deviceId, subsystemId),
                new TypeRecord.Memory(profile, framebuffer, heap, reserved, bar1, mappable),
                new TypeRecord.Display(
                        heads, maxWidth, maxHeight, maxPixels, frameRateLimit, limited),
                new TypeRecord.Sharing(
                        maxInstances,
                        channels,
                        slots,
                        idsOf(here, slots).get(0),
                        idsOf(here, slots).get(1),
                        encoder,
                        cuda,
                        ecc,
                        multi,
                        exclusive),
                Arrays.asList(licenses.split(";")),
                sourceOf(source));
    }

    private List<List<Integer>> idsOf(Section here, int slots) {
        List<List<Integer>> found = ids.get(here.region + " " + slots);
        if (found == null) {
            throw new IllegalArgumentException("no ids " + here.region + " " + slots);
        }
        return found;
    }

    private String sourceOf(String number) {
        String found = sources.get(number);
        if (found == null) {
            throw new IllegalArgumentException("no source " + number);
        }
        return found;
    }

    private static String[] slashed(String rest) {
        String[] parts = rest.split(" / ", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("expected three parts between slashes");
        }
        return parts;
    }

    private static List<Integer> numbers(String text) {
        return Arrays.stream(text.strip().split(" +", -1)).map(TypeTableReader::number).toList();
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": expected a decimal number of at most nine digits");
        }
        return Integer.parseInt(text);
    }

    private static int hex(String text) {
        if (!text.matches("0x[0-9a-f]{4}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": expected 0x and four hexadecimal digits");
        }
        return Integer.parseInt(text, 2, text.length(), 16);
    }

    /** A row's cells, taken from left to right. */
    private static final class Columns {
        private final String[] cells;
        private int next;

        Columns(String[] cells) {
            this.cells = cells;
        }

        String text() {
            return cells[next++];
        }

        int number() {
            return TypeTableReader.number(text());
        }

        int hex() {
            return TypeTableReader.hex(text());
        }

        boolean flag() {
            String text = text();
            if (!text.equals("0") && !text.equals("1")) {
                throw new IllegalArgumentException("\"" + text + "\": expected 0 or 1");
            }
            return text.equals("1");
        }
    }
}
