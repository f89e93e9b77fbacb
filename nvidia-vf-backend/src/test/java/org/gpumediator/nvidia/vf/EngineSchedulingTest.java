package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.nvidia.vf.EngineRig.MS;
import static org.gpumediator.nvidia.vf.EngineRig.SECOND;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.GraphicsEngine;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.SliceLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens around the slices of an L40's graphics engine. */
class EngineSchedulingTest {

    private static final String SMALL = "L40-1Q";
    private static final String QUARTER = "L40-12Q";
    private static final int SET_SCHEDULER = 0x2080_1121;
    private static final int TEAR_DOWN = 0x2080_11f0;

    private static EngineWork[] pieces(int count, long nanos) {
        return Collections.nCopies(count, EngineWork.of(nanos)).toArray(EngineWork[]::new);
    }

    // ---- work

    @Test
    void work_ofOneGuest_isDoneWithoutEverLeavingTheEngine() {
        try (EngineRig rig = new EngineRig()) {
            EngineRig.Guest guest = rig.add(SMALL).submits(pieces(500, MS));
            rig.run(SECOND);
            assertThat(rig.engine.done(guest.gfid)).isEqualTo(500);
            assertThat(guest.busy()).isEqualTo(500 * MS);
            assertThat(rig.engine.timesOn(guest.gfid)).isEqualTo(1);
            assertThat(guest.counter("engines.busy.nanos")).isBetween(500 * MS, 501 * MS);
            assertThat(rig.engine.hasWork(guest.gfid)).isFalse();
        }
    }

    @Test
    void work_behindADoorbellThatWasNotRung_isNotBegun() {
        try (EngineRig rig = new EngineRig()) {
            EngineRig.Guest guest = rig.add(SMALL).submits(EngineWork.of(MS));
            rig.engine.queue(guest.gfid, 64 * 31 + 1, EngineWork.of(MS));
            rig.run(SECOND);
            assertThat(rig.engine.done(guest.gfid)).isEqualTo(1);
        }
    }

