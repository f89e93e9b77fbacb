package org.gpumediator.testkit.ada;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SparseMemoryTest {

    private static final int PAGE = 4096;
    private static final int LENGTH = 16 * PAGE;
    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Test
    void block_anywhere_isWhatTheWordsAre() {
        try (Arena arena = Arena.ofConfined()) {
            SplittableRandom random = new SplittableRandom(0xb10c);
            SparseMemory memory = new SparseMemory(LENGTH);
            memory.lay(4 * PAGE, arena.allocate(2 * PAGE, PAGE));
            for (int i = 0; i < 2_000; i++) {
                int page = random.nextInt(8) * 2; // every other one stays untouched
                memory.write(page * PAGE + 8L * random.nextInt(PAGE / 8), 8, random.nextLong());
            }
            for (int i = 0; i < 500; i++) {
                long at = 8L * random.nextInt(LENGTH / 8);
                MemorySegment block = arena.allocate(8L * (1 + random.nextInt(2_000)));
                memory.read(at, block);
                for (long done = 0; done < block.byteSize(); done += 8) {
                    assertThat(block.get(WORD, done)).isEqualTo(memory.read(at + done, 8));
                }
            }
        }
    }
}
