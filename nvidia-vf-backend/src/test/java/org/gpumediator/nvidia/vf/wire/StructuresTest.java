package org.gpumediator.nvidia.vf.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.testkit.ada.AdaStructures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two readings of the firmware's structures, this backend's and the fake board's, beside the
 * numbers that a compiler gives for the vendor's public headers.
 */
final class StructuresTest {

    private static final String NUMBERS = "structures.csv";

    /** What a compiler says of a structure: its length, then offset and length of its fields. */
    private record Compiled(int bytes, String source, Map<String, List<Integer>> fields) {}

    private static final Map<String, Compiled> COMPILED = compiled();

    private static Map<String, Compiled> compiled() {
        Map<String, Compiled> all = new TreeMap<>();
        try (InputStream in = StructuresTest.class.getResourceAsStream(NUMBERS)) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(line -> !line.startsWith("#")).forEach(line -> add(line, all));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return all;
    }

    private static void add(String line, Map<String, Compiled> all) {
        List<String> row = List.of(line.split(",", -1));
        int offset = Integer.parseInt(row.get(2));
        int bytes = Integer.parseInt(row.get(3));
        if (row.get(1).isEmpty()) {
            all.put(row.get(0), new Compiled(bytes, row.get(4), new TreeMap<>()));
        } else {
            Objects.requireNonNull(all.get(row.get(0)))
                    .fields
                    .put(row.get(1), List.of(offset, bytes));
        }
    }

    private static List<WireStructure> backends() {
        return Stream.of(
                        QueueStructures.all(),
                        BootStructures.all(),
                        ObjectStructures.all(),
                        EventStructures.all(),
                        BoardStructures.all(),
                        SchedulerStructures.all(),
                        VgpuStructures.all())
                .flatMap(List::stream)
                .toList();
    }

    static List<WireStructure> both() {
        return Stream.concat(backends().stream(), AdaStructures.all().stream()).toList();
    }

    /** Returns everything in which a structure is not as compiled. */
    private static List<String> differences(WireStructure structure) {
        return differences(
                structure.name(), structure.bytes(), structure.source(), structure.fields());
    }

    private static List<String> differences(
            String name, int bytes, String source, List<WireField> fields) {
        Compiled compiled = COMPILED.get(name);
        if (compiled == null) {
            return List.of(name + " is not among the compiled ones");
        }
        List<String> wrong = new ArrayList<>();
        if (bytes != compiled.bytes) {
            wrong.add(name + ", " + bytes + " bytes: expected " + compiled.bytes);
        }
        if (!source.equals(compiled.source)) {
            wrong.add(name + " of " + source + ": expected " + compiled.source);
        }
        for (WireField field : fields) {
            List<Integer> place = List.of(field.offset(), field.bytes());
            if (!place.equals(compiled.fields.get(field.name()))) {
                wrong.add(name + "." + field + ": expected " + compiled.fields);
            }
        }
        return wrong;
    }

    @ParameterizedTest
    @MethodSource("both")
    void structure_isAsCompiledFromTheVendorsHeaders(WireStructure structure) {
        assertThat(differences(structure)).isEmpty();
    }

    /** That the comparison can fail: every field moved, every field and structure longer. */
    @ParameterizedTest
    @MethodSource("both")
    void structure_withAnyNumberChanged_isFoundOut(WireStructure structure) {
        List<WireField> fields = structure.fields();
        assertThat(differencesOf(structure, structure.bytes() + 1, fields)).hasSize(1);
        for (int i = 0; i < fields.size(); i++) {
            WireField f = fields.get(i);
            List<WireField> moved = new ArrayList<>(fields);
            moved.set(i, new WireField(f.name(), f.offset() + 1, f.bytes()));
            assertThat(differencesOf(structure, structure.bytes(), moved)).hasSize(1);
            List<WireField> longer = new ArrayList<>(fields);
            longer.set(i, new WireField(f.name(), f.offset(), f.bytes() + 1));
            assertThat(differencesOf(structure, structure.bytes(), longer)).hasSize(1);
        }
    }

    private static List<String> differencesOf(
            WireStructure structure, int bytes, List<WireField> fields) {
        return differences(structure.name(), bytes, structure.source(), fields);
    }

    @Test
    void everyCompiledStructureAndField_isReadByOneOfTheTwo() {
        Set<String> read = new HashSet<>();
        for (WireStructure structure : both()) {
            read.add(structure.name());
            structure.fields().forEach(field -> read.add(structure.name() + "." + field.name()));
        }
        COMPILED.forEach(
                (name, structure) -> {
                    assertThat(read).contains(name);
                    structure
                            .fields
                            .keySet()
                            .forEach(f -> assertThat(read).contains(name + "." + f));
                });
        assertThat(COMPILED).hasSizeGreaterThan(30);
    }
}
