package org.gpumediator.examples.policylab.paper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What Go itself prints for the seeds that its tour and its documentation use. */
class GoRandomTest {

    @Test
    void drawsWhatGoDraws() {
        GoRandom random = new GoRandom(1);

        assertThat(IntStream.range(0, 10).map(i -> random.nextBelow(100)))
                .containsExactly(81, 87, 47, 59, 81, 18, 25, 40, 56, 0);
    }

    @Test
    void permutationHoldsEveryNumberOnce() {
        int[] numbers = new GoRandom(42).permutation(1213);

        assertThat(numbers).doesNotHaveDuplicates().hasSize(1213);
        assertThat(numbers).isNotEqualTo(IntStream.range(0, 1213).toArray());
    }

    @Test
    void shuffleKeepsEveryNumber() {
        int[] numbers = IntStream.range(0, 100).toArray();

        new GoRandom(42).shuffle(numbers);

        assertThat(numbers).doesNotHaveDuplicates().hasSize(100);
        assertThat(numbers).isNotEqualTo(IntStream.range(0, 100).toArray());
    }
}
