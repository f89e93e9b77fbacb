package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.SchedulingAttributes;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.Policies;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options for schedulers make of a board that is shared by time. */
class SchedulingOptionsTest {

    private static final long MS = 1_000_000;

    private final SteppedClock clock = new SteppedClock();

    private Mediator open(String gpu) {
        FakeGpu fake = FakeGpus.open(gpu, clock);
        Mediator.Builder builder = Mediator.builder(fake.gpu()).clock(clock);
        fake.backendOptions().forEach(builder::option);
        return builder.build();
    }

    private static SchedulingControl control(Mediator mediator) {
        return mediator.ability(SchedulingControl.class).orElseThrow();
    }

    private static final Map<String, SchedulingPolicy> EXPECTED =
            Map.of(
                    "best-effort,quantum=8", new BestEffort(8 * MS),
                    "equal-share", new EqualShare(16 * MS),
                    "equal-share-donating,quantum=2", new EqualShare(2 * MS).withDonation(),
                    "fixed-share,quantum=4", new FixedShare(4 * MS),
                    "weighted-fair,quantum=4", new WeightedFair(4 * MS),
                    "adaptive-round-robin,quantum=8",
                            SchedulingPolicies.byName("adaptive-round-robin", 8 * MS));

    static final List<String> NAMES = List.copyOf(EXPECTED.keySet());

    @ParameterizedTest
    @FieldSource("NAMES")
    void scheduler_ofAnAdaBoard_isThatPolicyWithThatQuantum(String text) {
        try (Mediator mediator = open("l40")) {
            assertThat(control(mediator).policy())
                    .as("at first")
                    .isEqualTo(new BestEffort(16 * MS));
            Policies.schedule(mediator, text);
            assertThat(control(mediator).policy()).isEqualTo(EXPECTED.get(text));
        }
    }

    @ParameterizedTest
    @CsvSource({"0x00040003, equal-share", "0x00040013, fixed-share"})
    void vendorsWord_ofAnAdaBoard_isThePolicyItStandsFor(String word, String name) {
        try (Mediator mediator = open("l40,RmPVMRL=" + word)) {
            assertThat(control(mediator).policy().name()).startsWith(name);
        }
    }

    @Test
    void vgpu_withAShare_wishesAllOfIt() {
        try (Mediator mediator = open("l40")) {
            VgpuOption option =
                    VgpuOption.parse(
                            "name=a,socket=/tmp/a,type=L40-8Q,weight=2,cap=50,priority=-1,quantum=10,"
                                    + "preemption-timeout=60",
                            mediator.inventory());
            assertThat(SchedulingAttributes.read(option.request().attributes()))
                    .isEqualTo(new SchedulingParameters(2, 50, -1, 10 * MS, 60 * MS));
        }
    }

    /** A policy of an operator's own. */
    public static final class OwnScheduler implements SchedulingPolicy {

        private final SchedulingPolicy turns = new RoundRobin();

        /** As it is made by name. */
        public OwnScheduler() {}

        @Override
        public String name() {
            return "own";
        }

        @Override
        public Slice next(RunQueue queue) {
            return turns.next(queue);
        }
    }

    /** A policy of an operator's own. */
    public static final class OwnPlaces implements PartitionPolicy {

        /** As it is made by name. */
        public OwnPlaces() {}

        @Override
        public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
            return new BestFit().decide(inventory, request);
        }
    }

    @Test
    void classNamedInFull_isThePolicy() {
        try (Mediator mediator = open("haswell-gt2")) {
            Policies.schedule(mediator, OwnScheduler.class.getName());
            assertThat(control(mediator).policy()).isInstanceOf(OwnScheduler.class);
        }
        FakeGpu fake = FakeGpus.open("haswell-gt2", clock);
        assertThat(Policies.partition(fake, OwnPlaces.class.getName()))
                .isInstanceOf(OwnPlaces.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no.such.Policy", "java.lang.String"})
    void classThatIsNoPolicy_isABadOption(String name) {
        try (Mediator mediator = open("haswell-gt2")) {
            assertThatThrownBy(() -> Policies.schedule(mediator, name))
                    .isInstanceOf(UsageException.class)
                    .hasMessageStartingWith("--scheduler " + name + ": expected a public Sched");
        }
        FakeGpu fake = FakeGpus.open("haswell-gt2", clock);
        assertThatThrownBy(() -> Policies.partition(fake, name))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--policy " + name + ": expected a public Partition");
    }

    @Test
    void vgpu_withSomethingForThePolicy_keepsIt() {
        try (Mediator mediator = open("haswell-gt2")) {
            VgpuOption option =
                    VgpuOption.parse(
                            "name=a,socket=/tmp/a,aperture=64M,policy.deadline=16ms,mode=0640",
                            mediator.inventory());
            assertThat(option.request().attributes()).containsEntry("policy.deadline", "16ms");
            assertThat(option.access().mode()).isEqualTo(0640);
        }
    }
}
