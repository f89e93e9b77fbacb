package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.desired.DesiredState;
import org.gpumediator.core.desired.DesiredVgpu;
import org.gpumediator.core.desired.Reconciliation;
import org.gpumediator.core.desired.Reconciliation.Outcome;
import org.gpumediator.core.desired.Reconciliation.Step;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A desired state applied to a board. */
class DesiredStateTest {

    private static final String HEAD = "gpu-mediator desired-state 1\ngpu 10de:26b5\n";
    private static final String THREE =
            HEAD
                    + "vgpu name=a type=L40-8Q placement=@16 vf=@3\n"
                    + "vgpu name=b type=L40-16Q\n"
                    + "vgpu name=c type=L40-2Q placement=@10\n";
    private static final int BOOTLOAD = 0x2080_4001;

    private final Rig rig = new Rig(AdaModel.L40, "placement-mode", "heterogeneous");
    private final List<String> carried = new ArrayList<>();
    private final Reconciliation reconciliation = reconciliation(rig);

    private Reconciliation reconciliation(Rig target) {
        return new Reconciliation(
                target.mediator,
                target.board.identity(),
                new Reconciliation.Carrier() {
                    @Override
                    public VmmPort port(DesiredVgpu wish) {
                        return VmmPort.of(target.memory, target.interrupts);
                    }

                    @Override
                    public void created(DesiredVgpu wish, VirtualGpu vgpu) {
                        carried.add("+" + vgpu.name());
                    }

                    @Override
                    public void closing(VirtualGpu vgpu) {
                        carried.add("-" + vgpu.name());
                    }
                },
                Set.of("mine"));
    }

    @AfterEach
    void close() {
        rig.board.faults().clear();
        rig.close();
    }

    private Outcome apply(String text) {
        return reconciliation.apply(DesiredState.parse(text));
    }

    private VirtualGpu vgpu(String name) {
        return rig.mediator.virtualGpu(name).orElseThrow();
    }