    @Test
    void quiesce_ofOneGuest_holdsItsWorkAndNobodyElses() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            rig.run(100 * MS);
            EngineRig.Guest held = rig.guests.get(0);
            held.vgpu.quiesce();
            long[] before = rig.busy();
            rig.run(SECOND);
            assertThat(held.busy()).isEqualTo(before[0]);
            assertThat(rig.guests.get(1).busy() - before[1]).isGreaterThan(990 * MS);
            held.vgpu.resume();
            rig.run(SECOND);
            assertThat(held.busy() - before[0]).isBetween(480 * MS, 500 * MS);
        }
    }

    @Test
    void reset_ofOneGuest_dropsItsWorkAndNobodyElses() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            rig.run(100 * MS);
            EngineRig.Guest reset = rig.guests.get(0);
            reset.vgpu.reset(ResetKind.FUNCTION_LEVEL);
            long[] before = rig.busy();
            rig.run(SECOND);
            assertThat(reset.busy()).isEqualTo(before[0]);
            assertThat(rig.guests.get(1).busy() - before[1]).isGreaterThan(990 * MS);
        }
    }

    @Test
    void restart_ofTheBoard_letsWorkRunAgain() {
        try (EngineRig rig = new EngineRig().policy(new EqualShare()).busy(2, SMALL)) {
            rig.run(100 * MS);
            rig.rig.board.crashFirmware();
            rig.run(2 * SECOND);
            assertThat(rig.rig.board.occupation()).containsEntry("scheduler.policy", 3L);
            rig.guests.forEach(guest -> guest.vgpu.reset(ResetKind.BUS));
            long[] before = rig.busy();
            rig.guests.forEach(guest -> guest.submits(EngineWork.endless()));
            rig.run(SECOND);
            for (int i = 0; i < 2; i++) {
                assertThat(rig.guests.get(i).busy() - before[i]).isBetween(480 * MS, 520 * MS);
            }
        }
    }

    // ---- work that does not leave

    @Test
    void preemptionTimeout_hungWork_endsTheOffendersWorkOnly() {
        try (EngineRig rig = new EngineRig()) {
            EngineRig.Guest a = rig.add(SMALL).submits(pieces(2_000, MS));
            EngineRig.Guest hung = rig.add(SMALL).submits(EngineWork.hung());
            EngineRig.Guest b = rig.add(SMALL).submits(pieces(2_000, MS));
            hung.submitsOn(1, EngineWork.of(MS));
            rig.run(5 * SECOND);
            assertThat(rig.engine.tornDown(hung.gfid)).isEqualTo(1);
            assertThat(hung.vgpu.statistics().faults(GuestFaultKind.HANG)).isEqualTo(1);
            for (EngineRig.Guest other : List.of(a, b)) {
                assertThat(rig.engine.done(other.gfid)).isEqualTo(2_000);
                assertThat(rig.engine.tornDown(other.gfid)).isZero();
                assertThat(other.vgpu.statistics().faults(GuestFaultKind.HANG)).isZero();
                assertThat(other.vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
                // Its own slice, the time-out, the recovery, and a slice of the third.
                assertThat(other.counter("engines.wait.worst.nanos"))
                        .isBetween(100 * MS, (16 + 100 + 2 + 16 + 1) * MS);
            }
            assertThat(rig.rig.mediator.statistics().counter("engines.cut-off")).isEqualTo(1);
            assertThat(rig.rig.hardwareResets).isEmpty();
        }
    }

    @Test
    void preemptionTimeout_afterIt_channelsAreDeadUntilAReset() {
        try (EngineRig rig = new EngineRig().busy(1, SMALL)) {
            EngineRig.Guest hung = rig.add(SMALL).submits(EngineWork.hung());
            rig.run(SECOND);
            long before = rig.engine.done(hung.gfid);
            hung.submits(EngineWork.of(MS));
            rig.run(SECOND);
            assertThat(rig.engine.rungDead(hung.gfid)).isEqualTo(1);
            assertThat(rig.engine.done(hung.gfid)).isEqualTo(before);
            hung.submitsOn(2, EngineWork.of(MS));
            rig.run(SECOND);
            assertThat(rig.engine.done(hung.gfid)).as("another channel").isEqualTo(before + 1);
            hung.vgpu.reset(ResetKind.FUNCTION_LEVEL);
            hung.submits(EngineWork.of(MS));
            rig.run(SECOND);
            assertThat(rig.engine.done(hung.gfid)).as("after a reset").isEqualTo(before + 2);
        }
    }

    @Test
    void preemptionTimeout_againAndAgain_failsTheOffenderOnly() {
        try (EngineRig rig = new EngineRig().busy(1, SMALL)) {
            EngineRig.Guest hung = rig.add(SMALL);
            for (int i = 0; i < 3; i++) {
                assertThat(hung.vgpu.state()).isNotEqualTo(VirtualGpuState.FAILED);
                hung.submitsOn(i, EngineWork.hung());
                rig.run(SECOND);
            }
            assertThat(hung.vgpu.state()).isEqualTo(VirtualGpuState.FAILED);
            assertThat(rig.guests.getFirst().vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 60})
    void preemptionTimeout_ofAGuestsOwn_decidesHowLongOthersWait(int milliseconds) {
        try (EngineRig rig = new EngineRig().busy(1, SMALL)) {
            rig.add(SMALL, "preemption-timeout", Integer.toString(milliseconds))
                    .submits(EngineWork.hung());
            rig.run(SECOND);
            assertThat(rig.guests.getFirst().counter("engines.wait.worst.nanos"))
                    .isBetween((16 + milliseconds) * MS, (16 + milliseconds + 3) * MS);
        }
    }

    @Test
    void preemptionTimeout_slowWorkThatLeavesInTime_isNotCutOff() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            rig.engine.leavesAfter(rig.guests.get(0).gfid, () -> 99 * MS);
            rig.run(5 * SECOND);
            assertThat(rig.engine.tornDown(rig.guests.get(0).gfid)).isZero();
            rig.control()
                    .parameters(
                            rig.guests.get(0).vgpu.id(),
                            new SchedulingParameters(1, 100, 0, 0, 98 * MS));
            rig.run(SECOND);
            assertThat(rig.engine.tornDown(rig.guests.get(0).gfid)).as("set live").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = GspFault.class,
            names = {"ERROR_STATUS", "LOST_REPLY", "BAD_CHECKSUM", "EVENT_STORM"})
    void preemptionTimeout_firmwareFailsToCutOff_isTriedAgain(GspFault fault) {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            EngineRig.Guest hung = rig.add(SMALL).submits(EngineWork.hung());
            rig.rig.board.faults().inject(fault, TEAR_DOWN);
            rig.run(10 * SECOND);
            assertThat(rig.rig.board.faults().happened()).isEqualTo(1);
            assertThat(rig.engine.tornDown(hung.gfid)).isPositive();
            assertThat(rig.engine.onEngine()).isNotEqualTo(hung.gfid);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(SECOND);
            assertThat(EngineRig.jain(Arrays.copyOf(rig.shares(before, since), 2)))
                    .isGreaterThan(0.99);
            assertThat(rig.guests.getFirst().vgpu.state()).isEqualTo(VirtualGpuState.RUNNING);
        }
    }

    // ---- lengths

    @Test
    void quantum_setLive_takesEffectAtTheNextSlice() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            EngineRig.Guest guest = rig.guests.get(0);
            while (rig.engine.onEngine() != guest.gfid || guest.busy() < 100 * MS) {
                rig.run(MS);
            }
            rig.control()
                    .parameters(guest.vgpu.id(), new SchedulingParameters(1, 100, 0, 4 * MS, 0));
            List<Long> slices = new ArrayList<>();
            long before = guest.busy();
            while (slices.size() < 3) {
                while (rig.engine.onEngine() == guest.gfid) {
                    rig.run(MS / 2);
                }
                slices.add(guest.busy() - before);
                before = guest.busy();
                while (rig.engine.onEngine() != guest.gfid) {
                    rig.run(MS / 2);
                }
            }
            assertThat(slices.get(0)).as("rest of the slice that ran").isGreaterThan(5 * MS);
            assertThat(slices.subList(1, 3)).allMatch(slice -> Math.abs(slice - 4 * MS) < 10_000);
        }
    }

    @Test
    void lengths_outOfTheBoardsLimits_areRefusedWithValueAndLimit() {
        try (EngineRig rig = new EngineRig().busy(1, SMALL)) {
            int id = rig.guests.getFirst().vgpu.id();
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    rig.control()
                                            .parameters(
                                                    id,
                                                    new SchedulingParameters(
                                                            1, 100, 0, 31 * MS, 0)))
                    .withMessage("quantum 31000000 ns: expected 1000000 to 30000000");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    rig.control()
                                            .parameters(
                                                    id,
                                                    new SchedulingParameters(
                                                            1, 100, 0, 0, 3_000 * MS)))
                    .withMessage(
                            "preemption time-out 3000000000 ns: expected 1000000 to"
                                    + " 2000000000");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.policy(new BestEffort(40 * MS)))
                    .withMessage("quantum 40000000 ns: expected 1000000 to 30000000");
            GpuInventory before = rig.rig.mediator.inventory();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.add(SMALL, "quantum", "31"))
                    .withMessageContaining("quantum 31000000");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.add(SMALL, "weigth", "2"))
                    .withMessageContaining("weigth");
            assertThat(rig.rig.mediator.inventory()).isEqualTo(before);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.control().parameters(99, SchedulingParameters.DEFAULT))
                    .withMessageContaining("99");
        }
    }

    @Test
    void lengths_ofABoardWithOtherLimits_areThatBoards() {
        SteppedClock clock = new SteppedClock();
        FakeAda board =
                FakeAda.builder(AdaModel.L4)
                        .clock(clock)
                        .sliceLimits(new SliceLimits(2 * MS, 50 * MS, 5 * MS, 9 * MS))
                        .build();
        try (Mediator mediator =
                Mediator.builder(board)
                        .clock(clock)
                        .backend(new NvidiaVfBackendProvider())
                        .build()) {
            var control =
                    mediator.ability(org.gpumediator.api.spi.SchedulingControl.class).orElseThrow();
            control.policy(new BestEffort(40 * MS));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> control.policy(new AdaptiveRoundRobin(MS, 33)))
                    .withMessage("quantum 1000000 ns: expected 2000000 to 50000000");
            assertThat(control.policy()).isEqualTo(new BestEffort(40 * MS));
        }
    }

    // ---- policies

    @Test
    void policy_atFirst_isBestEffortWithSlicesOf16Milliseconds() {
        try (EngineRig rig = new EngineRig()) {
            assertThat(rig.control().policy()).isEqualTo(new BestEffort(16 * MS));
            assertThat(rig.rig.board.occupation()).containsEntry("scheduler.policy", 2L);
        }
    }

    @Test
    void policy_fixedShareWhereSizesAreMixed_isRefused() {
        try (EngineRig rig = new EngineRig("placement-mode", "heterogeneous").busy(1, SMALL)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.policy(new FixedShare()))
                    .withMessageContaining("fixed-share");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rig.policy(new FixedShare(MS, 1, 2).withDonation()));
            rig.policy(new EqualShare());
            assertThat(rig.control().policy()).isEqualTo(new EqualShare());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new EngineRig("placement-mode", "heterogeneous", "RmPVMRL", "0x11"));
    }

    @Test
    void policy_refusedByTheFirmware_staysAsItWas() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            rig.rig.board.faults().inject(GspFault.ERROR_STATUS, SET_SCHEDULER);
            assertThatThrownBy(() -> rig.policy(new EqualShare()))
                    .isInstanceOf(GpuMediationException.class);
            assertThat(rig.control().policy()).isEqualTo(new BestEffort());
            rig.policy(new EqualShare());
            assertThat(rig.control().policy()).isEqualTo(new EqualShare());
        }
    }

    @Test
    void create_firmwareRefusesTheVendorSetting_givesEverythingBack() {
        try (EngineRig rig = new EngineRig("RmPVMRL", "0x11")) {
            GpuInventory before = rig.rig.mediator.inventory();
            rig.rig.board.faults().inject(GspFault.ERROR_STATUS, SET_SCHEDULER);
            assertThatThrownBy(() -> rig.add(QUARTER)).isInstanceOf(GpuMediationException.class);
            assertThat(rig.rig.mediator.inventory()).isEqualTo(before);
            assertThat(rig.rig.board.occupation()).containsEntry("plugins", 0L);
            EngineRig.Guest next = rig.add(QUARTER).submits(EngineWork.endless());
            rig.run(SECOND);
            assertThat(next.busy()).isBetween(230 * MS, 255 * MS);
        }
    }

    @Test
    void policy_thatThrowsOrNamesAStranger_isCountedAndWorkGoesOn() {
        SchedulingPolicy broken =
                new SchedulingPolicy() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public org.gpumediator.api.schedule.Slice next(
                            org.gpumediator.api.schedule.RunQueue queue) {
                        throw new IllegalStateException("broken");
                    }
                };
        try (EngineRig rig = new EngineRig().busy(2, SMALL).policy(broken)) {
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(SECOND);
            assertThat(EngineRig.jain(rig.shares(before, since))).isGreaterThan(0.99);
            assertThat(rig.rig.mediator.statistics().counter("engines.policy-faults"))
                    .isGreaterThan(10);
        }
    }

    // ---- the vendor's form

    @ParameterizedTest
    @CsvSource({
        "0x0,        L40-12Q",
        "0x1,        L40-12Q",
        "0x1,        L40-1Q",
        "0x11,       L40-12Q",
        "0x00040003, L40-12Q",
        "0x00040013, L40-1Q",
        "0x0a0fa001, L40-1Q"
    })
    void vendorSetting_ofTheBoard_choosesThePolicyByTheFirstType(String word, String type) {
        boolean few = type.equals(QUARTER);
        SchedulingPolicy expected =
                switch (word) {
                    case "0x0" -> new BestEffort();
                    case "0x1" -> new EqualShare(SECOND / (few ? 480 : 960), 33, false);
                    case "0x11" -> new FixedShare(SECOND / 480).withAveragingFactor(33);
                    case "0x00040003" -> new EqualShare(4 * MS, 0, false);
                    case "0x00040013" -> new FixedShare(4 * MS).withAveragingFactor(0);
                    default -> new EqualShare(4 * MS, 10, false);
                };
        try (EngineRig rig = new EngineRig("RmPVMRL", word).busy(1, type)) {
            assertThat(rig.control().policy()).isEqualTo(expected);
            rig.policy(new EqualShare());
            rig.guests.removeFirst().vgpu.close();
            rig.busy(1, type);
            assertThat(rig.control().policy()).as("replaced").isEqualTo(new EqualShare());
        }
    }

    @Test
    void vendorSetting_elasticCap_boundsTheExtraTime() {
        try (EngineRig rig =
                new EngineRig(
                                "RmPVMRL", "0x00100013",
                                "RmPVMRLElasticSchedulingCap", "0x0003000a")
                        .busy(1, QUARTER)) {
            assertThat(rig.control().policy()).isEqualTo(new FixedShare(16 * MS, 3, 10, 0, false));
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(10 * SECOND);
            assertThat(rig.shares(before, since)[0]).isBetween(0.322, 0.328);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RmPVMRL, 0x21",
        "RmPVMRL, 0x100000000",
        "RmPVMRL, often",
        "RmPVMRL, -1",
        "RmPVMRL, 0x3d000001",
        "RmPVMRLElasticSchedulingCap, 0x3000a"
    })
    void vendorSetting_thatMeansNothing_isRefused(String name, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineRig(name, value).close())
                .withMessageContaining("expected");
    }

    // ---- frames

    @Test
    void frames_underBestEffort_areHeldToTheRateOfTheType() {
        try (EngineRig rig = new EngineRig()) {
            EngineWork[] frames =
                    Collections.nCopies(10_000, EngineWork.frame(2 * MS))
                            .toArray(EngineWork[]::new);
            EngineRig.Guest b = rig.add("L40-2B").submits(frames);
            EngineRig.Guest q = rig.add("L40-2Q").submits(frames);
            rig.run(10 * SECOND);
            assertThat(rig.engine.frames(b.gfid)).isBetween(440L, 450L);
            assertThat(rig.engine.frames(q.gfid)).isBetween(590L, 600L);
            rig.policy(new EqualShare(4 * MS));
            long before = rig.engine.frames(b.gfid);
            rig.run(10 * SECOND);
            assertThat(rig.engine.frames(b.gfid) - before).as("no limit").isGreaterThan(2_300);
            rig.policy(new BestEffort());
            before = rig.engine.frames(b.gfid);
            rig.run(2 * SECOND);
            assertThat(rig.engine.frames(b.gfid) - before).as("again").isBetween(88L, 92L);
        }
    }

    // ---- coming and going

    @Test
    void close_whileItsWorkHangs_leavesTheOthersRunning() {
        try (EngineRig rig = new EngineRig().busy(2, SMALL)) {
            EngineRig.Guest hung = rig.add(SMALL).submits(EngineWork.hung());
            while (rig.engine.onEngine() != hung.gfid) {
                rig.run(MS);
            }
            hung.vgpu.close();
            rig.guests.remove(hung);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(SECOND);
            assertThat(Arrays.stream(rig.shares(before, since)).sum()).isGreaterThan(0.98);
            EngineRig.Guest next = rig.add(SMALL).submits(pieces(10, MS));
            assertThat(next.gfid).isEqualTo(hung.gfid);
            rig.run(SECOND);
            assertThat(rig.engine.done(next.gfid)).isEqualTo(10);
        }
    }

    @Test
    void createAndClose_whileOthersRun_neverStopTheOthersOrLeaveAnybodyBehind() {
        Random random = new Random(0xc10d);
        try (EngineRig rig = new EngineRig().policy(new EqualShare(4 * MS, 0, true))) {
            EngineRig.Guest steady = rig.add(SMALL).submits(EngineWork.endless());
            for (int i = 0; i < 150; i++) {
                if (rig.guests.size() > 1 && random.nextInt(rig.guests.size()) > 2) {
                    int at = 1 + random.nextInt(rig.guests.size() - 1);
                    EngineRig.Guest gone = rig.guests.remove(at);
                    gone.vgpu.close();
                    rig.run(MS);
                    assertThat(rig.engine.onEngine()).isNotEqualTo(gone.gfid);
                    assertThat(rig.engine.hasWork(gone.gfid)).isFalse();
                } else {
                    rig.add(SMALL).submits(EngineWork.endless());
                }
                long before = steady.busy();
                rig.run(SECOND);
                assertThat((double) (steady.busy() - before) / SECOND * rig.guests.size())
                        .as("share of one of " + rig.guests.size())
                        .isBetween(0.9, 1.1);
            }
            List<EngineRig.Guest> all = List.copyOf(rig.guests);
            rig.guests.clear();
            all.forEach(guest -> guest.vgpu.close());
            rig.run(SECOND);
            assertThat(rig.engine.onEngine()).isEqualTo(GraphicsEngine.NONE);
            assertThat(Stream.of(1, 2, 3).noneMatch(rig.engine::hasWork)).isTrue();
        }
    }
}
