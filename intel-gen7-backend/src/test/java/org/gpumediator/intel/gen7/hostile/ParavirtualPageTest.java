package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Writes all over the page that guest driver and mediator share. */
class ParavirtualPageTest extends Attack {

    private static final int PAGE = 0x7_8000;
    private static final int DRIVERS_PART = 0x7_8800;

    private int[] mediatorsPart() {
        return IntStream.range(PAGE / 4, DRIVERS_PART / 4)
                .map(i -> hostile.peekRegister(4L * i))
                .toArray();
    }

    @Test
    void everyByte_atEveryWidth_whatTheMediatorSaysStaysAndTheSliceIsTheSame() {
        int[] before = mediatorsPart();
        var handler = badVmm.bar(0).handler();
        SplittableRandom random = new SplittableRandom(5);
        for (long value : new long[] {-1, 0, good.hiddenBase(), random.nextLong()}) {
            for (int width = 1; width <= 8; width *= 2) {
                for (int offset = PAGE - 8; offset < PAGE + 0x1008; offset++) {
                    handler.write(offset, width, value);
                    handler.read(offset, width);
                }
            }
            world.step();
        }
        assertThat(mediatorsPart()).containsExactly(before);
        // a slice of the neighbour's that the page was told of is not one
        runKernelBatch(
                org.gpumediator.testkit.haswell.HaswellEngine.BCS,
                address(memory(STORE_GLOBAL, 0, address(victim), GRAFFITI, BATCH_END)));
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
    }

    @Test
    void notifications_ofEveryCode_areNoMoreThanStored() {
        for (int code = -8; code < 64; code++) {
            hostile.pokeRegister(0x7_8818, code);
            hostile.pokeRegister(0x7_8838, (int) good.hiddenBase());
            world.step();
        }
    }
}
