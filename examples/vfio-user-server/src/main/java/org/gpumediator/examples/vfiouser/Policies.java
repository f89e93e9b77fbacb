package org.gpumediator.examples.vfiouser;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.policy.ExplicitPlaces;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.core.schedule.SchedulingPolicies;

/** The policies of placing and of scheduling, by the names that an operator writes. */
final class Policies {

    private static final Map<String, Supplier<PartitionPolicy>> PLACING =
            new TreeMap<>(
                    Map.of(
                            "first-fit", FirstFit::new,
                            "best-fit", BestFit::new,
                            "explicit", ExplicitPlaces::new));

    private Policies() {}

    static String help() {
        return String.join(", ", PLACING.keySet());
    }

    static String schedulerHelp() {
        return String.join(", ", SchedulingPolicies.names());
    }

    /**
     * Returns a policy of placing.
     *
     * @throws UsageException if there is none of that name
     */
    static PartitionPolicy partition(String name) {
        Supplier<PartitionPolicy> policy = PLACING.get(name);
        if (policy == null) {
            throw UsageException.badOption(
                    "--policy " + name + ": expected one of " + PLACING.keySet());
        }
        return policy.get();
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
