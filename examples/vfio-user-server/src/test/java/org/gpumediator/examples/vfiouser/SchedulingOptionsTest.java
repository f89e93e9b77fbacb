package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.SchedulingAttributes;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.Policies;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

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
}
