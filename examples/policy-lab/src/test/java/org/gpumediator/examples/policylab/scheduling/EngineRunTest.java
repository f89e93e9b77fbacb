package org.gpumediator.examples.policylab.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.examples.policylab.common.Percentiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EngineRunTest {

    private static final long SECOND = 1000 * Workload.MILLI;

    private static EngineRun.Result run(SchedulingPolicy policy, Workload... guests) {
        return new EngineRun(List.of(guests), policy, 1).run(10 * SECOND);
    }

    private static double share(EngineRun.Result run, int guest) {
        return (double) run.guests().get(guest).busyNanos() / run.nanos();
    }

    @Test
    void guestAlone_waitsForNobody() {
        EngineRun.Result run = run(new RoundRobin(), Workload.frames("game", 5));
        GuestResult game = run.guests().getFirst();

        assertThat(game.latencies().count()).isEqualTo(600);
        assertThat(game.latencies().at(50)).isEqualTo(5 * Workload.MILLI);
        assertThat(game.latencies().at(100)).isEqualTo(5 * Workload.MILLI + EngineRun.CHANGE_NANOS);
        assertThat(game.late() + game.dropped()).isZero();
        assertThat(run.changes()).isEqualTo(1);
        assertThat(run.wastedNanos()).isZero();
    }

    @Test
    void frameLongerThanAPeriod_isLateAndDropsTheNext() {
        GuestResult game = run(new RoundRobin(), Workload.frames("game", 20)).guests().getFirst();

        assertThat(game.latencies().count()).isEqualTo(300);
        assertThat(game.late()).isEqualTo(300);
        assertThat(game.dropped()).isEqualTo(300);
    }

    @Test
    void weightsAreShares_whereThePolicySaysSo() {
        Workload[] guests = {
            Workload.batch("one").weight(1),
            Workload.batch("two").weight(2),
            Workload.batch("four").weight(4)
        };

        for (SchedulingPolicy policy : List.of(new WeightedFair(), new Lottery())) {
            EngineRun.Result run = run(policy, guests);
            for (int i = 0; i < 3; i++) {
                assertThat(share(run, i)).as(policy.name()).isCloseTo((1 << i) / 7.0, within(0.03));
            }
            assertThat(run.fairness()).isGreaterThan(0.99);
        }
        assertThat(run(new RoundRobin(), guests).fairness()).isLessThan(0.8);
    }

    @Test
    void fixedShareOfAnIdleGuest_isWasted() {
        Workload rare = Workload.frames("desktop", 1);
        EngineRun.Result fixed =
                run(SchedulingPolicies.byName("fixed-share"), rare, Workload.batch("render"));
        EngineRun.Result equal =
                run(new RoundRobin(), Workload.frames("desktop", 1), Workload.batch("render"));

        assertThat(fixed.wastedNanos()).isGreaterThan(2 * SECOND);
        assertThat(equal.wastedNanos()).isZero();
    }

    @Test
    void reservationKeepsFramesOnTime_whereTurnsDoNot() {
        List<Workload> guests = Scenario.all().getFirst().guests();

        for (int guest = 0; guest < 2; guest++) {
            EngineRun.Result edf =
                    run(EarliestDeadlineFirst.of(guests), guests.toArray(new Workload[0]));
            EngineRun.Result turns = run(new RoundRobin(), guests.toArray(new Workload[0]));
            assertThat(edf.guests().get(guest).dropped() + edf.guests().get(guest).late()).isZero();
            assertThat(turns.guests().get(guest).dropped()).isPositive();
        }
    }

    @Test
    void reservationIsNoMoreThanReserved() {
        Workload greedy =
                new Workload(
                        "greedy",
                        Workload.Pattern.BATCH,
                        1,
                        50 * Workload.MILLI,
                        Workload.MILLI,
                        Workload.batch("x").parameters());
        EarliestDeadlineFirst policy =
                new EarliestDeadlineFirst(
                        java.util.Map.of(
                                0, new EarliestDeadlineFirst.Reservation(30, 10 * Workload.MILLI)),
                        2 * Workload.MILLI);

        EngineRun.Result run = run(policy, greedy, Workload.batch("a"), Workload.batch("b"));

        assertThat(share(run, 0)).isBetween(0.30, 0.60);
        assertThat(share(run, 1)).isGreaterThan(0.2);
        assertThat(share(run, 2)).isGreaterThan(0.2);
    }

    static List<SchedulingPolicy> policies() {
        return java.util.stream.Stream.concat(
                        SchedulingPolicies.names().stream().map(SchedulingPolicies::byName),
                        java.util.stream.Stream.of(
                                new Lottery(),
                                EarliestDeadlineFirst.of(Scenario.all().get(3).guests())))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyMomentIsAccountedForOnce(SchedulingPolicy policy) {
        for (Scenario scenario : Scenario.all()) {
            EngineRun.Result run = new EngineRun(scenario.guests(), policy, 1).run(SECOND);
            long[] spans = new long[scenario.guests().size()];
            long other = 0;
            long last = 0;
            for (Timeline.Span span : run.timeline().spans()) {
                assertThat(span.from()).isGreaterThanOrEqualTo(last);
                last = span.until();
                if (span.who() >= 0) {
                    spans[span.who()] += span.until() - span.from();
                } else {
                    other += span.until() - span.from();
                }
            }
            assertThat(last).isLessThanOrEqualTo(SECOND);
            assertThat(other).isEqualTo(run.wastedNanos() + run.changeNanos());
            for (int i = 0; i < spans.length; i++) {
                long piece = scenario.guests().get(i).pieceNanos();
                assertThat(run.guests().get(i).busyNanos())
                        .isBetween(spans[i] - piece, spans[i]); // the last may not be done
            }
            assertThat(run.policyFaults()).isZero();
        }
    }

    @Test
    void fairnessIsOneForEqualParts_andOneNthForAllToOne() {
        assertThat(fairness(50, 50)).isCloseTo(1, within(1e-9));
        assertThat(fairness(100, 0)).isCloseTo(0.5, within(1e-9));
        assertThat(fairness(75, 25)).isCloseTo(0.8, within(1e-9));
    }

    private static double fairness(long one, long other) {
        return GuestResult.fairness(List.of(had(one), had(other)), 100);
    }

    private static GuestResult had(long nanos) {
        return new GuestResult(
                Workload.batch("x"), new Percentiles(new long[0], 0), 0, 0, nanos, 100, 0);
    }

    @Test
    void percentileIsTheNumberOfThatRank() {
        long[] numbers = {50, 10, 40, 20, 30, 99};
        Percentiles five = new Percentiles(numbers, 5);

        assertThat(five.at(50)).isEqualTo(30);
        assertThat(five.at(80)).isEqualTo(40);
        assertThat(five.at(81)).isEqualTo(50);
        assertThat(five.at(0.1)).isEqualTo(10);
        assertThat(five.mean()).isEqualTo(30);
    }
}