    private static long vf(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.VF).start();
    }

    private static long placement(VirtualGpu vgpu) {
        return vgpu.partition().range(VfResources.PLACEMENT).start();
    }

    @Test
    void apply_onAnEmptyBoard_createsThoseWithPlacesFirst() {
        Outcome outcome = apply(THREE);
        assertThat(outcome.isComplete()).isTrue();
        assertThat(carried).containsExactly("+a", "+c", "+b");
        assertThat(vf(vgpu("a"))).isEqualTo(3);
        assertThat(placement(vgpu("a"))).isEqualTo(16);
        assertThat(placement(vgpu("c"))).isEqualTo(10);
        assertThat(rig.board.plugin(4)).isEqualTo("ACTIVE");
    }

    @Test
    void apply_twice_doesNothingTheSecondTime() {
        apply(THREE);
        carried.clear();
        vgpu("b").bar(1).handler().write(0, 8, 77);
        long commands = rig.board.occupation().get("rpc.commands");
        Outcome outcome = apply(THREE);
        assertThat(outcome.kept()).extracting(Step::name).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(outcome.done()).isEmpty();
        assertThat(carried).isEmpty();
        assertThat(rig.board.occupation()).containsEntry("rpc.commands", commands);
        assertThat(vgpu("b").bar(1).handler().read(0, 8)).isEqualTo(77);
    }

    @Test
    void apply_afterAChange_closesAndCreatesOnlyWhatDiffers() {
        apply(THREE);
        VirtualGpu kept = vgpu("a");
        kept.bar(1).handler().write(0, 8, 77);
        carried.clear();
        Outcome outcome =
                apply(
                        HEAD
                                + "vgpu name=a type=\"NVIDIA L40-8Q\"\n"
                                + "vgpu name=b type=L40-12Q\n"
                                + "vgpu name=d type=L40-2Q\n");
        assertThat(carried).containsExactly("-b", "-c", "+b", "+d");
        assertThat(outcome.done())
                .extracting(Step::toString)
                .containsExactly(
                        "close b (type NVIDIA L40-16Q, wanted L40-12Q)",
                        "close c (not wanted)",
                        "create b",
                        "create d");
        assertThat(vgpu("a")).isSameAs(kept);
        assertThat(kept.bar(1).handler().read(0, 8)).isEqualTo(77);
    }

    @Test
    void apply_ofAnotherPlace_movesIt() {
        apply(HEAD + "vgpu name=a type=L40-8Q placement=@16\n");
        Outcome outcome = apply(HEAD + "vgpu name=a type=L40-8Q placement=@40\n");
        assertThat(outcome.done()).hasSize(2);
        assertThat(placement(vgpu("a"))).isEqualTo(40);
    }

    @Test
    void plan_changesNothing() {
        apply(THREE);
        carried.clear();
        assertThat(reconciliation.plan(DesiredState.parse(HEAD)))
                .extracting(Step::toString)
                .containsExactly(
                        "close b (not wanted)", "close c (not wanted)", "close a (not wanted)");
        assertThat(rig.mediator.virtualGpus()).hasSize(3);
        assertThat(carried).isEmpty();
    }

    @Test
    void apply_unmanaged_isNeitherClosedNorNamed() {
        apply(THREE);
        rig.create("mine", "L40-2Q");
        apply(HEAD);
        assertThat(rig.mediator.virtualGpus()).extracting(VirtualGpu::name).containsExactly("mine");
        assertThatThrownBy(() -> apply(HEAD + "vgpu name=mine type=L40-2Q\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mine");
    }

    @Test
    void apply_thatWouldNotFit_closesNothing() {
        apply(THREE);
        carried.clear();
        assertThatThrownBy(
                        () ->
                                apply(
                                        HEAD
                                                + "vgpu name=x type=L40-48Q\n"
                                                + "vgpu name=y type=L40-1Q\n"))
                .isInstanceOf(InsufficientResourceException.class);
        assertThat(carried).isEmpty();
        assertThat(rig.mediator.virtualGpus()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vgpu name=x type=L40-9Q",
                "vgpu name=x type=L40-8Q plcement=@16",
                "vgpu name=a type=L40-8Q plcement=@16",
                "vgpu name=x framebuffer=1",
                "vgpu name=x type=L40-8Q framebuffer=@1"
            })
    void apply_ofWhatTheBoardDoesNotHave_isRefusedAndClosesNothing(String line) {
        apply(THREE);
        carried.clear();
        assertThatThrownBy(() -> apply(HEAD + line + "\n"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(carried).isEmpty();
    }

    @Test
    void apply_ofAnotherBoardsState_isRefused() {
        assertThatThrownBy(() -> apply(THREE.replace("26b5", "27b8")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("state of GPU 10de:27b8: this one is 10de:26b5");
    }

    @Test
    void apply_failingHalfWay_saysWhatWasDoneAndALaterOneFinishes() {
        rig.board.faults().inject(GspFault.ERROR_STATUS, BOOTLOAD, 1, 1);
        Outcome outcome = apply(THREE);
        assertThat(outcome.isComplete()).isFalse();
        assertThat(outcome.done()).extracting(Step::name).containsExactly("a");
        assertThat(outcome.notDone()).extracting(Step::name).containsExactly("c", "b");
        assertThat(outcome.failure().orElseThrow()).hasMessageContaining("c: ");
        assertThat(outcome.toString()).contains("done [create a]", "not done [create c, create b]");
        VirtualGpu a = vgpu("a");
        Outcome second = apply(THREE);
        assertThat(second.isComplete()).isTrue();
        assertThat(second.kept()).extracting(Step::name).containsExactly("a");
        assertThat(vgpu("a")).isSameAs(a);
        assertThat(apply(THREE).done()).isEmpty();
    }

    @Test
    void apply_losingAShareWhileClosing_saysSoAndALaterOneFinishes() {
        apply(THREE);
        rig.board.faults().inject(GspFault.SCRUB_TIMEOUT, -1);
        Outcome outcome = apply(HEAD + "vgpu name=a type=L40-8Q\nvgpu name=d type=L40-2Q\n");
        assertThat(outcome.failure().orElseThrow()).isInstanceOf(ShareLostException.class);
        assertThat(outcome.notDone()).extracting(Step::name).containsExactly("b", "c", "d");
        Outcome second = apply(HEAD + "vgpu name=a type=L40-8Q\nvgpu name=d type=L40-2Q\n");
        assertThat(second.isComplete()).isTrue();
        assertThat(rig.mediator.virtualGpus())
                .extracting(VirtualGpu::name)
                .containsExactly("a", "d");
    }

    @Test
    void state_ofWhatExists_bringsAnotherHostToTheSamePlaces() {
        apply(THREE + "vgpu name=e framebuffer=128M\n");
        String text = DesiredState.of(rig.board.identity(), rig.mediator, Set.of("mine")).format();
        try (Rig other = new Rig(AdaModel.L40, "placement-mode", "heterogeneous")) {
            assertThat(reconciliation(other).apply(DesiredState.parse(text)).isComplete()).isTrue();
            for (VirtualGpu here : rig.mediator.virtualGpus()) {
                VirtualGpu there = other.mediator.virtualGpu(here.name()).orElseThrow();
                assertThat(there.partition()).isEqualTo(here.partition());
                assertThat(there.type().name()).isEqualTo(here.type().name());
            }
        }
        assertThat(apply(text).done()).isEmpty();
    }

    @Test
    void apply_afterADeviceReset_findsEverythingInItsPlace() {
        apply(THREE);
        rig.board.crashFirmware();
        rig.clock.advanceNanos(2_000_000_000L);
        rig.mediator.step();
        Outcome outcome = apply(THREE);
        assertThat(outcome.done()).isEmpty();
        for (VirtualGpu vgpu : rig.mediator.virtualGpus()) {
            assertThat(rig.board.plugin((int) vf(vgpu) + 1)).isEqualTo("ACTIVE");
            vgpu.reset(ResetKind.BUS);
            assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
        }
    }
}
