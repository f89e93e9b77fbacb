package org.gpumediator.intel.gen7.registers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gpumediator.core.catalogue.CatalogueText;
import org.junit.jupiter.api.Test;

/**
 * Fails when {@code gen7-registers.txt} no longer says what the catalogue says. Run with {@code
 * -Dgpumediator.golden=write} to write it anew, and review the difference.
 */
class Gen7CatalogueGoldenTest {

    private static final Path GOLDEN =
            Path.of("src/test/resources/org/gpumediator/intel/gen7/registers/gen7-registers.txt");

    @Test
    void catalogue_rendered_equalsTheGoldenFile() throws IOException {
        String text = CatalogueText.render(Gen7Registers.catalogue());
        if ("write".equals(System.getProperty("gpumediator.golden"))) {
            Files.writeString(GOLDEN, text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN));
    }
}
