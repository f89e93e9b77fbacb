package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.THROWABLE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.HostPower;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeGsp;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exceptions and hangs: each goes as far as it must, and no further. */
class EscalationTest {

    private static final int FATAL = 2;
    private static final int NON_FATAL = 1;
    private static final int RESET_MESSAGE = 3;
    private static final int CHANNEL_DOORBELL = 0x3_0090;
    private static final long WATCH = 2_000_000_000L;

    private final Rig rig = new Rig(AdaModel.L40, "placement-mode", "heterogeneous");
    private final Neighbour neighbour = new Neighbour(rig, request("neighbour"));
    private final VirtualGpu a = rig.mediator.create(request("a"), rig.port());
    private final int channel = (int) a.partition().range(VfResources.CHANNEL_IDS).start();

    @AfterEach
    void close() {
        rig.board.faults().clear();
        Throwable ignored = catchThrowable(rig::close); // a share may be lost by then
    }

    private static VgpuRequest request(String name) {
        return VgpuRequest.ofQuotas(name, Map.of("framebuffer", 128L << 20));
    }

    private long counter(String name) {
        return rig.mediator.statistics().counters().getOrDefault(name, -1L);
    }

    private void step() {
        rig.clock.advanceNanos(WATCH);
        rig.mediator.step();
    }

