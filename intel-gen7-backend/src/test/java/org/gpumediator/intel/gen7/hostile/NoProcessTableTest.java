package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest that has its per-process table off, or says so at a moment when it does not hold. */
class NoProcessTableTest extends Attack {

    private static final int GFX_MODE = 0x29c;
    private static final int OFF = 0x0200_0000;
    private static final int ON = 0x0200_0200;
    private static final int ENABLED = 0x200;
    private static final int FLUSH_AND_INVALIDATE = 0x1304_0001;

    private static int mode(HaswellEngine engine) {
        return engine.mmioBase() + GFX_MODE;
    }

    private void runUserBatch(HaswellEngine engine, GuestObject batch) {
        int start = engine == HaswellEngine.RCS ? USER_BATCH_RCS : USER_BATCH;
        hostile.bareRing(engine, start, address(batch));
        world.pass(5);
    }

    /** What surfaces and kernels name in memory, no audit sees: only a table confines it. */
    @ParameterizedTest
    @EnumSource(
            value = HaswellEngine.class,
            names = {"RCS", "VCS", "VECS"})
    void table_off_engineStillTranslatesThroughOne(HaswellEngine engine) {
        hostile.pokeRing(engine, GFX_MODE, OFF);
        GuestObject own = memory(0, 0);
        hostile.bareRing(engine, STORE, 0, address(own), 7);
        world.pass(5);
        assertThat(own.read32(0)).as("its own memory, at the same address").isEqualTo(7);
        assertThat(world.physical(mode(engine)) & ENABLED).isEqualTo(ENABLED);
        assertThat(hostile.peekRegister(mode(engine)) & ENABLED).as("as it sees it").isZero();

        bad.hostile().mapPage(own.graphicsAddress(), memory(0).page(0)); // the mirror follows
        hostile.bareRing(engine, FLUSH_AND_INVALIDATE, 0, 0, 0, STORE, 0, address(own), 8);
        world.pass(5);
        assertThat(own.read32(0)).isEqualTo(7);
        hostile.pokeRing(engine, GFX_MODE, ON);
    }

    /** The blitter names all its addresses in commands: they are audited as global ones. */
    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void table_saidToBeOnBeforeTheHardwareHasIt_batchIsNotRunUnaudited(HaswellEngine engine) {
        hostile.pokeRing(engine, GFX_MODE, OFF);
        RegisterFile<?> stored = badVmm.gpu().ability(RegisterFile.class).orElseThrow();
        stored.shadow(mode(engine), ENABLED); // as between the store of a trap and what it does
        runUserBatch(engine, memory(STORE, 0, address(victim), GRAFFITI, BATCH_END));
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
        hostile.pokeRing(engine, GFX_MODE, ON);
    }
}
