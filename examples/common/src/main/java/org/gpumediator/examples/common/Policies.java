package org.gpumediator.examples.common;

import java.util.Map;
import java.util.TreeSet;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.policy.BestFit;
import org.gpumediator.core.policy.ExplicitPlaces;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.core.schedule.SchedulingPolicies;

/** The policies of placing and of scheduling, by the names that an operator writes. */
public final class Policies {

    private static final String SCHEDULER = "--scheduler";
    private static final long NANOS_PER_MILLI = 1_000_000;

    private Policies() {}

    public static String schedulerHelp() {
        return String.join(", ", SchedulingPolicies.names());
    }

    /** Returns the policies for resources of which any free room will do. */
    public static Map<String, PartitionPolicy> anyRoom() {
        return Map.of(
                "first-fit", new FirstFit(),
                "best-fit", new BestFit(),
                "explicit", new ExplicitPlaces());
    }

    /**
     * Returns a policy of placing.
     *
     * @param name one of the GPU's own, or a class on the class path, in a package, that needs no
     *     arguments
     * @throws UsageException if there is none of that name
     */
    public static PartitionPolicy partition(FakeGpu gpu, String name) {
        if (isClass(name)) {
            return own("--policy", name, PartitionPolicy.class);
        }
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
     * @param text its name, then perhaps the length of slices in milliseconds: {@code
     *     equal-share,quantum=4}; or a class on the class path, in a package, that needs no
     *     arguments
     * @throws UsageException if there is none of that name, the length is out of range, or the GPU
     *     does not share its time so
     */
    public static void schedule(Mediator mediator, String text) {
        int comma = text.indexOf(',');
        String name = comma < 0 ? text : text.substring(0, comma);
        Map<String, String> options =
                OptionText.pairs(SCHEDULER, comma < 0 ? "" : text.substring(comma + 1));
        String quantum = options.get("quantum");
        boolean known =
                options.size() == (quantum == null ? 0 : 1) && (quantum == null || !isClass(name));
        if (!known || quantum != null && !quantum.matches("[0-9]{1,7}")) {
            throw UsageException.badOption(
                    SCHEDULER + " " + text + ": expected NAME or NAME,quantum=MILLISECONDS");
        }
        try {
            scheduling(mediator, SCHEDULER + " " + name)
                    .policy(
                            isClass(name)
                                    ? own(SCHEDULER, name, SchedulingPolicy.class)
                                    : quantum == null
                                            ? SchedulingPolicies.byName(name)
                                            : SchedulingPolicies.byName(
                                                    name,
                                                    Long.parseLong(quantum) * NANOS_PER_MILLI));
        } catch (IllegalArgumentException refused) {
            throw UsageException.badOption(SCHEDULER + ": " + refused.getMessage());
        }
    }

    private static boolean isClass(String name) {
        return name.indexOf('.') >= 0;
    }

    private static <T> T own(String option, String name, Class<T> type) {
        try {
            return Class.forName(name).asSubclass(type).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException wrong) {
            throw UsageException.badOption(
                    option
                            + " "
                            + name
                            + ": expected a public "
                            + type.getSimpleName()
                            + " on the class path that needs no arguments ("
                            + wrong
                            + ")");
        }
    }

    private static SchedulingControl scheduling(Mediator mediator, String what) {
        return mediator.ability(SchedulingControl.class)
                .orElseThrow(
                        () -> UsageException.badOption(what + ": this GPU is not shared by time"));
    }
}
