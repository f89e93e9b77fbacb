package org.gpumediator.nvidia.vf.sriov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.core.pci.SriovCapability;
import org.gpumediator.nvidia.vf.sriov.VfActivation.Host;
import org.gpumediator.nvidia.vf.sriov.VfActivation.State;
import org.gpumediator.nvidia.vf.sriov.VfActivationException.Reason;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;

class VfActivationTest {

    private static final Host HOST = new Host(0xe800, 0xe8, Host.Ari.FORWARDED);
    private static final long MILLI = 1_000_000L;

    private final SteppedClock clock = new SteppedClock();
    private final long zero = clock.nanoTime();
    private final PfOnPaper pf = PfOnPaper.of(AdaBoard.L20).withWindows();
    private final List<String> events = new ArrayList<>();
    private VfProbe probe = (index, routingId) -> VfProbe.Answer.READY;
    private final VfActivation activation = activation(pf, HOST);

    private VfActivation activation(PfOnPaper gpu, Host host) {
        return new VfActivation(
                gpu,
                host,
                (index, routingId) -> probe.probe(index, routingId),
                clock,
                new VfActivation.Listener() {
                    @Override
                    public void added(int index) {
                        events.add("+" + index);
                    }

                    @Override
                    public void removed(int index) {
                        events.add("-" + index);
                    }
                });
    }

    /** Returns nanoseconds since the test began. */
    private long now() {
        return clock.nanoTime() - zero;
    }

    /** Steps whenever something is due, up to a moment since the test began. */
    private void runUntil(long nanos) {
        for (long next = activation.step(clock.nanoTime());
                next <= zero + nanos;
                next = activation.step(clock.nanoTime())) {
            clock.advanceTo(next);
        }
        clock.advanceTo(zero + nanos);
        activation.step(clock.nanoTime());
    }

    private static Reason reason(CompletableFuture<Integer> future) {
        return failure(future).reason();
    }

    private static VfActivationException failure(CompletableFuture<Integer> future) {
        assertThat(future).isCompletedExceptionally();
        return (VfActivationException) future.exceptionNow();
    }

    private void enable(int count) {
        CompletableFuture<Integer> future = activation.setNumVfs(count);
        runUntil(now() + VfActivation.SETTLE_NANOS);
        assertThat(future).isCompletedWithValue(count);
    }

    @Test
    void enable_beforeHundredMilliseconds_touchesNoFunction() {
        probe =
                (index, routingId) -> {
                    throw new AssertionError("too early");
                };
        CompletableFuture<Integer> future = activation.setNumVfs(2);
        runUntil(100 * MILLI - 1);
        assertThat(future).isNotDone();
        assertThat(activation.state()).isEqualTo(State.SETTLING);
        probe = (index, routingId) -> VfProbe.Answer.READY;
        runUntil(100 * MILLI);
        assertThat(future).isCompletedWithValue(2);
    }

    @Test
    void enable_all32_addsThemInOrderAtTheirPlaces() {
        List<Integer> ids = new ArrayList<>();
        probe =
                (index, routingId) -> {
                    ids.add(routingId);
                    return VfProbe.Answer.READY;
                };
        enable(32);
        assertThat(events).hasSize(32).startsWith("+0", "+1").endsWith("+31");
        assertThat(ids).hasSize(32).startsWith(0xe804).endsWith(0xe823);
        assertThat(activation.numVfs()).isEqualTo(32);
        assertThat(activation.state()).isEqualTo(State.ON);
        assertThat(activation.routing().orElseThrow().firstOffset()).isEqualTo(4);
    }

    @Test
    void enable_inItsOrder_setsNumberThenBothEnables() {
        activation.setNumVfs(3);
        List<String> writes =
                pf.writes.stream().filter(w -> !w.startsWith("bf") && !w.startsWith("c0")).toList();
        assertThat(writes).containsExactly("bd4/2=10", "bdc/2=3", "bd4/2=19");
    }

    @Test
    void autoprobe_switchedWhileOn_countsForThoseThatComeUpLater() {
        activation.setAutoprobe(VfActivation.Autoprobe.OFF);
        enable(3);
        assertThat(activation.bound()).isZero();
        activation.setAutoprobe(VfActivation.Autoprobe.ON);
        assertThat(activation.bound()).isZero();
        activation.bind(1);
        activation.bind(1);
        assertThat(activation.isBound(1)).isTrue();
        assertThat(activation.bound()).isEqualTo(1);
        activation.setNumVfs(0);
        assertThat(activation.bound()).isZero();
        runUntil(now() + VfActivation.DISABLE_NANOS);
        enable(3);
        assertThat(activation.bound()).isEqualTo(3);
    }

