package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GDRST written as often as a processor can, with every combination of bits. */
class ResetStormsTest extends Attack {

    private static final int GDRST = 0x941c;

    private long hardwareResets() {
        long resets = 0;
        for (HaswellEngine engine : HaswellEngine.values()) {
            resets += world.gpu.status(engine).resets();
        }
        return resets;
    }

    @Test
    void storm_ofAnIdleGuest_touchesNoHardware() {
        long before = hardwareResets();
        for (int i = 0; i < 20_000; i++) {
            assertThat(hostile.pokeRegister(GDRST, i & 0x1f)).isZero();
        }
        assertThat(hardwareResets()).isEqualTo(before);
    }

    @Test
    void storm_withEndlessWork_resetsOnlyWhatIsStuck() {
        for (int i = 0; i < 200; i++) {
            for (HaswellEngine engine : HaswellEngine.values()) {
                bad.submit(engine, Batch.user().noops(2).endless());
            }
            world.step();
            long before = hardwareResets();
            for (int bits = 0; bits < 32; bits++) {
                hostile.pokeRegister(GDRST, bits);
            }
            assertThat(hardwareResets() - before)
                    .isLessThanOrEqualTo(HaswellEngine.values().length);
            for (HaswellEngine engine : HaswellEngine.values()) {
                bad.resetEngine(engine);
            }
            world.steps(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0x1e, -1, 0xffff_ffe0})
    void storm_whileTheNeighbourRuns_losesItNothing(int bits) {
        for (int i = 0; i < 50; i++) {
            Request request = good.submit(HaswellEngine.values()[i % 4], Batch.user().noops(200));
            world.mediator.step();
            for (int j = 0; j < 20; j++) {
                hostile.pokeRegister(GDRST, bits);
                world.step();
            }
            world.pass(30);
            assertThat(request.completed()).as("%s, round %d", request, i).isTrue();
        }
        assertThat(good.complaints()).isEmpty();
        bad.unload();
        bad.boot();
        lookAtTheNeighbourAgain();
    }
}
