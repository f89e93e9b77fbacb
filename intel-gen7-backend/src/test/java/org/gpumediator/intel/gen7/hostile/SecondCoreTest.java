package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stores at the very end of the slice, on the second core of a GPU, in the mode that has them go
 * behind the place they name: into the neighbour's slice.
 */
class SecondCoreTest extends Attack {

    private static final int REPORT = 0x1400_0001;
    private static final int REPORT_BYTES = 256;

    private GuestObject last;
    private int end;

    @BeforeEach
    void takeTheLastPage() {
        last = memory(0);
        end = (int) slice().lowEnd();
        hostile.mapPage(end - 4096, last.page(0));
    }

    @ParameterizedTest
    @EnumSource
    void store_ofADword_staysWhereItIsNamed(HaswellEngine engine) {
        hostile.bareRing(engine, STORE_GLOBAL, 0, end - 4 | 1, GRAFFITI);
        world.steps(4);
        assertThat(last.read32(4092)).isEqualTo(GRAFFITI);
    }

    @ParameterizedTest
    @EnumSource
    void store_ofTwo_inABatch_staysWhereItIsNamed(HaswellEngine engine) {
        int[] batch = {STORE_GLOBAL + 1, 0, end - 8 | 1, GRAFFITI, GRAFFITI, BATCH_END};
        runKernelBatch(engine, address(memory(batch)));
        assertThat(last.read32(4088)).isEqualTo(GRAFFITI);
        assertThat(last.read32(4092)).isEqualTo(GRAFFITI);
    }

    @Test
    void report_ofCounters_staysWhereItIsNamed() {
        int where = end - REPORT_BYTES | 1 << 4 | 1;
        hostile.bareRing(HaswellEngine.RCS, REPORT, where, GRAFFITI, 0);
        world.steps(4);
        assertThat(last.read32(4096 - REPORT_BYTES)).isEqualTo(GRAFFITI);
    }

    @AfterEach
    void noSnapshotWasSetBack() {
        assertThat(world.gpu.snapshotResets()).isZero();
    }
}