    @Test
    void bind_ofAFunctionThatIsNotThere_isRefused() {
        enable(2);
        for (int index : new int[] {-1, 2, 31}) {
            assertThatThrownBy(() -> activation.bind(index))
                    .isInstanceOfSatisfying(
                            VfActivationException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.ABSENT));
            assertThat(activation.isBound(index)).isFalse();
        }
    }

    @Test
    void enable_theSameNumberAgain_isANoOperation() {
        enable(3);
        pf.writes.clear();
        assertThat(activation.setNumVfs(3)).isCompletedWithValue(3);
        assertThat(pf.writes).isEmpty();
        assertThat(events).hasSize(3);
    }

    @Test
    void disable_whileOff_isANoOperation() {
        assertThat(activation.setNumVfs(0)).isCompletedWithValue(0);
        assertThat(pf.writes).isEmpty();
    }

    @Test
    void enable_anotherNumberWhileOn_isBusy() {
        enable(3);
        assertThat(reason(activation.setNumVfs(4))).isEqualTo(Reason.BUSY);
        assertThat(reason(activation.setNumVfs(2))).isEqualTo(Reason.BUSY);
        assertThat(activation.numVfs()).isEqualTo(3);
    }

    @Test
    void reasons_onLinux_haveTheErrorsOfTheNumberFile() {
        assertThat(Reason.BUSY.errorName()).isEqualTo("EBUSY");
        assertThat(Reason.OUT_OF_RANGE.errorName()).isEqualTo("ERANGE");
        assertThat(Reason.NOT_SUPPORTED.errorName()).isEqualTo("ENOENT");
        assertThat(Reason.INCOMPLETE.errorName()).isEqualTo("EIO");
    }

    @Test
    void enable_whileSwitching_isBusy() {
        activation.setNumVfs(3);
        assertThat(reason(activation.setNumVfs(3))).isEqualTo(Reason.BUSY);
        assertThat(reason(activation.setNumVfs(0))).isEqualTo(Reason.BUSY);
    }

    @Test
    void enable_moreThanTotal_isOutOfRange() {
        assertThat(reason(activation.setNumVfs(33))).isEqualTo(Reason.OUT_OF_RANGE);
        assertThat(reason(activation.setNumVfs(-1))).isEqualTo(Reason.OUT_OF_RANGE);
        enable(1);
        assertThat(reason(activation.setNumVfs(33))).isEqualTo(Reason.OUT_OF_RANGE);
    }

    @Test
    void disable_waitsASecondBeforeItIsDone() {
        enable(3);
        long start = now();
        CompletableFuture<Integer> future = activation.setNumVfs(0);
        assertThat(events).endsWith("-2", "-1", "-0");
        assertThat(activation.numVfs()).isZero();
        runUntil(start + 1000 * MILLI - 1);
        assertThat(future).isNotDone();
        assertThat(SriovView.find(pf).orElseThrow().numVfs()).isEqualTo(3);
        assertThat(reason(activation.setNumVfs(1))).isEqualTo(Reason.BUSY);
        runUntil(start + 1000 * MILLI);
        assertThat(future).isCompletedWithValue(0);
        assertThat(SriovView.find(pf).orElseThrow().numVfs()).isZero();
        enable(5);
    }

    @Test
    void enable_withSlowFunctions_waitsForTheLast() {
        probe =
                (index, routingId) ->
                        index == 2 && now() < 700 * MILLI
                                ? VfProbe.Answer.RETRY
                                : VfProbe.Answer.READY;
        CompletableFuture<Integer> future = activation.setNumVfs(4);
        runUntil(690 * MILLI);
        assertThat(future).isNotDone();
        assertThat(activation.numVfs()).isEqualTo(2);
        assertThat(activation.state()).isEqualTo(State.PROBING);
        runUntil(720 * MILLI);
        assertThat(future).isCompletedWithValue(4);
    }

    @Test
    void enable_withOneThatNeverComes_leavesNoneAndSaysHowMany() {
        probe = (index, routingId) -> index == 3 ? VfProbe.Answer.RETRY : VfProbe.Answer.READY;
        CompletableFuture<Integer> future = activation.setNumVfs(5);
        runUntil(1100 * MILLI);
        assertThat(future).isNotDone();
        assertThat(activation.numVfs()).isZero();
        assertThat(events).containsExactly("+0", "+1", "+2", "-2", "-1", "-0");
        runUntil(3000 * MILLI);
        assertThat(reason(future)).isEqualTo(Reason.INCOMPLETE);
        assertThat(failure(future).present()).isEqualTo(3);
        assertThat(activation.state()).isEqualTo(State.OFF);
        assertThat(SriovView.find(pf).orElseThrow().isEnabled()).isFalse();
        probe = (index, routingId) -> VfProbe.Answer.READY;
        enable(5);
    }

    @Test
    void enable_withOneAbsent_doesNotWaitForIt() {
        probe = (index, routingId) -> index == 1 ? VfProbe.Answer.ABSENT : VfProbe.Answer.READY;
        CompletableFuture<Integer> future = activation.setNumVfs(2);
        runUntil(100 * MILLI);
        assertThat(activation.state()).isEqualTo(State.DRAINING);
        runUntil(1100 * MILLI);
        assertThat(failure(future).present()).isEqualTo(1);
    }

    @Test
    void enable_withoutTheCapability_isNotSupported() {
        VfActivation none = activation(PfOnPaper.without(AdaBoard.L20), HOST);
        assertThat(reason(none.setNumVfs(1))).isEqualTo(Reason.NOT_SUPPORTED);
        assertThat(none.totalVfs()).isZero();
        assertThat(activation.totalVfs()).isEqualTo(32);
    }

    @Test
    void enable_withoutWindows_saysNoMmioSpace() {
        VfActivation bare = activation(PfOnPaper.of(AdaBoard.L20), HOST);
        CompletableFuture<Integer> future = bare.setNumVfs(4);
        assertThat(reason(future)).isEqualTo(Reason.NO_MMIO_SPACE);
        assertThat(failure(future)).hasMessageContaining("VF BAR 0");
    }

    @Test
    void enable_pastThePortsBuses_isRefusedAndLeavesTheNumberZero() {
        VfActivation late = activation(pf, new Host(0xe8f0, 0xe8, Host.Ari.FORWARDED));
        assertThat(reason(late.setNumVfs(32))).isEqualTo(Reason.NO_BUS);
        assertThat(SriovView.find(pf).orElseThrow().numVfs()).isZero();
    }

    @Test
    void enable_withoutForwarding_allowsOnlyFunctionsOfTheSameDevice() {
        VfActivation plain = activation(pf, new Host(0xe800, 0xe8, Host.Ari.NOT_FORWARDED));
        assertThat(reason(plain.setNumVfs(5))).isEqualTo(Reason.NO_ARI);
        assertThat(plain.setNumVfs(4)).isNotDone();
    }

    @Test
    void enable_withMemoryOff_isRefused() {
        pf.config.write(4, 2, 0);
        assertThat(reason(activation.setNumVfs(1))).isEqualTo(Reason.MEMORY_OFF);
    }

    @Test
    void enable_withStrideZero_isInconsistent() {
        PfOnPaper strange =
                PfOnPaper.with(
                        AdaBoard.L20,
                        SriovCapability.of(8).routing(4, 0).vfBar(0, BarKind.MEMORY_32, 256 << 10));
        VfActivation odd = activation(strange.withWindows(), HOST);
        assertThat(reason(odd.setNumVfs(2))).isEqualTo(Reason.INCONSISTENT);
    }

    @Test
    void enable_whileSomebodyElseHas_isBusy() {
        SriovView.find(pf).orElseThrow().setNumVfs(2);
        SriovView.find(pf).orElseThrow().enable();
        assertThat(reason(activation.setNumVfs(1))).isEqualTo(Reason.BUSY);
    }

    @Test
    void deviceReset_whileSettling_failsTheFuture() {
        CompletableFuture<Integer> future = activation.setNumVfs(3);
        pf.reset();
        activation.deviceReset();
        assertThat(reason(future)).isEqualTo(Reason.RESET);
        assertThat(activation.state()).isEqualTo(State.OFF);
    }

    @Test
    void deviceReset_whileOn_takesAllAway() {
        enable(2);
        pf.reset();
        activation.deviceReset();
        assertThat(events).endsWith("-1", "-0");
        assertThat(activation.numVfs()).isZero();
        assertThat(activation.step(clock.nanoTime())).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void device_lostMeanwhile_failsTheFuture() {
        CompletableFuture<Integer> future = activation.setNumVfs(3);
        pf.lost = true;
        runUntil(100 * MILLI);
        assertThat(reason(future)).isEqualTo(Reason.LOST);
        assertThat(activation.state()).isEqualTo(State.OFF);
        assertThat(reason(activation.setNumVfs(3))).isEqualTo(Reason.NOT_SUPPORTED);
    }

    @Test
    void assign_offTheApertureOrWhileOn_isRefused() {
        VfBar bar = activation.bars().getFirst();
        assertThatThrownBy(() -> activation.assign(bar, 4096))
                .isInstanceOf(IllegalArgumentException.class);
        activation.assign(bar, 0x9000_0000L);
        assertThat(activation.bars().getFirst().base()).isEqualTo(0x9000_0000L);
        enable(1);
        assertThatThrownBy(() -> activation.assign(bar, 0x8000_0000L))
                .isInstanceOf(VfActivationException.class);
        assertThatThrownBy(activation::bars).isInstanceOf(VfActivationException.class);
    }

    @Test
    void listener_thatSwitchesOff_isServedAfterwards() {
        List<CompletableFuture<Integer>> off = new ArrayList<>();
        VfActivation[] self = new VfActivation[1];
        self[0] =
                new VfActivation(
                        pf,
                        HOST,
                        (index, routingId) -> VfProbe.Answer.READY,
                        clock,
                        new VfActivation.Listener() {
                            @Override
                            public void added(int index) {
                                off.add(self[0].setNumVfs(0));
                            }

                            @Override
                            public void removed(int index) {}
                        });
        self[0].setNumVfs(1);
        self[0].step(clock.advanceNanos(100 * MILLI));
        assertThat(self[0].state()).isEqualTo(State.DRAINING);
        self[0].step(clock.advanceNanos(1000 * MILLI));
        assertThat(off.getFirst()).isCompletedWithValue(0);
    }
}
