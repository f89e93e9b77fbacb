package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.nvidia.vf.EngineRig.MS;
import static org.gpumediator.nvidia.vf.EngineRig.SECOND;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.GraphicsEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares of an L40's graphics engine, as the board itself measures them. */
class EngineFairnessTest {

    private static final long SEED = 0xada;

    /** Of this type there may be 32. */
    private static final String SMALL = "L40-1Q";

    /** Of this type there may be 4. */
    private static final String QUARTER = "L40-12Q";

    private final Random random = new Random(SEED);

    /** Guests whose work leaves the later, the higher their number. */
    private EngineRig late(int count, String type, SchedulingPolicy policy, long worst) {
        EngineRig rig = new EngineRig().policy(policy).busy(count, type);
        for (int i = 0; i < count; i++) {
            rig.guests.get(i).leavesLate(worst * (i + 1) / count, random);
        }
        return rig;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 7, 32})
    void equalShare_over10000SlicesWithLateLeaving_hasJainIndexAbove99Percent(int count) {
        try (EngineRig rig = late(count, SMALL, new EqualShare(4 * MS), 3 * MS)) {
            rig.run(50 * MS);
            long[] before = rig.busy();
            long since = rig.now();
            rig.runSlices(10_000);
            double[] shares = rig.shares(before, since);
            assertThat(EngineRig.jain(shares)).isGreaterThanOrEqualTo(0.999);
            assertThat(java.util.Arrays.stream(shares).sum()).isGreaterThan(0.9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void fixedShare_anyNumberPresentAndOneIdle_isAQuarterWithin1Percent(int count) {
        try (EngineRig rig = late(count, QUARTER, new FixedShare(16 * MS), MS)) {
            if (count < 4) {
                rig.add(QUARTER);
            }
            rig.run(SECOND);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(30 * SECOND);
            double[] shares = rig.shares(before, since);
            for (int i = 0; i < count; i++) {
                assertThat(shares[i]).isCloseTo(0.25, Offset.offset(0.0025));
            }
        }
    }

    @Test
    void equalShare_oneWithoutWork_leavesItsSlotIdleOrDonatesIt() {
        for (boolean donating : new boolean[] {false, true}) {
            EqualShare policy = new EqualShare(16 * MS);
            try (EngineRig rig = new EngineRig()) {
                rig.policy(donating ? policy.withDonation() : policy).busy(2, SMALL).add(SMALL);
                long[] before = rig.busy();
                long since = rig.now();
                rig.run(10 * SECOND);
                double[] shares = rig.shares(before, since);
                double share = donating ? 1 / 2.0 : 1 / 3.0;
                assertThat(shares[0]).isCloseTo(share, Offset.offset(0.01));
                assertThat(shares[1]).isCloseTo(share, Offset.offset(0.01));
                assertThat(shares[2]).isZero();
            }
        }
    }

    @Test
    void fixedShareDonating_ownersWithoutWork_giveTheirSlotsToTheOthersOnly() {
        try (EngineRig rig = new EngineRig()) {
            rig.policy(new FixedShare(16 * MS).withDonation()).busy(2, QUARTER).add(QUARTER);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(10 * SECOND);
            double[] shares = rig.shares(before, since);
            assertThat(shares[0]).isCloseTo(3 / 8.0, Offset.offset(0.005));
            assertThat(shares[1]).isCloseTo(3 / 8.0, Offset.offset(0.005));
        }
    }

    @Test
    void weights_oneTwoFour_areHonouredWithin2Percent() {
        try (EngineRig rig = new EngineRig()) {
            rig.policy(new WeightedFair(4 * MS));
            for (String weight : new String[] {"1", "2", "4"}) {
                rig.add(SMALL, "weight", weight)
                        .leavesLate(MS, random)
                        .submits(EngineWork.endless());
            }
            rig.run(100 * MS);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(20 * SECOND);
            double[] shares = rig.shares(before, since);
            double sum = shares[0] + shares[1] + shares[2];
            for (int i = 0; i < 3; i++) {
                assertThat(shares[i] / sum * 7 / (1 << i)).isBetween(0.98, 1.02);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"best-effort", "weighted-fair", "adaptive-round-robin", "equal-share"})
    void cap_ofOneGuest_isNeverPassedAndTheRestIsTheOthers(String name) {
        try (EngineRig rig = new EngineRig().policy(SchedulingPolicies.byName(name, 4 * MS))) {
            rig.add(SMALL, "cap", "20").submits(EngineWork.endless());
            rig.busy(1, SMALL).run(SECOND);
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(20 * SECOND);
            double[] shares = rig.shares(before, since);
            // Coming and going is charged to it too.
            assertThat(shares[0]).isBetween(0.194, 0.2002);
            assertThat(shares[1]).isGreaterThan(name.equals("equal-share") ? 0.48 : 0.78);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // present, numerator, denominator, share of each
        "2, 3, 10, 0.325",
        "1, 31, 1, 1.0",
        "3, 1, 10, 0.275",
        "4, 5, 1, 0.25"
    })
    void elasticCap_slotsWithoutOwner_goToThosePresentUpToTheCap(
            int present, int numerator, int denominator, double share) {
        SchedulingPolicy policy = new FixedShare(16 * MS, numerator, denominator);
        try (EngineRig rig = new EngineRig().policy(policy).busy(present, QUARTER)) {
            long[] before = rig.busy();
            long since = rig.now();
            rig.run(20 * SECOND);
            for (double each : rig.shares(before, since)) {
                assertThat(each).isCloseTo(share, Offset.offset(0.01 * share));
            }
        }
    }

    @Test
    void adaptiveRoundRobin_lateLeaving_isEqualInTheLongRunWherePlainTurnsAreNot() {
        double[] ratios = new double[2];
        SchedulingPolicy[] policies = {new RoundRobin(8 * MS), new AdaptiveRoundRobin(8 * MS, 33)};
        for (int i = 0; i < 2; i++) {
            try (EngineRig rig = late(4, SMALL, policies[i], 7 * MS)) {
                rig.run(SECOND);
                long[] before = rig.busy();
                rig.runSlices(10_000);
                long[] after = rig.busy();
                ratios[i] = (double) (after[3] - before[3]) / (after[0] - before[0]);
            }
        }
        assertThat(ratios[0]).as("plain turns").isGreaterThan(1.25);
        assertThat(ratios[1]).as("adaptive").isBetween(0.99, 1.01);
    }

    /**
     * The bounds that the policies document: a slice of each other, twice as long where overruns
     * are paid back, each of which may leave late and costs a change of hands.
     */
    @ParameterizedTest
    @CsvSource({
        "best-effort, 1",
        "round-robin, 1",
        "weighted-fair, 2",
        "equal-share, 2",
        "equal-share-donating, 2",
        "adaptive-round-robin, 2",
        "fixed-share, 2"
    })
    void worstWait_sevenBusyGuests_isWithinTheBoundOfThePolicy(String name, int stretch) {
        long quantum = 4 * MS;
        long drain = MS;
        try (EngineRig rig = late(7, SMALL, SchedulingPolicies.byName(name, quantum), drain)) {
            rig.runSlices(3_000);
            // A fixed share of this type is one of 32: the slots of nobody are waited for too.
            int others = name.startsWith("fixed") ? 31 : 6;
            long bound =
                    others * (stretch * quantum + drain + GraphicsEngine.SWITCH_NANOS)
                            + GraphicsEngine.SWITCH_NANOS;
            for (EngineRig.Guest guest : rig.guests) {
                assertThat(guest.counter("engines.wait.worst.nanos")).isBetween(5 * quantum, bound);
            }
        }
    }

    @Test
    void worstWait_waker_isWithinTheBoundOfItsPolicy() {
        for (SchedulingPolicy policy :
                new SchedulingPolicy[] {
                    new BestEffort(4 * MS),
                    new EqualShare(4 * MS),
                    new EqualShare(4 * MS).withDonation()
                }) {
            try (EngineRig rig = new EngineRig().policy(policy).busy(3, SMALL)) {
                EngineRig.Guest waker = rig.add(SMALL);
                for (int i = 0; i < 300; i++) {
                    rig.run(random.nextLong(1, 40 * MS));
                    waker.submits(EngineWork.of(MS));
                }
                rig.run(SECOND);
                assertThat(rig.engine.done(waker.gfid)).as(policy.name()).isEqualTo(300);
                assertThat(waker.counter("engines.wait.worst.nanos"))
                        .as(policy.name())
                        .isLessThanOrEqualTo(3 * 8 * MS + 4 * GraphicsEngine.SWITCH_NANOS);
            }
        }
    }
}
