package org.gpumediator.intel.gen7.registers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterAccess;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFlag;
import org.gpumediator.core.catalogue.TrapPolicy;
import org.junit.jupiter.api.Test;

class Gen7CatalogueTest {

    private static final RegisterCatalogue<Gen7Hooks> CATALOGUE = Gen7Registers.catalogue();

    /** One line of the independent transcription. */
    private record Known(int offset, int size, String policy, String flags) {}

    private static List<Known> known() throws IOException {
        try (InputStream in = Gen7CatalogueTest.class.getResourceAsStream("xengt-registers.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .map(
                            part ->
                                    new Known(
                                            Integer.parseInt(part[0], 16),
                                            Integer.parseInt(part[1]),
                                            part[2],
                                            part[3]))
                    .toList();
        }
    }

    @Test
    void catalogue_everyKnownRegister_isThereWithItsClass() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Known row : known()) {
            for (int at = row.offset(); at < row.offset() + row.size(); at += 4) {
                Optional<Register<Gen7Hooks>> register = CATALOGUE.at(at);
                String state = register.map(Register::stateClass).orElse("missing");
                if (!state.toLowerCase(Locale.ROOT).equals(row.policy())) {
                    wrong.add("%06x %s: %s".formatted(at, row.policy(), state));
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(known()).hasSize(682);
    }

    @Test
    void catalogue_everyKnownRegister_hasItsFlags() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Known row : known()) {
            Register<Gen7Hooks> register = CATALOGUE.at(row.offset()).orElseThrow();
            check(row, 'm', register.access() == RegisterAccess.MASKED, wrong);
            check(row, 'a', register.has(RegisterFlag.GRAPHICS_ADDRESS), wrong);
            check(row, 'h', register.has(RegisterFlag.HARDWARE_STATUS), wrong);
            check(row, 's', register.has(RegisterFlag.CONTEXT_SAVED), wrong);
            check(row, 'k', register.has(RegisterFlag.STICKY), wrong);
        }
        assertThat(wrong).isEmpty();
    }

    private static void check(Known row, char flag, boolean has, List<String> wrong) {
        if (row.flags().indexOf(flag) >= 0 && !has) {
            wrong.add("%06x lacks %c".formatted(row.offset(), flag));
        }
    }

    @Test
    void catalogue_onlyTimestamps_reachHardware() {
        assertThat(CATALOGUE.registers())
                .filteredOn(
                        register ->
                                register.policy() == TrapPolicy.PASS_THROUGH
                                        || register.policy() == TrapPolicy.READ_THROUGH)
                .extracting(Register::name)
                .containsExactly(
                        "RCS_RING_TIMESTAMP",
                        "VCS_RING_TIMESTAMP",
                        "VECS_RING_TIMESTAMP",
                        "BCS_RING_TIMESTAMP");
    }

    @Test
    void catalogue_registerWithAddress_isTranslated() {
        assertThat(CATALOGUE.registers())
                .filteredOn(register -> register.has(RegisterFlag.GRAPHICS_ADDRESS))
                .allSatisfy(
                        register -> assertThat(register.policy()).isEqualTo(TrapPolicy.TRANSLATED));
    }

    @Test
    void catalogue_everyRow_hasSourceAndState() {
        assertThat(CATALOGUE.registers())
                .allSatisfy(
                        register -> {
                            assertThat(register.source()).isNotBlank();
                            assertThat(register.stateClass())
                                    .isIn("RENDER", "DISPLAY", "HOST", "VIRTUAL", "PASSTHROUGH");
                        });
    }
}
