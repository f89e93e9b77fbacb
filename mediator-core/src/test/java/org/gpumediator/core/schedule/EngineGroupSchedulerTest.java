package org.gpumediator.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gpumediator.api.schedule.SchedulingParameters.DEFAULT;
import static org.gpumediator.core.schedule.EngineGroupScheduler.NOBODY;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class EngineGroupSchedulerTest {

    private static final long MS = 1_000_000;

    private static final long NEVER = Long.MAX_VALUE;

    private static EngineGroupScheduler roundRobin(int clients) {
        EngineGroupScheduler scheduler = new EngineGroupScheduler(new RoundRobin(), 8);
        for (int id = 0; id < clients; id++) {
            scheduler.add(id, DEFAULT);
        }
        return scheduler;
    }

    /** Carries a decision out at once. */
    private static int go(EngineGroupScheduler scheduler, long now) {
        int granted = scheduler.step(now);
        if (granted != scheduler.onHardware()) {
            scheduler.switched(granted, now);
        }
        return granted;
    }

    @Test
    void step_nobodyHasWork_grantsNobodyAndNothingIsDue() {
        EngineGroupScheduler scheduler = roundRobin(8);
        assertThat(scheduler.step(0)).isEqualTo(NOBODY);
        assertThat(scheduler.nextDeadline()).isEqualTo(NEVER);
        assertThat(scheduler.step(NEVER / 2)).isEqualTo(NOBODY);
        assertThat(scheduler.statistics().decisions()).isZero();
    }

    @Test
    void step_lastOneDrained_keepsItLoadedAndNothingIsDue() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(1, 0);
        assertThat(go(scheduler, 0)).isEqualTo(1);
        scheduler.workDrained(1, 3 * MS);
        assertThat(scheduler.step(3 * MS)).isEqualTo(1);
        assertThat(scheduler.nextDeadline()).isEqualTo(NEVER);
        scheduler.workArrived(1, 50 * MS);
        assertThat(scheduler.step(50 * MS)).isEqualTo(1);
        assertThat(scheduler.nextDeadline()).isEqualTo(65 * MS);
        assertThat(scheduler.statistics().switches()).isEqualTo(1);
        assertThat(scheduler.statistics(1).busyNanos()).isEqualTo(3 * MS);
    }

    @Test
    void step_lastOneWakesWithinItsSlice_goesOnWithItAndIsNotDecidedAnew() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(1, 0);
        assertThat(go(scheduler, 0)).isEqualTo(1);
        scheduler.workDrained(1, 3 * MS);
        assertThat(scheduler.step(3 * MS)).isEqualTo(1);
        scheduler.workArrived(1, 4 * MS);
        assertThat(scheduler.step(4 * MS)).isEqualTo(1);
        assertThat(scheduler.nextDeadline()).isEqualTo(15 * MS);
        assertThat(scheduler.statistics().decisions()).isEqualTo(1);

        scheduler.workArrived(0, 5 * MS);
        assertThat(scheduler.step(14 * MS)).isEqualTo(1);
        assertThat(scheduler.step(15 * MS)).isZero();
    }

    @Test
    void step_lastOneWakesWhileAnotherWaits_isDecidedAnew() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(1, 0);
        assertThat(go(scheduler, 0)).isEqualTo(1);
        scheduler.workDrained(1, 3 * MS);
        assertThat(scheduler.step(3 * MS)).isEqualTo(1);
        scheduler.workArrived(0, 4 * MS);
        scheduler.workArrived(1, 4 * MS);
        assertThat(scheduler.step(4 * MS)).isZero();
    }

    private static SchedulingParameters priority(int priority) {
        return new SchedulingParameters(1, 100, priority, 0, 0);
    }

    private static EngineGroupScheduler strict(long guard, int... priorities) {
        EngineGroupScheduler scheduler =
                new EngineGroupScheduler(new StrictPriority(15 * MS, guard), 8);
        for (int id = 0; id < priorities.length; id++) {
            scheduler.add(id, priority(priorities[id]));
        }
        return scheduler;
    }

    @Test
    void strictPriority_higherWakesInMidSlice_takesTheEnginesAtTheNextStep() {
        EngineGroupScheduler scheduler = strict(500 * MS, 0, 1, 2);
        scheduler.workArrived(0, 0);
        assertThat(go(scheduler, 0)).isZero();
        scheduler.workArrived(1, 4 * MS);
        assertThat(go(scheduler, 4 * MS)).isEqualTo(1);
        scheduler.workArrived(2, 5 * MS);
        assertThat(go(scheduler, 5 * MS)).isEqualTo(2);
        scheduler.workDrained(2, 6 * MS);
        assertThat(go(scheduler, 6 * MS)).isEqualTo(1);
        scheduler.workDrained(1, 7 * MS);
        assertThat(go(scheduler, 7 * MS)).isZero();
    }

    @Test
    void strictPriority_equalOrLowerWakesInMidSlice_waits() {
        EngineGroupScheduler scheduler = strict(500 * MS, 1, 1, 0);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workArrived(1, 4 * MS);
        scheduler.workArrived(2, 4 * MS);
        assertThat(go(scheduler, 4 * MS)).isZero();
        assertThat(go(scheduler, 14 * MS)).isZero();
        assertThat(go(scheduler, 15 * MS)).isEqualTo(1);
    }

    @Test
    void strictPriority_higherWakesWhileHandsChange_takesTheEnginesWhenTheyHave() {
        EngineGroupScheduler scheduler = strict(500 * MS, 0, 1, 2);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workArrived(1, MS);
        assertThat(scheduler.step(MS)).isEqualTo(1);
        scheduler.switched(NOBODY, MS);
        scheduler.workArrived(2, 2 * MS);
        assertThat(scheduler.step(2 * MS)).isEqualTo(1);
        scheduler.switched(1, 3 * MS);
        assertThat(scheduler.step(3 * MS)).isEqualTo(2);
    }

    @Test
    void strictPriority_sliceGivenByTheGuard_isTakenByNobody() {
        EngineGroupScheduler scheduler = strict(100 * MS, 0, 1);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        scheduler.workArrived(0, 0);
        long now = 0;
        while (go(scheduler, now) == 1) {
            now += 5 * MS;
            scheduler.workDrained(1, now - MS);
            scheduler.workArrived(1, now - MS);
        }
        assertThat(now).isBetween(100 * MS, 120 * MS);
        for (long at = now; at < now + 15 * MS; at += MS) {
            scheduler.workDrained(1, at);
            scheduler.workArrived(1, at);
            assertThat(go(scheduler, at)).as("%d ns into the slice", at - now).isZero();
        }
        assertThat(go(scheduler, now + 15 * MS)).isEqualTo(1);
    }

    @Test
    void preempts_thatThrows_isCountedAndPreemptsNobody() {
        SchedulingPolicy broken =
                new SchedulingPolicy() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public Slice next(RunQueue queue) {
                        return new Slice(0, 15 * MS);
                    }

                    @Override
                    public boolean preempts(
                            RunQueue.Client woken, RunQueue.Client running, long sinceNanos) {
                        throw new IllegalStateException("on purpose");
                    }
                };
        EngineGroupScheduler scheduler = new EngineGroupScheduler(broken, 8);
        scheduler.add(0, DEFAULT);
        scheduler.add(1, DEFAULT);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workArrived(1, MS);
        assertThat(go(scheduler, MS)).isZero();
        assertThat(scheduler.statistics().policyFaults()).isEqualTo(1);
    }

    @Test
    void step_anotherWakesInMidSlice_waitsForTheEndOfTheSlice() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workArrived(1, 4 * MS);
        assertThat(scheduler.step(4 * MS)).isZero();
        assertThat(scheduler.step(15 * MS - 1)).isZero();
        assertThat(scheduler.step(15 * MS)).isEqualTo(1);
        assertThat(scheduler.isSwitching()).isTrue();
        assertThat(scheduler.nextDeadline()).isEqualTo(NEVER);
        scheduler.switched(1, 17 * MS);
        assertThat(scheduler.statistics(1).worstWaitNanos()).isEqualTo(13 * MS);
        assertThat(scheduler.nextDeadline()).isEqualTo(32 * MS);
    }

    @Test
    void lost_inMidSlice_isNeitherAnOverrunNorATurn() {
        SchedulingPolicy policy = new AdaptiveRoundRobin(10 * MS, 1);
        EngineGroupScheduler scheduler = new EngineGroupScheduler(policy, 2);
        scheduler.add(0, DEFAULT);
        scheduler.add(1, DEFAULT);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        assertThat(go(scheduler, 0)).isZero();
        scheduler.lost(500 * MS);
        assertThat(scheduler.onHardware()).isEqualTo(NOBODY);
        scheduler.workDrained(0, 500 * MS);
        assertThat(go(scheduler, 500 * MS)).isEqualTo(1);
        scheduler.workArrived(0, 501 * MS);
        assertThat(go(scheduler, 510 * MS)).isZero();
        assertThat(scheduler.nextDeadline()).as("no overrun to pay back").isEqualTo(520 * MS);
    }

    @Test
    void step_anotherWakesWhileTheLoadedOneIdles_switchesAtOnce() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workDrained(0, MS);
        scheduler.step(MS);
        scheduler.workArrived(1, 2 * MS);
        assertThat(scheduler.nextDeadline()).isLessThanOrEqualTo(2 * MS);
        assertThat(scheduler.step(2 * MS)).isEqualTo(1);
    }

    @Test
    void switched_inTwoHalves_chargesTheGapToNobody() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        scheduler.step(15 * MS);
        scheduler.switched(NOBODY, 16 * MS);
        scheduler.switched(1, 18 * MS);
        scheduler.step(20 * MS);
        assertThat(scheduler.statistics(0).busyNanos()).isEqualTo(16 * MS);
        assertThat(scheduler.statistics(1).busyNanos()).isEqualTo(2 * MS);
        assertThat(scheduler.statistics().switchNanos()).isEqualTo(2 * MS);
    }

    @Test
    void drainDeadline_whoHasToLeave_hasItsOwnTimeoutOrTheBackends() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        assertThat(scheduler.drainDeadline(100 * MS)).isEqualTo(NEVER);
        scheduler.step(16 * MS);
        assertThat(scheduler.drainDeadline(100 * MS)).isEqualTo(116 * MS);
        scheduler.parameters(0, new SchedulingParameters(1, 100, 0, 0, 5 * MS));
        scheduler.step(17 * MS);
        assertThat(scheduler.drainDeadline(100 * MS)).isEqualTo(21 * MS);
        scheduler.switched(1, 20 * MS);
        assertThat(scheduler.drainDeadline(100 * MS)).isEqualTo(NEVER);
    }

    @Test
    void workDrained_ofTheOneToCome_decidesAnew() {
        EngineGroupScheduler scheduler = roundRobin(3);
        for (int id = 0; id < 3; id++) {
            scheduler.workArrived(id, 0);
        }
        go(scheduler, 0);
        assertThat(scheduler.step(15 * MS)).isEqualTo(1);
        scheduler.workDrained(1, 16 * MS);
        assertThat(scheduler.step(16 * MS)).isEqualTo(2);
    }

    @Test
    void workArrived_ofTheOneLeaving_doesNotBringItBack() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        assertThat(scheduler.step(15 * MS)).isEqualTo(1);
        scheduler.workDrained(0, 15 * MS);
        scheduler.workArrived(0, 16 * MS);
        assertThat(scheduler.step(16 * MS)).isEqualTo(1);
    }

    @Test
    void remove_ofTheGranted_letsAnotherRun() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        scheduler.switched(NOBODY, MS);
        scheduler.remove(0, MS);
        assertThat(go(scheduler, MS)).isEqualTo(1);
        scheduler.workDrained(1, 2 * MS);
        scheduler.switched(NOBODY, 2 * MS);
        scheduler.remove(1, 2 * MS);
        assertThat(go(scheduler, 3 * MS)).isEqualTo(NOBODY);
        assertThat(scheduler.nextDeadline()).isEqualTo(NEVER);
    }

    @Test
    void vacated_byOneWithoutWork_doesNotWaitForIt() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        scheduler.workDrained(0, MS);
        assertThat(scheduler.step(MS)).isZero();
        scheduler.switched(NOBODY, 2 * MS);
        scheduler.workArrived(1, 3 * MS);
        assertThat(scheduler.step(3 * MS)).isEqualTo(1);
    }

    @Test
    void remove_ofTheOneToCome_keepsTheRunning() {
        EngineGroupScheduler scheduler = roundRobin(2);
        scheduler.workArrived(0, 0);
        scheduler.workArrived(1, 0);
        go(scheduler, 0);
        assertThat(scheduler.step(15 * MS)).isEqualTo(1);
        scheduler.remove(1, 16 * MS);
        assertThat(scheduler.step(16 * MS)).isZero();
        assertThat(scheduler.isSwitching()).isFalse();
    }

    @Test
    void cap_usedUp_stopsTheRunningUntilTheWindowEnds() {
        EngineGroupScheduler scheduler = new EngineGroupScheduler(new RoundRobin(), 1);
        scheduler.add(0, new SchedulingParameters(1, 10, 0, 0, 0));
        scheduler.workArrived(0, 0);
        go(scheduler, 0);
        assertThat(scheduler.nextDeadline()).isEqualTo(10 * MS);
        assertThat(go(scheduler, 10 * MS)).isEqualTo(NOBODY);
        assertThat(scheduler.nextDeadline()).isEqualTo(100 * MS);
        assertThat(go(scheduler, 99 * MS)).isEqualTo(NOBODY);
        assertThat(go(scheduler, 100 * MS)).isZero();
    }

    @SuppressWarnings("NullAway") // what a policy must not do
    private static Slice nothing(RunQueue queue) {
        return null;
    }

    @Test
    void policyThatFails_isToldOfOnceWithWhatItHasThrown() {
        PrintStream before = System.err;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (PrintStream caught = new PrintStream(text, true, StandardCharsets.UTF_8)) {
            System.setErr(caught);
            EngineGroupScheduler scheduler =
                    new EngineGroupScheduler(
                            policy(
                                    queue -> {
                                        throw new IllegalStateException("on purpose");
                                    }),
                            1);
            scheduler.add(5, DEFAULT);
            for (int i = 0; i < 3; i++) {
                scheduler.workArrived(5, i * 20 * MS);
                go(scheduler, i * 20 * MS);
                scheduler.workDrained(5, i * 20 * MS);
                go(scheduler, i * 20 * MS);
            }
            assertThat(scheduler.statistics().policyFaults()).isEqualTo(3);
        } finally {
            System.setErr(before);
        }
        assertThat(text.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("IllegalStateException: on purpose")
                .containsOnlyOnce("round robin decides in its place")
                .contains("at org.gpumediator");
    }

    @Test
    void policyThatFails_isCountedAndReplacedByTurns() {
        List<SchedulingPolicy> broken =
                List.of(
                        policy(
                                queue -> {
                                    throw new IllegalStateException("broken");
                                }),
                        policy(queue -> new Slice(77, MS)),
                        policy(EngineGroupSchedulerTest::nothing));
        for (SchedulingPolicy policy : broken) {
            EngineGroupScheduler scheduler = new EngineGroupScheduler(policy, 1);
            scheduler.add(5, DEFAULT);
            scheduler.workArrived(5, 0);
            assertThat(go(scheduler, 0)).isEqualTo(5);
            assertThat(scheduler.statistics().policyFaults()).isEqualTo(1);
        }
    }

    @Test
    void policyThatIdles_isAskedAgainAtTheEndOrWhenSomebodyWakes() {
        EngineGroupScheduler scheduler =
                new EngineGroupScheduler(
                        policy(
                                queue ->
                                        queue.nowNanos() < 20 * MS
                                                ? Slice.idle(5 * MS)
                                                : new Slice(0, MS)),
                        1);
        scheduler.add(0, DEFAULT);
        scheduler.workArrived(0, 0);
        assertThat(go(scheduler, 0)).isEqualTo(NOBODY);
        assertThat(scheduler.nextDeadline()).isEqualTo(5 * MS);
        assertThat(go(scheduler, 20 * MS)).isZero();
    }

    @Test
    void time_thatFalls_countsAsNone() {
        EngineGroupScheduler scheduler = roundRobin(1);
        scheduler.workArrived(0, 10 * MS);
        go(scheduler, 10 * MS);
        scheduler.step(5 * MS);
        scheduler.step(12 * MS);
        assertThat(scheduler.statistics(0).busyNanos()).isEqualTo(2 * MS);
    }

    @Test
    void clients_wrongNumbers_areRefused() {
        EngineGroupScheduler scheduler = roundRobin(1);
        assertThatThrownBy(() -> scheduler.add(0, DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client 0");
        assertThatThrownBy(() -> scheduler.workArrived(3, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client 3");
        assertThatThrownBy(() -> new EngineGroupScheduler(new RoundRobin(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity 0");
    }

    @Test
    void byName_unknown_listsTheNames() {
        assertThatThrownBy(() -> SchedulingPolicies.byName("fair"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fair")
                .hasMessageContaining("weighted-fair")
                .hasMessageContaining("fixed-share");
    }

    static List<String> names() {
        return SchedulingPolicies.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void byName_eachName_givesThatPolicyWithItsQuantum(String name) {
        assertThat(SchedulingPolicies.byName(name).name()).isEqualTo(name);
        SchedulingPolicy policy = SchedulingPolicies.byName(name, 3 * MS);
        assertThat(policy.name()).isEqualTo(name);
        RunQueue.Client client =
                new RunQueue.Client(4, true, DEFAULT, 0, 0, 0, 0, Long.MIN_VALUE, 0);
        Slice slice = policy.next(new RunQueue(0, NOBODY, 1, List.of(client)));
        assertThat(slice).isEqualTo(new Slice(4, 3 * MS));
    }

    @ParameterizedTest
    @MethodSource("names")
    void next_emptyQueue_isIdle(String name) {
        RunQueue empty = new RunQueue(0, NOBODY, 4, List.of());
        assertThat(SchedulingPolicies.byName(name).next(empty).client()).isEqualTo(NOBODY);
    }

    @Test
    void adaptive_overrun_isTakenOffTheNextSliceWithinBounds() {
        AdaptiveRoundRobin policy = new AdaptiveRoundRobin(10 * MS, 4);
        assertThat(lengthAfter(policy, 8 * MS)).isEqualTo(8 * MS);
        assertThat(lengthAfter(policy, 900 * MS)).isEqualTo(5 * MS);
        assertThat(lengthAfter(policy, -900 * MS)).isEqualTo(20 * MS);
    }

    private static long lengthAfter(SchedulingPolicy policy, long overrun) {
        RunQueue.Client client =
                new RunQueue.Client(0, true, DEFAULT, 0, 0, 0, 0, Long.MIN_VALUE, overrun);
        return policy.next(new RunQueue(0, NOBODY, 1, List.of(client))).lengthNanos();
    }

    private static SchedulingPolicy policy(Function<RunQueue, Slice> body) {
        return new SchedulingPolicy() {
            @Override
            public String name() {
                return "under-test";
            }

            @Override
            public Slice next(RunQueue queue) {
                return body.apply(queue);
            }
        };
    }
}
