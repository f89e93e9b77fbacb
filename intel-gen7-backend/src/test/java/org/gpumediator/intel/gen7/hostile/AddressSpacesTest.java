package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/** The per-process space switched off around batches that are not audited because of it. */
class AddressSpacesTest extends Attack {

    private static final int GFX_MODE = 0x29c;

    @Test
    void space_switchedOffUnderARunningUserBatch_staysOnUntilItEnds() {
        GuestObject batch = bad.allocate(4096);
        put(batch, 0, USER_BATCH_RCS, address(batch));
        hostile.bareRing(HaswellEngine.RCS, USER_BATCH_RCS, address(batch));
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0000);
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        assertThat(world.physical(0x2000 + GFX_MODE) & 0x200).isEqualTo(0x200);
    }

    @Test
    void space_offBeforeAUserBatch_batchIsNotRunUnaudited() {
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0000);
        GuestObject batch = memory(STORE, 0, address(victim), GRAFFITI, BATCH_END);
        hostile.bareRing(HaswellEngine.RCS, USER_BATCH_RCS, address(batch));
        world.pass(5);
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0200);
    }

    @Test
    void space_switchedByACommandInTheRing_isRefused() {
        GuestObject batch = memory(STORE, 0, address(victim), GRAFFITI, BATCH_END);
        for (HaswellEngine engine : HaswellEngine.values()) {
            int mode = engine.mmioBase() + GFX_MODE;
            int start = engine == HaswellEngine.RCS ? USER_BATCH_RCS : USER_BATCH;
            hostile.bareRing(engine, LOAD_IMMEDIATE, mode, 0x0200_0000, start, address(batch), 0);
            world.steps(4);
            assertThat(world.physical(mode) & 0x200).isEqualTo(0x200);
        }
    }
}
