package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.MediationStatistics;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who sees which numbers: a guest its own, the host everybody's and the board's. */
class StatisticsViewsTest {

    private static final int CHANNEL_DOORBELL = 0x3_0090;

    private final Rig rig = new Rig(AdaModel.L40);
    private final VirtualGpu a = rig.create("a", "L40-8Q");
    private final VirtualGpu b = rig.create("b", "L40-8Q");

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void guestView_whateverNeighboursDo_staysTheSame() {
        VgpuStatistics before = a.statistics();

        b.bar(1).handler().write(0, 8, 7);
        b.bar(1).handler().read(-1, 8);
        b.bar(0).handler().write(CHANNEL_DOORBELL, 4, 0xffff_ffffL);
        b.reset(ResetKind.FUNCTION_LEVEL);
        rig.board.crashPlugin(2);
        rig.create("c", "L40-8Q").close();
        rig.clock.advanceNanos(2_000_000_000L);
        rig.mediator.step();
        b.close();

        assertThat(a.statistics()).isEqualTo(before);
    }

    @Test
    void guestView_ofAloneAndOfAmongMany_isTheSame() {
        Rig alone = new Rig(AdaModel.L40);
        VgpuStatistics only = alone.create("a", "L40-8Q").statistics();
        alone.close();

        assertThat(a.statistics()).isEqualTo(only);
    }

    @Test
    void hostView_ofTheBoard_hasWhatNoGuestViewHas() {
        MediationStatistics host = rig.mediator.statistics();

        assertThat(host.guestView("a")).contains(a.statistics());
        assertThat(host.guestView("b")).contains(b.statistics());
        assertThat(host.guestView("nobody")).isEmpty();
        assertThat(host.counter("mediator.created")).isEqualTo(2);
        assertThat(a.statistics().counters().keySet())
                .isNotEmpty()
                .noneMatch(key -> key.startsWith("mediator."));
    }

    @Test
    void ownMisdeeds_areInTheGuestsOwnView() {
        a.bar(1).handler().read(-1, 8);

        Map<?, Long> faults = a.statistics().faults();
        assertThat(faults).hasSize(1);
        assertThat(b.statistics().faults()).isEmpty();
    }
}
