package org.gpumediator.examples.policylab.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoardSetTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 4096, 4097, 10_000})
    void isASetOfNumbers(int boards) {
        Random random = new Random(boards);
        BoardSet set = new BoardSet(boards);
        TreeSet<Integer> expected = new TreeSet<>();

        for (int i = 0; i < 5000; i++) {
            int board = random.nextInt(boards);
            if (random.nextInt(3) == 0) {
                set.add(board);
                expected.add(board);
            } else {
                set.remove(board);
                expected.remove(board);
            }
            int from = random.nextInt(boards);
            Integer next = expected.ceiling(from);
            assertThat(set.next(from)).isEqualTo(next == null ? -1 : next);
            assertThat(set.isEmpty()).isEqualTo(expected.isEmpty());
        }
    }
}
