package org.gpumediator.examples.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;

final class VgpuWishTest {

    private static VgpuRequest parse(Map<String, String> pairs) {
        try (Mediator mediator = Mediator.builder(FakeHaswell.create()).build()) {
            return VgpuWish.parse("--vm a", "a", pairs, List.of("kernel"), mediator.inventory());
        }
    }

    @Test
    void parse_quotasPlacesAndAttributes_goWhereTheyBelong() {
        VgpuRequest wish = parse(Map.of("aperture", "64M@128M", "fences", "4", "weight", "2"));

        assertThat(wish.quotas())
                .containsOnly(Map.entry("aperture", 64L << 20), Map.entry("fences", 4L));
        assertThat(wish.places()).containsOnly(Map.entry("aperture", 128L << 20));
        assertThat(wish.attributes()).containsOnly(Map.entry("weight", "2"));
    }

    @Test
    void parse_unknownKey_namesWhatThereIs() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(Map.of("apertura", "64M")))
                .withMessageStartingWith("--vm a: apertura=: this GPU has [aperture, ")
                .withMessageContaining("and kernel, type, ");
    }

    @Test
    void parse_nothing_namesWhatCouldBeGiven() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(Map.of()))
                .withMessageStartingWith("--vm a: expected type= or quotas of [aperture, ");
    }
}
