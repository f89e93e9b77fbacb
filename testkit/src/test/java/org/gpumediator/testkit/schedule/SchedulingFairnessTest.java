package org.gpumediator.testkit.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.api.schedule.SchedulingParameters.DEFAULT;
import static org.gpumediator.testkit.schedule.GroupSimulation.MS;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.core.schedule.StrictPriority;
import org.gpumediator.core.schedule.WeightedFair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What policies promise, measured over thousands of slices. */
final class SchedulingFairnessTest {

    private static final long SEED = 0x5eed;
    private static final long FOREVER = Long.MAX_VALUE;
    private static final long SWITCH = 300_000;

    private static GroupSimulation busy(
            SchedulingPolicy policy, int guests, int capacity, long worstDrain) {
        Random random = new Random(SEED);
        GroupSimulation group = new GroupSimulation(policy, capacity, SWITCH);
        for (int i = 0; i < guests; i++) {
            // The later its number, the longer a guest's batches: an unfair mix.
            long bound = worstDrain * (i + 1) / guests;
            group.busy(DEFAULT).drains(GroupSimulation.upTo(bound, random));
        }
        return group;
    }

    @ParameterizedTest
    @CsvSource({
        "round-robin, 2",
        "round-robin, 4",
        "round-robin, 7",
        "weighted-fair, 2",
        "weighted-fair, 4",
        "weighted-fair, 7",
        "strict-priority, 2",
        "strict-priority, 7",
        "best-effort, 7",
        "adaptive-round-robin, 7",
        "fixed-share, 7"
    })
    void equals_over1000Slices_haveJainIndexOf99Percent(String policy, int guests) {
        GroupSimulation group = busy(SchedulingPolicies.byName(policy), guests, 8, 2 * MS);
        group.run(1_000, FOREVER);
        assertThat(group.jain()).isGreaterThanOrEqualTo(0.99);
        assertThat(group.slices).isEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 7, 32})
    void equalShare_over10000SlicesWithLongBatches_haveJainIndexOf99Percent(int guests) {
        GroupSimulation group = busy(new EqualShare(), guests, 32, 8 * MS);
        group.run(10_000, FOREVER);
        assertThat(group.jain()).isGreaterThanOrEqualTo(0.999);
    }

    @Test
    void equalShare_oneWithoutWork_leavesItsSlotIdleOrDonatesIt() {
        for (boolean donating : new boolean[] {false, true}) {
            EqualShare policy = new EqualShare(2 * MS);
            GroupSimulation group =
                    new GroupSimulation(donating ? policy.withDonation() : policy, 8, 0);
            group.busy(DEFAULT);
            group.idle(DEFAULT);
            group.busy(DEFAULT);
            group.run(FOREVER, 20_000 * MS);
            double share = donating ? 1 / 2.0 : 1 / 3.0;
            assertThat(group.share(0)).isCloseTo(share, Offset.offset(0.005));
            assertThat(group.share(2)).isCloseTo(share, Offset.offset(0.005));
        }
    }

    @Test
    void equalShare_oneComesAndGoes_isSharedAnewByThoseThere() {
        GroupSimulation group = new GroupSimulation(new EqualShare(2 * MS), 8, 0);
        group.busy(DEFAULT);
        group.busy(DEFAULT);
        group.run(FOREVER, 4_000 * MS);
        group.busy(DEFAULT);
        group.busy(DEFAULT);
        long[] before = {group.guests.get(0).ran, group.guests.get(3).ran};
        assertThat((double) before[0] / group.now).isCloseTo(0.5, Offset.offset(0.005));
        group.run(FOREVER, 8_000 * MS);
        for (int id : new int[] {0, 3}) {
            assertThat((group.guests.get(id).ran - before[id / 3]) / (4_000.0 * MS))
                    .isCloseTo(0.25, Offset.offset(0.005));
        }
    }

    @ParameterizedTest
    @CsvSource({"33, 1, 1.01", "0, 1.25, 1.5"})
    void equalShare_overrunsPaidBackOrNot_isEqualInTheLongRunOrNot(
            int averagingFactor, double least, double most) {
        GroupSimulation group = busy(new EqualShare(8 * MS, averagingFactor, false), 4, 4, 7 * MS);
        group.run(10_000, FOREVER);
        assertThat(group.share(3) / group.share(0)).isBetween(least, most);
    }

    @Test
    void roundRobin_withLongBatches_isLessFairThanAdaptive() {
        GroupSimulation plain = busy(new BestEffort(2 * MS), 4, 4, 8 * MS);
        plain.run(10_000, FOREVER);
        GroupSimulation adaptive = busy(new AdaptiveRoundRobin(8 * MS, 33), 4, 4, 8 * MS);
        adaptive.run(10_000, FOREVER);
        assertThat(plain.jain()).isLessThan(0.95);
        assertThat(adaptive.jain()).isGreaterThan(0.999);
    }

    @ParameterizedTest
    @ValueSource(longs = {15 * MS, MS})
    void weightedFair_weights1to2to4_areHonouredWithin2Percent(long quantum) {
        GroupSimulation group = new GroupSimulation(new WeightedFair(quantum), 3, SWITCH);
        Random random = new Random(SEED);
        for (int weight : new int[] {1, 2, 4}) {
            group.busy(DEFAULT.withWeight(weight)).drains(GroupSimulation.upTo(3 * MS, random));
        }
        group.run(3_000, FOREVER);
        double sum = group.share(0) + group.share(1) + group.share(2);
        assertThat(group.share(0) / sum).isCloseTo(1 / 7.0, Offset.offset(0.02 / 7));
        assertThat(group.share(1) / sum).isCloseTo(2 / 7.0, Offset.offset(0.04 / 7));
        assertThat(group.share(2) / sum).isCloseTo(4 / 7.0, Offset.offset(0.08 / 7));
    }

    @Test
    void weightedFair_sleeper_earnsNothing() {
        GroupSimulation group = new GroupSimulation(new WeightedFair(), 2, 0);
        group.busy(DEFAULT);
        group.periodic(DEFAULT, () -> FOREVER, () -> 0, 10_000 * MS);
        group.run(FOREVER, 10_000 * MS);
        long before = group.guests.get(0).ran;
        group.run(FOREVER, 12_000 * MS);
        assertThat(group.guests.get(0).ran - before)
                .as("time of the one that never slept")
                .isBetween(970 * MS, 1_030 * MS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void fixedShare_anyNumberPresent_isOneNthWithin1Percent(int guests) {
        int slots = 4;
        GroupSimulation group = new GroupSimulation(new FixedShare(2 * MS), slots, 0);
        Random random = new Random(SEED);
        for (int i = 0; i < guests; i++) {
            group.busy(DEFAULT).drains(GroupSimulation.upTo(MS / 2, random));
        }
        group.run(FOREVER, 20_000 * MS);
        for (int i = 0; i < guests; i++) {
            assertThat(group.share(i)).isCloseTo(1.0 / slots, Offset.offset(0.01 / slots));
        }
    }

    @Test
    void fixedShare_ownerWithoutWork_leavesItsSlotIdle() {
        GroupSimulation group = new GroupSimulation(new FixedShare(2 * MS), 4, 0);
        group.busy(DEFAULT);
        group.idle(DEFAULT);
        group.busy(DEFAULT);
        group.idle(DEFAULT);
        group.run(FOREVER, 20_000 * MS);
        assertThat(group.share(0)).isCloseTo(0.25, Offset.offset(0.0025));
        assertThat(group.share(2)).isCloseTo(0.25, Offset.offset(0.0025));
    }

    @Test
    void fixedShareDonating_ownersWithoutWork_giveTheirSlotsToTheOthersOnly() {
        GroupSimulation group = new GroupSimulation(new FixedShare(2 * MS).withDonation(), 8, 0);
        group.busy(DEFAULT);
        group.idle(DEFAULT);
        group.busy(DEFAULT);
        group.idle(DEFAULT);
        group.run(FOREVER, 20_000 * MS);
        assertThat(group.share(0)).isCloseTo(2 / 8.0, Offset.offset(0.0025));
        assertThat(group.share(2)).isCloseTo(2 / 8.0, Offset.offset(0.0025));
    }

    @ParameterizedTest
    @CsvSource({
        // slots, present, numerator, denominator, share of each
        "4, 2, 3, 10, 0.325",
        "4, 2, 1, 1, 0.5",
        "4, 2, 5, 1, 0.5",
        "4, 4, 5, 1, 0.25",
        "32, 1, 31, 1, 1.0"
    })
    void elasticFixedShare_slotsWithoutOwner_goToThosePresentUpToTheCap(
            int slots, int present, int numerator, int denominator, double share) {
        SchedulingPolicy policy = new FixedShare(2 * MS, numerator, denominator);
        GroupSimulation group = new GroupSimulation(policy, slots, 0);
        for (int i = 0; i < present; i++) {
            group.busy(DEFAULT);
        }
        group.run(FOREVER, 20_000 * MS);
        for (int i = 0; i < present; i++) {
            assertThat(group.share(i)).isCloseTo(share, Offset.offset(0.01 * share));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "round-robin, 30",
        "weighted-fair, 10",
        "strict-priority, 50",
        "equal-share, 1",
        "best-effort, 99"
    })
    void cap_whateverThePolicy_isHonoured(String policy, int percent) {
        GroupSimulation group =
                new GroupSimulation(SchedulingPolicies.byName(policy, 7 * MS), 2, 0);
        Random random = new Random(SEED);
        group.busy(new SchedulingParameters(1, percent, 0, 0, 0))
                .drains(GroupSimulation.upTo(3 * MS, random));
        group.run(FOREVER, 20_000 * MS);
        assertThat(group.share(0)).isCloseTo(percent / 100.0, Offset.offset(0.005));
    }

    @Test
    void cap_nextToAnUncappedOne_leavesItTheRest() {
        GroupSimulation group = new GroupSimulation(new WeightedFair(), 2, 0);
        group.busy(new SchedulingParameters(16, 20, 0, 0, 0));
        group.busy(DEFAULT);
        group.run(FOREVER, 20_000 * MS);
        assertThat(group.share(0)).isCloseTo(0.2, Offset.offset(0.005));
        assertThat(group.share(1)).isCloseTo(0.8, Offset.offset(0.005));
    }

    @Test
    void strictPriority_lowestOfMany_waitsNoLongerThanItsBound() {
        long quantum = 15 * MS;
        long guard = 200 * MS;
        GroupSimulation group = new GroupSimulation(new StrictPriority(quantum, guard), 8, SWITCH);
        Random random = new Random(SEED);
        long drain = 2 * MS;
        for (int priority = 7; priority >= 0; priority--) {
            group.busy(new SchedulingParameters(1, 100, priority, 0, 0))
                    .drains(GroupSimulation.upTo(drain, random));
        }
        group.run(20_000, FOREVER);
        for (GroupSimulation.Guest guest : group.guests) {
            assertThat(group.scheduler.statistics(guest.id).worstWaitNanos())
                    .isLessThanOrEqualTo(guard + 8 * (quantum + drain + SWITCH));
            assertThat(guest.ran).isPositive();
        }
        assertThat(group.share(0)).as("highest priority").isGreaterThan(0.4);
    }

    @ParameterizedTest
    @CsvSource({"equal-share", "round-robin", "best-effort", "adaptive-round-robin", "fixed-share"})
    void turns_worstWait_isOneTurnOfTheOthers(String policy) {
        long quantum = 4 * MS;
        long drain = MS;
        GroupSimulation group = busy(SchedulingPolicies.byName(policy, quantum), 7, 7, drain);
        group.run(5_000, FOREVER);
        for (GroupSimulation.Guest guest : group.guests) {
            assertThat(group.scheduler.statistics(guest.id).worstWaitNanos())
                    .isLessThanOrEqualTo(6 * (quantum + drain) + 7 * SWITCH);
        }
    }

    @Test
    void weightedFair_lightestOfMany_waitsNoLongerThanItsBound() {
        long quantum = 4 * MS;
        long drain = MS;
        int[] weights = {1, 2, 4, 8};
        GroupSimulation group = new GroupSimulation(new WeightedFair(quantum), 8, 0);
        Random random = new Random(SEED);
        for (int weight : weights) {
            group.busy(DEFAULT.withWeight(weight)).drains(GroupSimulation.upTo(drain, random));
        }
        group.run(10_000, FOREVER);
        for (int i = 0; i < weights.length; i++) {
            double bound = 0;
            for (int j = 0; j < weights.length; j++) {
                if (j != i) {
                    bound += ((double) weights[j] / weights[i] + 1) * (quantum + drain);
                }
            }
            assertThat(group.scheduler.statistics(i).worstWaitNanos()).isBetween(MS, (long) bound);
        }
        assertThat(group.scheduler.statistics(0).worstWaitNanos()).isGreaterThan(40 * MS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round-robin",
                "weighted-fair",
                "strict-priority",
                "best-effort",
                "equal-share-donating",
                "adaptive-round-robin"
            })
    void busyGuest_withoutCompetitor_isNeverSwitchedOut(String policy) {
        GroupSimulation group = new GroupSimulation(SchedulingPolicies.byName(policy), 8, SWITCH);
        group.busy(DEFAULT);
        for (int i = 0; i < 7; i++) {
            group.idle(DEFAULT);
        }
        group.run(FOREVER, 10_000 * MS);
        assertThat(group.stops).isZero();
        assertThat(group.scheduler.statistics().switches()).isEqualTo(1);
        assertThat(group.guests.getFirst().ran).isEqualTo(10_000 * MS - SWITCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round-robin",
                "weighted-fair",
                "strict-priority",
                "equal-share",
                "equal-share-donating"
            })
    void interactiveGuest_nextToBusyOne_getsAllItAsksFor(String policy) {
        GroupSimulation group =
                new GroupSimulation(SchedulingPolicies.byName(policy, 4 * MS), 2, SWITCH);
        group.busy(DEFAULT);
        group.periodic(DEFAULT, () -> 2 * MS, () -> 10 * MS, 5 * MS);
        group.run(FOREVER, 10_000 * MS);
        assertThat(group.guests.get(1).bursts).isGreaterThan(10_000 / (2 + 10 + 6));
    }

    @Test
    void switchCost_of300Microseconds_leaves97PercentOfTheTimeAtSevenGuests() {
        GroupSimulation group = busy(new RoundRobin(), 7, 7, MS);
        group.run(1_000, FOREVER);
        long ran = group.guests.stream().mapToLong(guest -> guest.ran).sum();
        assertThat((double) ran / group.now).isGreaterThan(0.97);
    }
}
