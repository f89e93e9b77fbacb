package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guest that has a whole L40. */
class PassThroughTest {

    private static final long RETRY_NANOS = 60_000_000_000L;
    private static final int EXTENDED = 0x100;

    private final Rig rig = new Rig(AdaModel.L40);

    @AfterEach
    void close() {
        rig.close();
    }

    private VirtualGpu passThrough() {
        return rig.mediator.passThrough("a", rig.port());
    }

    @Test
    void guest_seesTheBoardItself_butNothingThatIsTheHosts() {
        VirtualGpu whole = passThrough();
        assertThat((int) whole.bar(0).handler().read(0, 4)).isEqualTo(0x1920_00a1);
        assertThat(whole.bar(0).length()).isEqualTo(16 << 20);
        int seen = 0;
        for (int at = EXTENDED; at != 0; ) {
            int header = whole.configSpace().read(at, 4);
            assertThat(header & 0xffff).as("capability at 0x%x", at).isNotIn(0x10, 0x15);
            seen++;
            at = header >>> 20;
        }
        assertThat(seen).isGreaterThan(5);
        for (int at = EXTENDED; at < 4096; at += 4) {
            whole.configSpace().write(at, 4, -1);
        }
        assertThat(rig.board.virtualFunction(0)).isEmpty();
    }

    @Test
    void reset_clearsTheFramebuffer_forANextClientMayBeAnotherGuest() {
        VirtualGpu whole = passThrough();
        whole.bar(1).handler().write(0x1234_5678L, 4, 0x5ec7e7);
        whole.reset(ResetKind.LOST_CLIENT);
        assertThat(whole.bar(1).handler().read(0x1234_5678L, 4)).isZero();
        whole.bar(1).handler().write(0x1234_5678L, 4, 0x5ec7e7);
        whole.close();
        assertThat(rig.board.isZero(0, 1L << 30)).isTrue();
    }

    @Test
    void passThrough_andVirtualFunctions_excludeEachOther() {
        VirtualGpu vgpu = rig.create("vm1", "L40-8Q");
        assertThatThrownBy(this::passThrough)
                .isInstanceOf(InsufficientResourceException.class)
                .hasMessageContaining("shared by vm1");
        vgpu.close();
        VirtualGpu whole = passThrough();
        assertThatThrownBy(() -> rig.create("vm1", "L40-8Q"))
                .isInstanceOf(InsufficientResourceException.class)
                .hasMessageContaining("passed through to a");
        whole.close();
        rig.create("vm1", "L40-8Q").close();
    }

    @Test
    void boardThatDoesNotComeUpAfterwards_isKeptFromEverybody_andTriedAgain() {
        VirtualGpu whole = passThrough();
        rig.board.faults().inject(GspFault.BOOTER_FAILS, GspFaults.ANY);
        assertThatThrownBy(whole::close).isInstanceOf(GpuMediationException.class);
        assertThat(rig.mediator.inventory().holdings())
                .extracting(Holding::lost)
                .containsExactly(true);
        assertThatThrownBy(() -> rig.create("vm1", "L40-8Q"))
                .isInstanceOf(InsufficientResourceException.class);
        rig.mediator.step();
        assertThat(rig.mediator.inventory().holdings()).isNotEmpty();
        rig.board.faults().clear();
        rig.clock.advanceNanos(RETRY_NANOS);
        rig.mediator.step();
        assertThat(rig.mediator.inventory().holdings()).isEmpty();
        rig.create("vm1", "L40-8Q").close();
    }
}
