package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.core.command.CommandDecoder;
import org.gpumediator.core.command.CommandRow;
import org.junit.jupiter.api.Test;

/** The catalogue against a second transcription of its sources, and against its golden file. */
class Gen7CommandsTest {

    private static List<String> lines(String name) throws IOException {
        try (InputStream in = Gen7CommandsTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void catalogue_besideTheTranscription_hasTheSameRows() throws IOException {
        List<String> transcription = lines("gen7-commands.csv");
        List<String> catalogue = new ArrayList<>();
        catalogue.add(transcription.getFirst());
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            catalogue.add(
                    "%s,%s,%s,0x%08x,0x%08x,%s,%s,%s"
                            .formatted(
                                    row.name(),
                                    row.client(),
                                    Gen7Commands.CATALOGUE.enginesText(row.engines()),
                                    row.opcodeMask(),
                                    row.opcode(),
                                    row.length(),
                                    row.addressText(),
                                    policy(row)));
        }
        // engines are a set: the transcription lists them in its own order
        assertThat(catalogue.stream().map(Gen7CommandsTest::withSortedEngines))
                .containsExactlyElementsOf(
                        transcription.stream().map(Gen7CommandsTest::withSortedEngines).toList())
                .hasSize(219);
    }

    private static String withSortedEngines(String line) {
        String[] fields = line.split(",", -1);
        String[] engines = fields[2].split("\\+");
        java.util.Arrays.sort(engines);
        fields[2] = String.join("+", engines);
        return String.join(",", fields);
    }

    private static String policy(CommandRow<CommandAudit> row) {
        return switch (row.verdict()) {
            case ALLOW -> "allow";
            case AUDIT -> "audit";
            case REGISTER_CHECK -> row.layouts().isEmpty() ? "regcheck" : "audit+regcheck";
            case HANDLE -> "handle";
            case REFUSE -> "refuse";
        };
    }

    @Test
    void catalogue_rendered_isTheGoldenFile() throws IOException {
        List<String> rendered = Gen7Commands.CATALOGUE.render().lines().toList();
        String keep = System.getProperty("golden.write");
        if (keep != null) {
            java.nio.file.Files.write(java.nio.file.Path.of(keep, "gen7-commands.txt"), rendered);
        }
        assertThat(rendered)
                .as("stale golden file: run this test with -Dgolden.write=FOLDER and copy the file")
                .containsExactlyElementsOf(lines("gen7-commands.txt"));
    }

    @Test
    void decoder_ofEachEngine_findsEachOfItsRowsAndNoOther() {
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            for (int engine = 0; engine < 4; engine++) {
                int plan = Gen7Commands.CATALOGUE.decoder(engine).plan(row.opcode());
                int lowBits = row.opcode() | ~row.opcodeMask();
                int same = Gen7Commands.CATALOGUE.decoder(engine).plan(lowBits);
                assertThat(same).as(row.name()).isEqualTo(plan);
                if ((row.engines() & 1 << engine) != 0) {
                    assertThat(CommandDecoder.rowOf(plan)).isEqualTo(row.number());
                    assertThat(CommandDecoder.lengthOf(plan, lowBits))
                            .as(row.name())
                            .isEqualTo(row.length().longest());
                } else if (plan != CommandDecoder.UNKNOWN) {
                    CommandRow<CommandAudit> other =
                            Gen7Commands.CATALOGUE.row(CommandDecoder.rowOf(plan));
                    assertThat(other.opcode()).isEqualTo(row.opcode());
                    assertThat(other.engines() & 1 << engine).as(other.name()).isNotZero();
                }
            }
        }
    }

    @Test
    void decoder_ofUnknownFirstDwords_saysSo() {
        for (int engine = 0; engine < 4; engine++) {
            for (int dw0 :
                    new int[] {0x2000_0000, 0x8000_0000, 0xa000_0000, 0xffff_ffff, 0x0e00_0000}) {
                assertThat(Gen7Commands.CATALOGUE.decoder(engine).plan(dw0))
                        .isEqualTo(CommandDecoder.UNKNOWN);
            }
        }
    }

    @Test
    void rows_allOfThem_nameTheirSource() {
        assertThat(Gen7Commands.CATALOGUE.rows())
                .allSatisfy(row -> assertThat(row.source()).isNotEmpty());
    }
}
