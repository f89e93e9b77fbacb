package org.gpumediator.examples.kvmvmm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.TrapHandler;
import org.junit.jupiter.api.Test;

final class AddressMapTest {

    /** Writes down what reaches it, and answers each byte with its offset. */
    private static final class Recorder implements TrapHandler {

        private final List<String> seen = new ArrayList<>();

        @Override
        public long read(long offset, int width) {
            seen.add("r%d@%x".formatted(width, offset));
            long value = 0;
            for (int i = 0; i < width; i++) {
                value |= (offset + i & 0xff) << 8 * i;
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            seen.add("w%d@%x=%x".formatted(width, offset, value));
        }
    }

    private final AddressMap map = new AddressMap();
    private final Recorder recorder = new Recorder();

    @Test
    void accesses_ofEveryLength_comeInAlignedPieces() {
        map.add(0x1000, 0x100, recorder);

        assertThat(map.read(0x1005, 7)).isEqualTo(0x0b_0a09_0807_0605L);
        map.write(0x1002, 6, 0xffff_6655_4433_2211L);
        assertThat(recorder.seen)
                .containsExactly("r1@5", "r2@6", "r4@8", "w2@2=2211", "w4@4=66554433");
    }

    @Test
    void plainAccesses_goThroughWhole_whateverTheirAlignment() {
        map.add(0x1000, 0x100, recorder);

        assertThat(map.read(0x1001, 4)).isEqualTo(0x0403_0201);
        map.write(0x1003, 8, -1);
        map.write(0x1003, 2, -1);
        assertThat(recorder.seen).containsExactly("r4@1", "w8@3=ffffffffffffffff", "w2@3=ffff");
    }

    @Test
    void nobody_readsAsOnesOfThatLength() {
        assertThat(map.read(0x1000, 3)).isEqualTo(0xff_ffff);
        assertThat(map.read(0x1000, 8)).isEqualTo(-1);
        map.write(0x1000, 4, 1);
    }

    @Test
    void edgesAndRemoval_areExact() {
        map.add(0xffff_ffff_ffff_f000L, 0x1000, recorder);
        map.add(0x1000, 0x100, recorder);

        assertThat(map.answers(-1)).isTrue();
        assertThat(map.answers(0xffff_ffff_ffff_efffL)).isFalse();
        assertThat(map.answers(0xfff)).isFalse();
        assertThat(map.answers(0x10ff)).isTrue();
        assertThat(map.answers(0x1100)).isFalse();
        map.remove(0x2000, recorder);
        map.remove(0x1000, recorder);
        assertThat(map.answers(0x1000)).isFalse();
        assertThat(map.answers(-1)).isTrue();
    }
}
