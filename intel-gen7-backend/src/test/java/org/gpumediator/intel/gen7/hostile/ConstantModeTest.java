package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The mode that makes constant buffer 0 an address, set and seemingly cleared in other submissions
 * than the one that uses it.
 */
class ConstantModeTest extends Attack {

    private static final int INSTPM = 0x20c0;
    private static final int SET = 0x0040_0040;
    private static final int CLEAR = 0x0040_0000;

    @BeforeEach
    void withoutAProcessTable() {
        hostile.pokeRing(HaswellEngine.RCS, 0x29c, 0x0200_0000);
    }

    private void load(int value) {
        hostile.bareRing(HaswellEngine.RCS, LOAD_IMMEDIATE, INSTPM, value, 0);
        world.steps(2);
    }

    /** Returns whether buffer 0 at an address of the neighbour's is refused. */
    private boolean isRefused() {
        long before = faults(GuestFaultKind.OUT_OF_PARTITION);
        hostile.bareRing(HaswellEngine.RCS, 0x7815_0005, 1, 0, address(victim), 0, 0, 0, 0);
        world.steps(2);
        return faults(GuestFaultKind.OUT_OF_PARTITION) > before;
    }

    @Test
    void offset_needsNoAudit() {
        assertThat(isRefused()).isFalse();
    }

    @Test
    void mode_setByAnEarlierSubmission_isRemembered() {
        load(SET);
        assertThat(isRefused()).isTrue();
        assertThat(isRefused()).isTrue();
    }

    @Test
    void mode_setByABatch_isRemembered() {
        runKernelBatch(HaswellEngine.RCS, address(memory(LOAD_IMMEDIATE, INSTPM, SET, BATCH_END)));
        assertThat(isRefused()).isTrue();
    }

    @Test
    void mode_clearedWhereNothingRuns_staysSet() {
        load(SET);
        GuestObject zero = memory(0);
        GuestObject batch =
                memory(0x1b60_0001, 0, address(zero), LOAD_IMMEDIATE, INSTPM, CLEAR, BATCH_END);
        runKernelBatch(HaswellEngine.RCS, address(batch));
        assertThat(world.physical(INSTPM) & 0x40).as("the batch ended before").isEqualTo(0x40);
        assertThat(isRefused()).isTrue();
    }

    @Test
    void mode_setByALaterPieceOfALongBatch_isRemembered() {
        GuestObject huge = bad.allocate(3 << 20);
        put(huge, (3 << 20) - 64, LOAD_IMMEDIATE, INSTPM, SET, BATCH_END);
        runKernelBatch(HaswellEngine.RCS, address(huge));
        for (int i = 0; i < 200 && (world.physical(INSTPM) & 0x40) == 0; i++) {
            world.steps(1);
        }
        assertThat(world.physical(INSTPM) & 0x40).isEqualTo(0x40);
        assertThat(isRefused()).isTrue();
    }

    @Test
    void mode_clearedAndSeenCleared_isForgottenAtTheNextSwitch() {
        load(SET);
        load(CLEAR);
        good.await(good.submit(HaswellEngine.BCS));
        world.steps(40);
        bad.await(bad.submit(HaswellEngine.BCS));
        assertThat(isRefused()).isFalse();
        lookAtTheNeighbourAgain();
    }

    @Test
    void mode_atTheNextSwitch_isWhatTheHardwareHad() {
        load(SET);
        good.await(good.submit(HaswellEngine.BCS));
        world.steps(40);
        bad.await(bad.submit(HaswellEngine.BCS));
        assertThat(isRefused()).isTrue();
        lookAtTheNeighbourAgain();
    }
}
