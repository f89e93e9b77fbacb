package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.testkit.FakeVmm;
import org.junit.jupiter.api.Test;

/** What a scheduling policy is told of whom it chooses among. */
class PolicyLabelsTest {

    @Test
    void policy_seesNameTypeAndWhatIsMeantForIt() {
        List<Map<String, String>> seen = new ArrayList<>();
        SchedulingPolicy looking =
                new SchedulingPolicy() {
                    @Override
                    public String name() {
                        return "looking";
                    }

                    @Override
                    public Slice next(RunQueue queue) {
                        queue.clients().forEach(client -> seen.add(client.parameters().labels()));
                        return new RoundRobin().next(queue);
                    }
                };
        try (World world = new World()) {
            world.mediator.ability(SchedulingControl.class).orElseThrow().policy(looking);
            FakeVmm vmm =
                    world.vmm(
                            VgpuRequest.ofType("vm1", "i915-GVTg_V3_8")
                                    .with("policy.deadline", "16ms"));
            world.guest(vmm).boot();
            assertThat(seen)
                    .contains(Map.of("name", "vm1", "type", "i915-GVTg_V3_8", "deadline", "16ms"));
        }
    }
}
