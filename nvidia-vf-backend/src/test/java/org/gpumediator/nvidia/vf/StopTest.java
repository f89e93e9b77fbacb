package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.nvidia.vf.EngineRig.MS;
import static org.gpumediator.nvidia.vf.EngineRig.SECOND;

import java.io.ByteArrayOutputStream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.Stoppable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A virtual GPU that its host stops keeps its place, and nothing else. */
class StopTest {

    private static final int SHUT_DOWN = 0x2080_4002;

    private final EngineRig rig = new EngineRig();
    private final EngineRig.Guest guest = rig.add("L40-1Q").submits(EngineWork.endless());
    private final EngineRig.Guest other = rig.add("L40-1Q").submits(EngineWork.endless());
    private final VirtualGpu a = guest.vgpu;
    private final Stoppable control = a.ability(Stoppable.class).orElseThrow();

    @AfterEach
    void close() {
        rig.close();
    }

    private String task() {
        return rig.rig.board.plugin(guest.gfid);
    }

    @Test
    void stop_endsItsTaskAndKeepsItsGuestOffUntilItIsReset() {
        a.bar(1).handler().write(0x4000, 8, 42);
        var place = a.partition();
        var inventory = rig.rig.mediator.inventory();
        control.stop();
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(task()).isEqualTo("FREE");
        assertThat(rig.rig.mediator.inventory()).isEqualTo(inventory);
        long rung = rig.rig.board.doorbells(guest.gfid);
        guest.ring(0);
        assertThat(rig.rig.board.doorbells(guest.gfid)).isEqualTo(rung);
        assertThat(a.bar(1).handler().read(0x4000, 8)).isEqualTo(-1);

        a.reset(ResetKind.BUS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        assertThat(a.partition()).isEqualTo(place);
        assertThat(task()).isEqualTo("ACTIVE");
        var framebuffer = place.range(VfResources.framebuffer(AdaBoard.L40));
        assertThat(rig.rig.board.isZero(framebuffer.start(), framebuffer.length())).isTrue();
    }

    @Test
    void stop_leavesTheEngineToTheOthers() {
        rig.run(100 * MS);
        control.stop();
        long[] before = rig.busy();
        rig.run(SECOND);
        assertThat(guest.busy()).isEqualTo(before[0]);
        assertThat(other.busy() - before[1]).isGreaterThan(990 * MS);
        a.reset(ResetKind.BUS);
        guest.submits(EngineWork.endless());
        rig.run(SECOND);
        assertThat(guest.busy() - before[0]).isGreaterThan(480 * MS);
    }

    @Test
    void stop_ofOneThatIsPausedStoppedOrHasFailed_isTheSame() {
        a.quiesce();
        control.stop();
        control.stop();
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(task()).isEqualTo("FREE");
        a.reset(ResetKind.BUS);
        a.resume();
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);

        rig.rig.board.crashPlugin(guest.gfid);
        control.stop();
        assertThat(task()).isEqualTo("FREE");
        a.reset(ResetKind.BUS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void stop_leavesNothingToPauseOrSave() {
        a.quiesce();
        control.stop();
        assertThatThrownBy(
                        () ->
                                a.ability(Snapshottable.class)
                                        .orElseThrow()
                                        .save(new ByteArrayOutputStream()))
                .isInstanceOf(IllegalStateException.class);
        a.resume();
        a.quiesce();
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(task()).isEqualTo("FREE");
    }

    @Test
    void stop_thatTheFirmwareDoesNotConfirm_saysSoAndKeepsTheGuestOff() {
        rig.rig.board.faults().inject(GspFault.ERROR_STATUS, SHUT_DOWN);
        assertThatThrownBy(control::stop).isInstanceOf(GpuMediationException.class);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(a.bar(1).handler().read(0, 4)).isEqualTo(0xffff_ffffL);
        control.stop();
        assertThat(task()).as("tried again").isEqualTo("FREE");
    }

    @Test
    void stop_thenClose_givesEverythingBack() {
        control.stop();
        a.close();
        rig.guests.remove(guest);
        assertThat(rig.rig.board.occupation()).containsEntry("plugins", 1L);
        assertThatThrownBy(control::stop).isInstanceOf(IllegalStateException.class);
        assertThat(rig.add("L40-1Q").gfid).isEqualTo(guest.gfid);
    }
}