    private void assertStays(VirtualGpuState state) {
        step();
        assertThat(a.state()).isEqualTo(state);
        assertThat(counter("gsp.restarts")).isZero();
        neighbour.checkUntouched();
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 31, 32, 43, 45, 69, 94})
    void exception_contained_failsItsOwnerAloneUntilItIsReset(int exception) {
        rig.board.reportException(2, channel, exception, FATAL);
        assertStays(VirtualGpuState.FAILED);
        assertThat(rig.hardwareResets).containsExactly("exception " + exception + " a");
        a.bar(0).handler().write(CHANNEL_DOORBELL, 4, 0);
        assertThat(rig.board.doorbells(2)).as("doorbell of a failed one").isZero();
        assertThat(a.bar(1).handler().read(0, 4)).isEqualTo(0xffff_ffffL);
        a.reset(ResetKind.BUS);
        assertThat(counter("recovery.resets")).isEqualTo(1);
        assertThat(counter("recovery.rebuilds")).isZero();
        assertStays(VirtualGpuState.CREATED);
    }

    @Test
    void exception_notFatal_isBorneUntilThereAreTooManyInAMinute() {
        for (int i = 0; i < 15; i++) {
            rig.board.reportException(2, channel, 13, NON_FATAL);
        }
        assertStays(VirtualGpuState.CREATED);
        rig.board.reportException(2, channel, 13, NON_FATAL);
        assertStays(VirtualGpuState.FAILED);
        assertThat(rig.hardwareResets).containsExactly("too many exceptions in a minute a");
        rig.clock.advanceNanos(61_000_000_000L);
        a.reset(ResetKind.BUS);
        rig.board.reportException(2, channel, 13, NON_FATAL);
        assertStays(VirtualGpuState.CREATED);
    }

    @Test
    void exception_namingAnothersChannelOrNobody_failsNobody() {
        int others = (int) neighbour.vgpu.partition().range(VfResources.CHANNEL_IDS).start();
        rig.board.reportException(2, others, 31, FATAL);
        rig.board.reportException(1, channel, 31, FATAL);
        rig.board.reportException(9, channel, 31, FATAL);
        rig.board.reportException(-1, channel, 31, FATAL);
        assertStays(VirtualGpuState.CREATED);
    }

    @Test
    void crash_ofItsTask_isRepairedByRebuildingItAlone() {
        var place = a.partition();
        rig.board.crashPlugin(2);
        assertStays(VirtualGpuState.FAILED);
        a.reset(ResetKind.BUS);
        assertThat(counter("recovery.rebuilds")).isEqualTo(1);
        assertThat(counter("recovery.resets")).isZero();
        assertThat(a.partition()).isEqualTo(place);
        assertThat(rig.board.plugin(2)).isEqualTo("ACTIVE");
        assertStays(VirtualGpuState.CREATED);
    }

    @Test
    void reset_thatIsNotAnswered_goesOnToARebuild() {
        rig.board.faults().inject(GspFault.LOST_PLUGIN_REPLY, RESET_MESSAGE);
        a.reset(ResetKind.BUS);
        assertThat(counter("recovery.rebuilds")).isEqualTo(1);
        assertStays(VirtualGpuState.CREATED);
    }

    @Test
    void functionThatHangsInItsReset_isKeptFromEverybodyUntilTheBoardIsReset() {
        rig.board.faults().inject(GspFault.FUNCTION_RESET_HANGS, 2);
        a.reset(ResetKind.BUS);
        assertThat(counter("recovery.lost")).isEqualTo(1);
        assertStays(VirtualGpuState.FAILED);
        a.reset(ResetKind.BUS);
        assertStays(VirtualGpuState.FAILED);
        assertThatThrownBy(a::close).isInstanceOf(ShareLostException.class);
        VirtualGpu next = rig.mediator.create(request("next"), rig.port());
        assertThat(next.partition().range(VfResources.VF).start()).isEqualTo(2);
        next.close();
        step();
        assertThat(rig.mediator.inventory().holdings()).hasSize(2);
        neighbour.checkUntouched();
        rig.board.crashFirmware();
        assertReclaimed();
        next = rig.mediator.create(request("next"), rig.port());
        assertThat(next.partition().range(VfResources.VF).start()).isEqualTo(1);
        neighbour.checkUpAgain();
    }

    @Test
    void functionThatHangsOnABoardThatNobodyIsOn_bringsTheBoardsResetAbout() {
        neighbour.vgpu.close();
        rig.board.faults().inject(GspFault.FUNCTION_RESET_HANGS, 2);
        a.reset(ResetKind.BUS);
        assertThatThrownBy(a::close).isInstanceOf(ShareLostException.class);
        for (int i = 0; i < 10; i++) {
            step();
        }
        assertThat(counter("gsp.restarts")).isEqualTo(1);
        assertThat(rig.hardwareResets).contains("board: shares are kept that only this frees ");
        assertThat(rig.mediator.inventory().holdings()).isEmpty();
        rig.mediator.create(request("next"), rig.port()).close();
    }

    private void assertReclaimed() {
        assertThat(counter("mediator.lost-shares")).isEqualTo(1);
        step();
        step();
        assertThat(counter("mediator.reclaimed-shares")).isEqualTo(1);
        assertThat(rig.mediator.inventory().holdings()).hasSize(1);
    }

    @Test
    void framebufferThatCannotBeScrubbed_isTriedAgainByTheNextReset() {
        rig.board.faults().inject(GspFault.SCRUB_TIMEOUT, GspFaults.ANY, 0, 2);
        a.reset(ResetKind.BUS);
        assertStays(VirtualGpuState.FAILED);
        assertThat(counter("recovery.lost")).isEqualTo(1);
        a.reset(ResetKind.BUS);
        assertStays(VirtualGpuState.CREATED);
        a.close();
        assertThat(counter("mediator.lost-shares")).isZero();
        neighbour.checkUntouched();
    }

    @Test
    void framebufferThatCannotBeScrubbedAtClose_isGivenBackWhenAStepHasScrubbedIt() {
        a.bar(1).handler().write(0x4000, 8, 0x1122_3344_5566_7788L);
        var place = a.partition().range(VfResources.framebuffer(AdaBoard.L40));
        rig.board.faults().inject(GspFault.SCRUB_TIMEOUT, GspFaults.ANY, 0, 2);
        assertThatThrownBy(a::close)
                .isInstanceOf(ShareLostException.class)
                .hasMessageContaining("until it is safe for another owner");
        assertThat(rig.mediator.inventory().holdings()).hasSize(2);
        step();
        assertThat(rig.mediator.inventory().holdings()).as("tried in vain").hasSize(2);
        step();
        step();
        assertThat(rig.mediator.inventory().holdings()).hasSize(1);
        assertThat(rig.board.isZero(place.start(), place.length())).isTrue();
        neighbour.checkUntouched();
    }

    @Test
    void closeWhileTheFirmwareIsDead_isGivenBackScrubbedWhenTheBoardWasReset() {
        a.bar(1).handler().write(0x4000, 8, 0x1122_3344_5566_7788L);
        var place = a.partition().range(VfResources.framebuffer(AdaBoard.L40));
        rig.board.crashFirmware();
        assertThatThrownBy(a::close).isInstanceOf(ShareLostException.class);
        assertReclaimed();
        assertThat(rig.board.isZero(place.start(), place.length())).isTrue();
        assertThat(rig.board.occupation()).containsEntry("plugins", 1L);
        neighbour.checkUpAgain();
    }

    @Test
    void create_triedAgainWhileTheFirmwareIsDead_costsNothing() {
        VgpuType type = rig.mediator.typeOf(request("x"));
        int before = rig.mediator.availableInstances(type);
        rig.board.crashFirmware();
        for (int i = 0; i < 20; i++) {
            String name = "try" + i;
            assertThatThrownBy(() -> rig.mediator.create(request(name), rig.port()))
                    .isInstanceOf(DeviceLostException.class);
        }
        assertThat(rig.mediator.inventory().holdings()).hasSize(2);
        step();
        assertThat(rig.mediator.availableInstances(type)).isEqualTo(before);
        neighbour.checkUpAgain();
    }

    @Test
    void commandQueueThatStaysFull_losesTheBoardLikeCallsThatAreNotAnswered() {
        rig.board.faults().inject(GspFault.COMMANDS_NOT_TAKEN, GspFaults.ANY);
        for (int i = 0; i < 40 && counter("gsp.restarts") == 0; i++) {
            String name = "b" + i;
            Throwable failure =
                    catchThrowable(() -> rig.mediator.create(request(name), rig.port()));
            assertThat(failure).isInstanceOf(GpuMediationException.class);
            step();
        }
        assertThat(counter("gsp.restarts")).isEqualTo(1);
        neighbour.checkUpAgain();
        step();
        step();
        rig.mediator.create(request("last"), rig.port()).close();
    }

    @Test
    void boardThatFallsOffTheBus_endsEveryCallAtOnce() {
        rig.board.faults().inject(GspFault.COMMANDS_NOT_TAKEN, GspFaults.ANY);
        Throwable full = catchThrowable(() -> rig.mediator.create(request("b"), rig.port()));
        assertThat(full).isInstanceOf(GpuMediationException.class);
        rig.board.remove();
        long before = rig.clock.nanoTime();
        assertThatThrownBy(() -> rig.mediator.create(request("c"), rig.port()))
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContaining("fallen off the bus");
        assertThat(rig.clock.nanoTime() - before).isLessThan(100_000_000L);
    }

    @Test
    void rebuild_thatFails_givesBackItsTaskAndTheNextResetTriesAgain() {
        rig.board.crashPlugin(2);
        rig.board.faults().inject(GspFault.ERROR_STATUS, 0x2080_4001);
        a.reset(ResetKind.BUS);
        assertStays(VirtualGpuState.FAILED);
        assertThat(rig.board.plugin(2)).isEqualTo("FREE");
        a.reset(ResetKind.BUS);
        assertStays(VirtualGpuState.CREATED);
        a.close();
        neighbour.checkUntouched();
    }

    @ParameterizedTest
    @ValueSource(ints = {79, 95, 119, 120, 143, 158, 167})
    void exception_ofTheBoard_bringsEverythingUpAgainInItsPlace(int exception) {
        rig.board.reportException(2, channel, exception, FATAL);
        assertThat(a.state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(neighbour.vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
        step();
        assertThat(counter("gsp.restarts")).isEqualTo(1);
        assertThat(rig.hardwareResets.getFirst())
                .contains("exception " + exception + " concerns the board");
        neighbour.checkUpAgain();
        a.reset(ResetKind.BUS);
        assertThat(a.state()).isEqualTo(VirtualGpuState.CREATED);
        step();
        assertThat(counter("gsp.restarts")).isEqualTo(1);
    }

    @Test
    void exception_fatalOfTheHostsOwn_isOneOfTheBoard() {
        rig.board.reportException(0, 5, 31, NON_FATAL);
        assertStays(VirtualGpuState.CREATED);
        rig.board.reportException(0, 5, 31, FATAL);
        step();
        assertThat(counter("gsp.restarts")).isEqualTo(1);
        neighbour.checkUpAgain();
    }

    @Test
    void calls_threeTimeoutsInARow_loseTheBoard() {
        rig.board.faults().inject(GspFault.LOST_REPLY, GspFaults.ANY, 0, 6);
        for (int i = 0; i < 2; i++) {
            String name = "b" + i;
            assertThat(catchThrowable(() -> rig.mediator.create(request(name), rig.port())))
                    .isInstanceOf(GpuMediationException.class);
        }
        rig.board.faults().clear();
        step();
        assertThat(counter("gsp.restarts")).isEqualTo(1);
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
        neighbour.checkUpAgain();
    }

    @Test
    void board_thatDoesNotBoot_isTriedAgainLater() {
        rig.board.faults().inject(GspFault.BOOTER_FAILS, GspFaults.ANY);
        rig.board.crashFirmware();
        step();
        assertThat(rig.hardwareResets).anyMatch(told -> told.startsWith("restart failed"));
        assertThat(rig.board.firmware()).isNotEqualTo(FakeGsp.State.RUNNING);
        rig.clock.advanceNanos(61_000_000_000L);
        rig.mediator.step();
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
        neighbour.checkUpAgain();
    }

    private HostPower power() {
        return rig.mediator.ability(HostPower.class).orElseThrow();
    }

    @Test
    void sleep_whileVirtualGpusLive_isRefusedNamingThem() {
        assertThatThrownBy(() -> power().sleep())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[a, neighbour]");
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
        neighbour.checkUntouched();
    }

    @Test
    void sleep_whileOneIsBeingCreated_isRefusedNamingItAndTheCreationGoesOn() {
        a.close();
        neighbour.vgpu.close();
        List<Throwable> refusals = new ArrayList<>();
        rig.hooked.hook(
                new HookedBoard.Hook() {
                    @Override
                    public void before(int bar, long offset) {
                        if (bar == 1 && refusals.isEmpty()) {
                            refusals.add(catchThrowable(() -> power().sleep()));
                        }
                    }
                });
        VirtualGpu b = rig.mediator.create(request("b"), rig.port());
        assertThat(refusals)
                .singleElement(as(THROWABLE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[b]");
        assertThat(b.state()).isEqualTo(VirtualGpuState.CREATED);
        b.close();
        power().sleep();
        assertThatThrownBy(() -> rig.mediator.create(request("c"), rig.port()))
                .isInstanceOf(GpuMediationException.class)
                .hasMessageContaining("sleeps");
        power().wake();
        rig.mediator.create(request("c"), rig.port()).close();
        assertThat(counter("mediator.lost-shares")).isZero();
    }

    @Test
    void sleep_withEverythingSaved_goesOnAfterwardsInTheSamePlace() throws IOException {
        a.bar(1).handler().write(0x4000, 8, 0x1122_3344_5566_7788L);
        a.quiesce();
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        a.ability(Snapshottable.class).orElseThrow().save(saved);
        var place = a.partition();
        a.close();
        neighbour.vgpu.close();

        power().sleep();
        power().sleep();
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.OFF);
        assertThat(rig.board.virtualFunction(0)).isEmpty();
        assertThatThrownBy(() -> rig.mediator.create(request("b"), rig.port()))
                .isInstanceOf(GpuMediationException.class);
        step();
        assertThat(rig.board.firmware()).as("nobody wakes it").isEqualTo(FakeGsp.State.OFF);
        rig.board.reset();
        assertThat(rig.board.readConfig(0x04, 2)).as("power was off").isZero();

        power().wake();
        power().wake();
        assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
        assertThat(counter("functions.present")).isEqualTo(32);
        VirtualGpu again =
                rig.mediator.create(
                        request("a").at("vf", place.range(VfResources.VF).start()), rig.port());
        again.quiesce();
        again.ability(Snapshottable.class)
                .orElseThrow()
                .restore(new ByteArrayInputStream(saved.toByteArray()));
        again.resume();
        assertThat(again.bar(1).handler().read(0x4000, 8)).isEqualTo(0x1122_3344_5566_7788L);
    }
}
