package org.gpumediator.testkit.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody has by leaving late, it does not have later. */
class LateLeavingTest {

    private static final SchedulingParameters DEFAULT = SchedulingParameters.DEFAULT;
    private static final long MS = GroupSimulation.MS;
    private static final long FOREVER = Long.MAX_VALUE;
    private static final long SECONDS = 20_000 * MS;

    @ParameterizedTest
    @CsvSource({
        "round-robin, 2",
        "round-robin, 5",
        "round-robin, 20",
        "round-robin, 75",
        "best-effort, 75",
        "adaptive-round-robin, 75",
        "equal-share, 75",
        "equal-share-donating, 75",
        "weighted-fair, 75"
    })
    void equalWeights_oneNeverLeavesInTime_hasNoMoreThanHalf(String policy, int late) {
        GroupSimulation group = new GroupSimulation(SchedulingPolicies.byName(policy), 2, 0);
        group.busy(DEFAULT).drains(() -> late * MS);
        group.busy(DEFAULT);
        group.run(FOREVER, SECONDS);
        assertThat(group.share(0)).isBetween(0.3, 0.52);
    }

    @Test
    void roundRobin_oneNeverLeavesInTime_hasItsHalf() {
        GroupSimulation group = new GroupSimulation(new RoundRobin(), 2, 0);
        group.busy(DEFAULT).drains(() -> 75 * MS);
        group.busy(DEFAULT);
        group.run(FOREVER, SECONDS);
        assertThat(group.share(0)).isCloseTo(0.5, Offset.offset(0.01));
        assertThat(group.share(1)).isCloseTo(0.5, Offset.offset(0.01));
    }

    @Test
    void roundRobin_oneOfThreeNeverLeavesInTime_hasAThird() {
        GroupSimulation group = new GroupSimulation(new RoundRobin(), 3, 0);
        group.busy(DEFAULT);
        group.busy(DEFAULT).drains(() -> 60 * MS);
        group.busy(DEFAULT);
        group.run(FOREVER, SECONDS);
        for (int id = 0; id < 3; id++) {
            assertThat(group.share(id)).isCloseTo(1 / 3.0, Offset.offset(0.02));
        }
    }

    /** Its neighbour asks for the next thing when it has the answer to the last. */
    @ParameterizedTest
    @ValueSource(longs = {10_000, 1_000_000, 4_000_000})
    void neighbourThatPausesForAnAnswer_losesNothingByIt(long pause) {
        GroupSimulation group = new GroupSimulation(new RoundRobin(), 2, 0);
        group.busy(DEFAULT).drains(() -> 75 * MS);
        group.periodic(DEFAULT, () -> MS, () -> pause, 0);
        group.run(FOREVER, SECONDS);
        assertThat(group.share(0)).isLessThan(0.52);
    }

    @Test
    void allLeaveLate_nobodyIsKeptWaitingForNothing() {
        GroupSimulation group = new GroupSimulation(new RoundRobin(), 3, 0);
        for (int late : new int[] {20, 40, 60}) {
            group.busy(DEFAULT).drains(() -> late * MS);
        }
        group.run(FOREVER, SECONDS);
        assertThat(group.share(0) + group.share(1) + group.share(2)).isGreaterThan(0.999);
        assertThat(group.share(2) / group.share(0)).isBetween(0.9, 1.6);
    }

    @Test
    void nobodyElseThere_whoLeftLateRunsAtOnce() {
        EngineGroupScheduler scheduler = new EngineGroupScheduler(new RoundRobin(), 2);
        scheduler.add(0, DEFAULT);
        scheduler.add(1, DEFAULT);
        scheduler.workArrived(0, 0);
        assertThat(scheduler.step(0)).isZero();
        scheduler.switched(0, 0);
        scheduler.workArrived(1, MS);
        assertThat(scheduler.step(15 * MS)).isEqualTo(1);
        scheduler.switched(1, 90 * MS);
        scheduler.workDrained(1, 91 * MS);
        assertThat(scheduler.step(91 * MS)).as("may come back").isEqualTo(1);
        long due = scheduler.nextDeadline();
        assertThat(due).isBetween(92 * MS, 97 * MS);
        assertThat(scheduler.step(due)).isZero();
    }
}
