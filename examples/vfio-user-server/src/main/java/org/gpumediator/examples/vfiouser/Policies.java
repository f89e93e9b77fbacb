package org.gpumediator.examples.vfiouser;

import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.policy.ExplicitPlaces;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.core.schedule.SchedulingPolicies;

import java.util.Map;
import java.util.TreeSet;

/** The policies of placing and of scheduling, by the names that an operator writes. */
final class Policies {

    private Policies() {}

    static String schedulerHelp() {
        return String.join(", ", SchedulingPolicies.names());
    }

    /** Returns the policies for resources of which any free room will do. */
    static Map<String, PartitionPolicy> anyRoom() {
        return Map.of(
                "first-fit", new FirstFit(),
                "best-fit", new BestFit(),
                "explicit", new ExplicitPlaces());
    }

    /**
     * Returns a policy of placing.
     *
     * @throws UsageException if the GPU has none of that name
     */
    static PartitionPolicy partition(FakeGpu gpu, String name) {
        PartitionPolicy policy = gpu.policies().get(name);
        if (policy == null) {
            throw UsageException.badOption(
                    "--policy "
                            + name
                            + ": expected one of "
                            + new TreeSet<>(gpu.policies().keySet()));
        }
        return policy;
    }

    /**
     * Gives a mediator a policy of scheduling.
     *
     * @throws UsageException if there is none of that name, or the GPU is not shared by time
     */
    static void schedule(Mediator mediator, String name) {
        try {
            scheduling(mediator, "--scheduler " + name).policy(SchedulingPolicies.byName(name));
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption("--scheduler: " + unknown.getMessage());
        }
    }

    static SchedulingControl scheduling(Mediator mediator, String what) {
        return mediator.ability(SchedulingControl.class)
                .orElseThrow(
                        () -> UsageException.badOption(what + ": this GPU is not shared by time"));
    }
}
