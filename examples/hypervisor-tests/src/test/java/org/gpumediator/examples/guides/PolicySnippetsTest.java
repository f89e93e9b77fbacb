package org.gpumediator.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.testkit.contract.PartitionPolicyContract;
import org.gpumediator.testkit.contract.SchedulingPolicyContract;
import org.gpumediator.testkit.schedule.GroupSimulation;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The snippets of the policy guide. */
class PolicySnippetsTest {

    @Test
    void orchestrator_needsNoDevice() {
        // spotless:off
        // begin orchestrator
        ResourceKind memory = new ResourceKind("memory", Unit.BYTES, Shape.RANGE, 1 << 20);
        GpuInventory gpu = new GpuInventory(
                List.of(new GpuInventory.Resource(memory, new ResourceRange(0, 16L << 30), List.of())), List.of(), Map.of());
        VgpuType small = new VgpuType("small", "", "2 GiB", Map.of(memory, 2L << 30), 0, 0, 0, 8, Map.of());
        switch (new BestFit().decide(gpu, PartitionRequest.of("vm1", small))) {
            case PartitionDecision.Placed(var share) -> gpu = gpu.with(new GpuInventory.Holding("vm1", small, share));
            case PartitionDecision.Refused refused -> throw new IllegalStateException(refused.message());
        }
        long left = gpu.available(memory);
        // end orchestrator
        // spotless:on
        assertEquals(14L << 30, left);
    }

    // begin partition-policy
    /** Leaves the first tenth of every resource alone while there is room elsewhere. */
    static final class KeepTheFirstTenthFree implements PartitionPolicy {

        private final PartitionPolicy anywhere = new FirstFit();

        @Override
        public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
            if (!request.places().isEmpty()) {
                return anywhere.decide(inventory, request);
            }
            GpuInventory smaller =
                    new GpuInventory(
                            inventory.resources().stream().map(this::withoutTheFirstTenth).toList(),
                            inventory.holdings(),
                            inventory.attributes());
            PartitionDecision decision = anywhere.decide(smaller, request);
            return decision instanceof PartitionDecision.Placed
                    ? decision
                    : anywhere.decide(inventory, request);
        }

        private GpuInventory.Resource withoutTheFirstTenth(GpuInventory.Resource resource) {
            ResourceKind kind = resource.kind();
            if (kind.shape() == Shape.COUNT || !resource.reserved().isEmpty()) {
                return resource;
            }
            ResourceRange space = resource.space();
            long tenth = space.length() / 10 / kind.granularity() * kind.granularity();
            return tenth == 0
                    ? resource
                    : new GpuInventory.Resource(
                            kind, space, List.of(new ResourceRange(space.start(), tenth)));
        }
    }

    @Nested
    class KeepTheFirstTenthFreeTest extends PartitionPolicyContract {

        @Override
        protected PartitionPolicy policy() {
            return new KeepTheFirstTenthFree();
        }
    }

    // end partition-policy

    // begin scheduling-policy
    /** Whoever has had least runs next, for 2 ms. */
    static final class LeastFirst implements SchedulingPolicy {

        @Override
        public String name() {
            return "least-first";
        }

        @Override
        public Slice next(RunQueue queue) {
            return queue.clients().stream()
                    .filter(Client::hasWork)
                    .min(Comparator.comparingLong(Client::runtimeNanos))
                    .map(client -> new Slice(client.id(), 2_000_000))
                    .orElse(Slice.idle(2_000_000));
        }
    }

    @Nested
    class LeastFirstTest extends SchedulingPolicyContract {

        @Override
        protected SchedulingPolicy policy() {
            return new LeastFirst();
        }
    }

    // end scheduling-policy

    @Test
    void leastFirst_twoBusyGuests_shareEvenly() {
        // begin simulation
        GroupSimulation group = new GroupSimulation(new LeastFirst(), 2, 300_000);
        group.busy(SchedulingParameters.DEFAULT);
        group.busy(SchedulingParameters.DEFAULT).drains(() -> 5_000_000); // leaves 5 ms late
        group.run(1_000, Long.MAX_VALUE);
        double fairness = group.jain();
        // end simulation
        assertEquals(1, fairness, 0.01);
    }
}
