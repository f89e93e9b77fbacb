package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.HeapFootprint;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.Test;

/** An idle virtual GPU is small: an orchestrator may have hundreds in one process. */
class IdleFootprintTest {

    private static final int MOST_BYTES = 256 << 10;

    /** A full board: the fake's functions and firmware tasks are counted too. */
    @Test
    void virtualGpu_idle_holdsAtMostAQuarterOfAMebibyte() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            long each = HeapFootprint.bytesEach(30, i -> rig.create("vm" + i, "L40-1Q"));

            assertThat(each).as("bytes of heap for each").isBetween(1L << 10, (long) MOST_BYTES);
        }
    }
}
