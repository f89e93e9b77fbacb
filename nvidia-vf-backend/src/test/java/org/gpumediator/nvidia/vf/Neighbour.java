package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.InterruptRecorder;

/**
 * A virtual GPU that has nothing to do with what a test does: its memory, registers, configuration
 * space, channels and interrupts must be the same bits before and after.
 */
final class Neighbour {

    private static final int CHANNEL_DOORBELL = 0x3_0090;
    private static final int REAL_REGISTERS = 256 << 10;
    private static final int TIME = 0x3_0080;
    private static final int SAMPLES = 4096;

    final VirtualGpu vgpu;
    private final Rig rig;
    private final int gfid;
    private final InterruptRecorder interrupts = new InterruptRecorder();
    private Image before;

    /** What a guest sees, and what the board says of it. */
    private record Image(
            int registers, int windows, int config, long messages, long rung, String task) {}

    Neighbour(Rig rig, VgpuRequest request) {
        this.rig = rig;
        vgpu = rig.mediator.create(request, VmmPort.of(new FakeGuestMemory(), interrupts));
        gfid = (int) vgpu.partition().range(VfResources.VF).start() + 1;
        TrapHandler registers = vgpu.bar(0).handler();
        vgpu.configSpace().write(0x04, 2, 6);
        registers.write(0x1_0000, 4, 0xfee0_0000L);
        registers.write(0x1_000c, 4, 0);
        vgpu.configSpace().write(0x7e, 2, 0x8000);
        registers.write(0x1200, 4, 1);
        registers.write(0x1608, 4, 1);
        registers.write(0xf40, 4, 0x1234_5678);
        for (int bar : new int[] {1, 3}) {
            TrapHandler window = vgpu.bar(bar).handler();
            long step = vgpu.bar(bar).length() / SAMPLES;
            for (int i = 0; i < SAMPLES; i++) {
                window.write(i * step, 4, 0x9e37_79b9L * (i + bar) & 0xffff_ffffL);
            }
        }
        ring();
        before = image();
    }

    private void ring() {
        vgpu.bar(0).handler().write(CHANNEL_DOORBELL, 4, 0);
    }

    private Image image() {
        TrapHandler registers = vgpu.bar(0).handler();
        int sum = 1;
        for (int at = 0; at < REAL_REGISTERS; at += 8) {
            sum = 31 * sum + (at == TIME ? 0 : Long.hashCode(registers.read(at, 8)));
        }
        int windows = 1;
        for (int bar : new int[] {1, 3}) {
            TrapHandler window = vgpu.bar(bar).handler();
            long step = vgpu.bar(bar).length() / SAMPLES;
            for (int i = 0; i < SAMPLES; i++) {
                windows = 31 * windows + (int) window.read(i * step, 4);
            }
        }
        return new Image(
                sum,
                windows,
                Arrays.hashCode(vgpu.configSpace().snapshot()),
                interrupts.messages(),
                rig.board.doorbells(gfid),
                rig.board.plugin(gfid));
    }

    /** Everything is as it was, and still works. */
    void checkUntouched() {
        assertThat(vgpu.state()).as("neighbour").isEqualTo(VirtualGpuState.RUNNING);
        assertThat(image()).as("neighbour").isEqualTo(before);
        rig.board.raise(gfid - 1, 0, 0);
        assertThat(interrupts.messages()).as("its interrupt").isEqualTo(before.messages() + 1);
        vgpu.bar(0).handler().write(0x1000, 4, 1);
        ring();
        assertThat(rig.board.doorbells(gfid)).as("its doorbell").isEqualTo(before.rung() + 1);
        before = image();
    }

    /** The board was lost and has been brought up again: after a reset it works. */
    void checkUpAgain() {
        assertThat(vgpu.state()).as("neighbour").isEqualTo(VirtualGpuState.FAILED);
        vgpu.reset(ResetKind.BUS);
        assertThat(vgpu.state()).as("neighbour").isEqualTo(VirtualGpuState.CREATED);
        assertThat(rig.board.plugin(gfid)).isEqualTo("ACTIVE");
        ring();
        assertThat(rig.board.doorbells(gfid)).isEqualTo(1);
    }
}
