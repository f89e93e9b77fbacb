package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.TrapHandler;
import org.gpumediator.api.VirtualGpu;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;
import org.gpumediator.nvidia.vf.manager.VgpuManager;
import org.gpumediator.nvidia.vf.manager.VgpuRecord;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules learned from published flaws of other managers: each is tried by a guest that means it.
 */
class HostileGuestTest {

    private static final int CHANNEL_DOORBELL = 0x3_0090;
    private static final int PRIVILEGED_DOORBELL = 0x2200;

    private final Rig rig = new Rig(AdaModel.L40);
    private final VirtualGpu a = rig.create("a", "L40-8Q");
    private final VirtualGpu b = rig.create("b", "L40-8Q");
    private final TrapHandler registers = a.bar(0).handler();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void channelDoorbell_ofAnotherGuest_isDroppedAndCounted() {
        registers.write(CHANNEL_DOORBELL, 4, 0x600);
        registers.write(CHANNEL_DOORBELL, 4, 0x800);
        registers.write(CHANNEL_DOORBELL, 4, 0xffff_ffffL);
        registers.write(CHANNEL_DOORBELL, 4, 0x700);
        assertThat(a.statistics().faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(3);
        assertThat(rig.board.doorbells(1)).isEqualTo(1);
        assertThat(rig.board.doorbells(2)).isZero();
        assertThat(rig.board.occupation()).containsEntry("doorbells.refused", 0L);
    }

    @Test
    void privilegedDoorbell_namingAnotherFunctionOrTheHostsBit_isDroppedAndCounted() {
        registers.write(PRIVILEGED_DOORBELL, 4, 2 * 32 + 1);
        registers.write(PRIVILEGED_DOORBELL, 4, 32 + 17);
        registers.write(PRIVILEGED_DOORBELL, 4, 0);
        assertThat(a.statistics().faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(3);
        registers.write(PRIVILEGED_DOORBELL, 4, 32 + 1);
        assertThat(a.statistics().faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(3);
    }

    @Test
    void doorbells_rungByPiecesOrAcross_areRefused() {
        registers.write(CHANNEL_DOORBELL, 1, 0x00);
        registers.write(CHANNEL_DOORBELL + 2, 2, 0);
        registers.write(CHANNEL_DOORBELL - 4, 8, 0x700L << 32);
        registers.write(PRIVILEGED_DOORBELL + 1, 4, 0);
        assertThat(a.statistics().faults(GuestFaultKind.REFUSED_ACCESS)).isEqualTo(4);
        assertThat(rig.board.doorbells(1)).isZero();
    }

    @Test
    void accesses_pastTheEndOfABar_readOnesAndWriteNothing() {
        for (var region : a.regions()) {
            long end = region.length();
            assertThat(region.handler().read(end - 2, 4)).isEqualTo(0xffff_ffffL);
            assertThat(region.handler().read(end, 1)).isEqualTo(0xff);
            assertThat(region.handler().read(-1, 2)).isEqualTo(0xffff);
            assertThat(region.handler().read(Long.MIN_VALUE, 8)).isEqualTo(-1);
            assertThat(region.handler().read(Long.MAX_VALUE, 8)).isEqualTo(-1);
            region.handler().write(end - 2, 4, -1);
            region.handler().write(end, 8, -1);
        }
    }

    @Test
    void framebufferWindow_behindTheTypesLength_isOutOfReachThoughTheRealBarGoesOn() {
        TrapHandler window = a.bar(1).handler();
        long end = a.bar(1).length();
        window.write(end - 8, 8, 7);
        window.write(end, 8, 9);
        window.write(end - 4, 8, -1);
        assertThat(window.read(end - 8, 8)).isEqualTo(7);
        assertThat(rig.board.read(1, place(a).start() + end, 8)).isZero();
    }

    private static ResourceRange place(VirtualGpu vgpu) {
        return vgpu.partition()
                .range(
                        org.gpumediator.nvidia.vf.types.VfResources.framebuffer(
                                org.gpumediator.nvidia.vf.types.AdaBoard.L40));
    }

    @Test
    void configuration_accessAcrossTheEnd_isCutThere() {
        assertThat(a.configSpace().read(4094, 4) >>> 16).isEqualTo(0xffff);
        assertThat(a.configSpace().read(4096, 4)).isEqualTo(-1);
        assertThat(a.configSpace().read(-1, 1)).isEqualTo(0xff);
        assertThatCode(() -> a.configSpace().write(4095, 4, -1)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 16, -1})
    void access_ofAWidthThatNoBusHas_isRefused(int width) {
        for (var region : a.regions()) {
            assertThatCode(() -> region.handler().write(0, width, -1)).doesNotThrowAnyException();
            assertThat(region.handler().read(0, width)).isEqualTo(-1);
        }
    }

    @Test
    void accesses_afterClose_readOnesAndReachNobody() {
        TrapHandler window = a.bar(1).handler();
        a.close();
        window.write(0, 4, 5);
        registers.write(CHANNEL_DOORBELL, 4, 0x700);
        assertThat(window.read(0, 4)).isEqualTo(0xffff_ffffL);
        VirtualGpu next = rig.create("next", "L40-8Q");
        assertThat(next.bar(1).handler().read(0, 4)).isZero();
        assertThat(rig.board.doorbells(1)).isZero();
    }

    @Test
    void close_twice_freesOnce() {
        a.close();
        VirtualGpu next = rig.create("next", "L40-8Q");
        a.close();
        assertThat(next.state()).isEqualTo(VirtualGpuState.CREATED);
        assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
    }

    @Test
    void interrupt_afterClose_isDropped() {
        enableInterrupt();
        rig.board.raise(0, 0, 0);
        assertThat(rig.interrupts.messages()).isEqualTo(1);
        a.close();
        rig.create("next", "L40-8Q");
        rig.board.raise(0, 0, 0);
        assertThat(rig.interrupts.messages()).isEqualTo(1);
    }

    private void enableInterrupt() {
        a.configSpace().write(0x04, 2, 6);
        registers.write(0x1_0000, 4, 0xfee0_0000L);
        registers.write(0x1_000c, 4, 0);
        a.configSpace().write(0x7e, 2, 0x8000);
        registers.write(0x1200, 4, 1);
        registers.write(0x1608, 4, 1);
    }

    @Test
    void interrupt_storm_isLimitedAndCounted() {
        enableInterrupt();
        for (int i = 0; i < 10_000; i++) {
            rig.board.raise(0, 0, 0);
        }
        assertThat(rig.interrupts.messages()).isEqualTo(4096);
        assertThat(a.statistics().faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(10_000 - 4096);
        rig.clock.advanceNanos(101_000_000L);
        rig.board.raise(0, 0, 0);
        assertThat(rig.interrupts.messages()).isEqualTo(4097);
    }

    @Test
    void resets_beyondThreeAMinute_areNotServedUntilTheWindowMoves() {
        for (int i = 0; i < 3; i++) {
            a.reset(ResetKind.FUNCTION_LEVEL);
            assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        }
        a.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(a.statistics().faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(1);
        assertThat(b.state()).isEqualTo(VirtualGpuState.CREATED);
        rig.clock.advanceNanos(61_000_000_000L);
        a.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void calls_beyondTheirLimit_areDroppedAndCounted() {
        for (int i = 0; i < 5000; i++) {
            registers.write(PRIVILEGED_DOORBELL, 4, 32 + 1);
        }
        assertThat(a.statistics().faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(5000 - 4096);
    }

    @Test
    void statistics_ofAGuest_nameNothingOfTheBoardOrOfOthers() {
        assertThat(a.statistics().counters().keySet())
                .noneMatch(
                        name ->
                                name.startsWith("gsp.")
                                        || name.startsWith("vgpu.")
                                        || name.startsWith("scrub."));
        long before = b.statistics().counters().hashCode();
        registers.write(CHANNEL_DOORBELL, 4, 0x700);
        registers.write(CHANNEL_DOORBELL, 4, 0x600);
        assertThat((long) b.statistics().counters().hashCode()).isEqualTo(before);
        assertThat(rig.mediator.statistics().counters()).containsKeys("gsp.calls", "scrub.bytes");
    }

    @Test
    void quiesceAndResume_outOfTurn_changeNothing() {
        a.quiesce();
        a.quiesce();
        assertThat(rig.board.plugin(1)).isEqualTo("STOPPED");
        a.resume();
        a.resume();
        assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
    }

    @Test
    void record_sharingAnythingWithALivingOne_isRefused() {
        VgpuManager manager =
                new VgpuManager(
                        new VgpuManager.Listener() {
                            @Override
                            public void exception(String vgpu, int exception) {}

                            @Override
                            public void failed(String vgpu, String why) {}
                        });
        assertThatThrownBy(() -> manager.create(record(1, 0)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(manager.all()).extracting(ManagedVgpu::record).isEmpty();
    }

    private static VgpuRecord record(int gfid, long start) {
        return new VgpuRecord(
                "x",
                gfid,
                875,
                new ResourceRange(start, 1L << 30),
                new ResourceRange(40L << 30, 64 << 20),
                new ResourceRange(0, 64),
                100,
                1);
    }
}
