package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HWS_PGA of each engine pointed where the engine must not write. */
class StatusPagesTest extends Attack {

    private static final int STORE_DATA_INDEX = 0x1080_0001;
    private static final int START = 0x2038;
    private static final int RCS_STATUS_PAGE = 0x4080;

    private static int register(HaswellEngine engine) {
        return switch (engine) {
            case RCS -> 0x4080;
            case VCS -> 0x4180;
            case BCS -> 0x4280;
            case VECS -> 0x4380;
        };
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void garbage_leadsToAPageOfNobodys(HaswellEngine engine) {
        for (long target : foreignAddresses()) {
            for (int low : new int[] {0, 0xfff}) {
                hostile.pokeRegister(register(engine), (int) target | low);
                int physical = world.physical(register(engine));
                assertThat(isReserved(physical & 0xffff_f000)).as("0x%x", physical).isTrue();
                hostile.bareRing(engine, STORE_DATA_INDEX, 0x100, GRAFFITI, USER_INTERRUPT);
                world.steps(3);
            }
        }
    }

    @Test
    void page_ofTheMediator_decidesNothing() {
        hostile.pokeRegister(RCS_STATUS_PAGE, (int) good.hiddenBase());
        bad.submit(HaswellEngine.RCS);
        world.pass(5);
        int physical = world.physical(RCS_STATUS_PAGE);
        assertThat(isReserved(physical)).isTrue();
        for (int i = 1; i < 6; i++) {
            // The number that the mediator's own ring would leave when the next switch is done.
            long next = world.mediator.statistics().counter("engines.switches") + 1;
            hostile.bareRing(HaswellEngine.RCS, STORE_DATA_INDEX, 0, (int) next, 0);
            world.pass(20);
            assertThat((int) world.gpu.read(2, physical, 4)).isEqualTo((int) next);
            int ring = world.physical(START);
            Request request = good.submit(HaswellEngine.RCS);
            world.mediator.step();
            assertThat(world.physical(START)).as("switch %d", next).isNotEqualTo(ring);
            world.pass(30);
            assertThat(request.completed()).isTrue();
        }
        lookAtTheNeighbourAgain();
    }
}
