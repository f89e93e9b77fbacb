package org.gpumediator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedsTest {

    @Test
    void forEach_twice_drawsTheSame() {
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        Seeds.forEach(3, random -> first.add(random.nextInt()));
        Seeds.forEach(3, random -> second.add(random.nextInt()));

        assertThat(first).hasSize(3).doesNotHaveDuplicates().isEqualTo(second);
    }

    @Test
    void forEach_failingCheck_namesItsSeed() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(
                        () ->
                                Seeds.forEach(
                                        1,
                                        random -> {
                                            throw new AssertionError("wrong");
                                        }))
                .satisfies(
                        failure ->
                                assertThat(failure.getSuppressed()[0])
                                        .hasMessageContaining("-Dgpumediator.seed=0x5eed0001"));
    }
}
