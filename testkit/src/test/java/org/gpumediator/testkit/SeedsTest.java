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
    void forEach_withAFirstSeed_goesOnBehindThoseBefore() {
        List<Integer> all = new ArrayList<>();
        List<Integer> later = new ArrayList<>();
        Seeds.forEach(4, random -> all.add(random.nextInt()));
        System.setProperty(Seeds.FIRST_PROPERTY, "0x5eed0003");
        try {
            Seeds.forEach(2, random -> later.add(random.nextInt()));
        } finally {
            System.clearProperty(Seeds.FIRST_PROPERTY);
        }
        assertThat(later).isEqualTo(all.subList(2, 4));
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
