package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.policy.EqualShares;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.FakeGsp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NvidiaVfBackendTest {

    @ParameterizedTest
    @EnumSource(AdaModel.class)
    void open_everyBoard_offersItsTypesAtTheirMaximum(AdaModel model) {
        try (Rig rig = new Rig(model)) {
            assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            assertThat(rig.mediator.types()).isNotEmpty();
            for (VgpuType type : rig.mediator.types()) {
                assertThat(rig.mediator.availableInstances(type))
                        .as(type.name())
                        .isEqualTo(type.maxInstances());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PlacementMode.class)
    void policyThatKnowsNoFixedPlaces_isRefusedInWordsBeforeTheFirmwareIsAsked(PlacementMode mode) {
        SteppedClock clock = new SteppedClock();
        FakeAda board = FakeAda.builder(AdaModel.L40).clock(clock).build();
        for (PartitionPolicy policy : List.of(new FirstFit(), new BestFit(), new EqualShares(3))) {
            try (Mediator mediator =
                    Mediator.builder(board)
                            .clock(clock)
                            .policy(policy)
                            .option("placement-mode", mode.text())
                            .build()) {
                long asked = board.occupation().getOrDefault("plugins", 0L);
                VgpuType type = mediator.type("L40-12Q");
                VgpuRequest request = VgpuRequest.ofType("a", "L40-12Q");
                assertThat(mediator.availableInstances(type)).isZero();
                assertThat(mediator.couldCreate(request))
                        .isInstanceOf(PartitionDecision.Refused.class);
                assertThatThrownBy(
                                () ->
                                        mediator.create(
                                                request, VmmPort.of(GuestMemory.none(), v -> {})))
                        .isInstanceOf(InsufficientResourceException.class)
                        .hasMessageMatching("a: insufficient .*\\(.+\\)");
                assertThat(board.occupation().getOrDefault("plugins", 0L)).isEqualTo(asked);
            }
        }
    }

    @Test
    void close_afterUse_leavesTheBoardAsItWas() {
        Rig rig = new Rig(AdaModel.L4);
        rig.create("a", "L4-4Q");
        rig.close();
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.OFF);
        assertThat(rig.board.occupation())
                .containsEntry("plugins", 0L)
                .containsEntry("clients", 0L)
                .containsEntry("dma.mappings", 0L)
                .containsEntry("dma.faults", 0L);
        assertThat(rig.board.virtualFunction(0)).isEmpty();
    }

    @Test
    void create_typeOfEightGib_startsItsFirmwareTask() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu vgpu = rig.create("a", "L40-8Q");
            assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
            assertThat(rig.board.isBusMaster(1)).isTrue();
            assertThat(vgpu.configSpace().read(0, 4)).isEqualTo(0x26b5_10de);
            assertThat(vgpu.bar(1).length()).isEqualTo(256 << 20);
            assertThat(vgpu.bar(0).length()).isEqualTo(16 << 20);
            assertThat(vgpu.bar(3).length()).isEqualTo(32 << 20);
            assertThat(vgpu.interrupts().msixVectors()).isEqualTo(6);
            vgpu.close();
            assertThat(rig.board.plugin(1)).isEqualTo("FREE");
        }
    }

    @Test
    void create_untilFull_refusesTheNextAndGivesAllBack() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            GpuInventory before = rig.mediator.inventory();
            List<VirtualGpu> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(rig.create("v" + i, "NVIDIA L40-8Q"));
            }
            assertThat(rig.board.occupation()).containsEntry("plugins", 6L);
            assertThatThrownBy(() -> rig.create("v6", "L40-8Q"))
                    .isInstanceOf(InsufficientResourceException.class);
            all.forEach(VirtualGpu::close);
            assertThat(rig.mediator.inventory()).isEqualTo(before);
        }
    }

    @Test
    void write_framebufferWindow_reachesOwnFramebufferOnly() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu a = rig.create("a", "L40-8Q");
            VirtualGpu b = rig.create("b", "L40-8Q");
            a.bar(1).handler().write(0x1000, 8, 0x1122_3344_5566_7788L);
            long place = framebuffer(a).start();
            assertThat(rig.board.read(1, place + 0x1000, 8)).isEqualTo(0x1122_3344_5566_7788L);
            assertThat(b.bar(1).handler().read(0x1000, 8)).isZero();
            assertThat(a.bar(1).handler().read(0x1002, 4)).isEqualTo(0x3344_5566L);
        }
    }

    private static ResourceRange framebuffer(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.framebuffer(AdaBoard.L40));
    }

    @Test
    void close_afterWriting_scrubsFramebuffer() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu a = rig.create("a", "L40-8Q");
            a.bar(1).handler().write(0x1000, 8, -1);
            a.bar(3).handler().write(0x2000, 4, 7);
            ResourceRange range = framebuffer(a);
            assertThat(rig.board.isZero(range.start(), range.length())).isFalse();
            a.close();
            assertThat(rig.board.isZero(range.start(), range.length())).isTrue();
        }
    }

    @Test
    void reset_afterWriting_scrubsFramebufferAndKeepsItsPlace() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu a = rig.create("a", "L40-8Q");
            VirtualGpu b = rig.create("b", "L40-8Q");
            b.bar(1).handler().write(0, 4, 5);
            a.bar(1).handler().write(0x1000, 8, -1);
            a.reset(org.gpumediator.api.ResetKind.FUNCTION_LEVEL);
            assertThat(a.bar(1).handler().read(0x1000, 8)).isZero();
            a.bar(1).handler().write(0x1000, 4, 9);
            assertThat(rig.board.read(1, framebuffer(a).start() + 0x1000, 4)).isEqualTo(9);
            assertThat(b.bar(1).handler().read(0, 4)).isEqualTo(5);
        }
    }

    @Test
    void interrupt_ofAFunction_reachesItsGuestOnly() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu a = rig.create("a", "L40-8Q");
            rig.create("b", "L40-8Q");
            a.configSpace().write(0x04, 2, 6);
            a.bar(0).handler().write(0x1_0000, 4, 0xfee0_0000L);
            a.bar(0).handler().write(0x1_000c, 4, 0);
            a.configSpace().write(0x7e, 2, 0x8000);
            a.bar(0).handler().write(0x1200, 4, 1);
            a.bar(0).handler().write(0x1608, 4, 1);
            rig.board.raise(1, 0, 0);
            assertThat(rig.interrupts.messages()).isZero();
            rig.board.raise(0, 0, 0);
            assertThat(rig.interrupts.count(0)).isEqualTo(1);
        }
    }

    @Test
    void step_firmwareCrashed_bringsEverythingUpInItsPlace() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu a = rig.create("a", "L40-8Q");
            VirtualGpu b = rig.create("b", "L40-8Q");
            rig.board.crashFirmware();
            rig.clock.advanceNanos(2_000_000_000L);
            rig.mediator.step();
            assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            assertThat(rig.board.plugin(1)).isEqualTo("ACTIVE");
            assertThat(rig.board.plugin(2)).isEqualTo("ACTIVE");
            assertThat(a.state()).isEqualTo(org.gpumediator.api.VirtualGpuState.FAILED);
            a.reset(org.gpumediator.api.ResetKind.BUS);
            assertThat(a.state()).isEqualTo(org.gpumediator.api.VirtualGpuState.CREATED);
            a.bar(1).handler().write(0, 4, 3);
            assertThat(rig.board.read(1, framebuffer(a).start(), 4)).isEqualTo(3);
            b.close();
        }
    }

    @Test
    void create_firmwareGone_saysSoAndTakesNothing() {
        try (Rig rig = new Rig(AdaModel.L40)) {
            GpuInventory before = rig.mediator.inventory();
            rig.board.crashFirmware();
            assertThatThrownBy(() -> rig.create("a", "L40-8Q"))
                    .isInstanceOf(GpuMediationException.class)
                    .hasMessageContaining("exception 120");
            rig.clock.advanceNanos(2_000_000_000L);
            rig.mediator.step();
            assertThat(rig.mediator.inventory().resources()).isEqualTo(before.resources());
        }
    }
}
