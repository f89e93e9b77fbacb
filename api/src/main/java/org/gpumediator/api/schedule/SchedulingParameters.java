package org.gpumediator.api.schedule;

import java.util.Map;

/**
 * What an owner sets for one virtual GPU. Which of them count depends on the policy.
 *
 * @param weight its share relative to others, {@code 1} to {@code 1024}
 * @param capPercent most of the time it may have, {@code 1} to {@code 100}
 * @param priority higher runs first, {@code -1024} to {@code 1024}
 * @param quantumNanos length of its slices, positive; {@code 0} for the policy's own
 * @param preemptionTimeoutNanos how long after the end of a slice its work may take to leave the
 *     engines before it counts as hung, positive; {@code 0} for the backend's own
 * @param labels whatever else a policy may look at, by name: {@code name} and {@code type} of the
 *     virtual GPU, and what its request had as attributes {@code policy.NAME}, such as a deadline
 */
public record SchedulingParameters(
        int weight,
        int capPercent,
        int priority,
        long quantumNanos,
        long preemptionTimeoutNanos,
        Map<String, String> labels) {

    /** Weight 1, no cap, priority 0, the policy's quantum and the backend's time-out. */
    public static final SchedulingParameters DEFAULT = new SchedulingParameters(1, 100, 0, 0, 0);

    /**
     * Creates parameters without labels.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public SchedulingParameters(
            int weight,
            int capPercent,
            int priority,
            long quantumNanos,
            long preemptionTimeoutNanos) {
        this(weight, capPercent, priority, quantumNanos, preemptionTimeoutNanos, Map.of());
    }

    /**
     * Validates the numbers and copies the map.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public SchedulingParameters {
        check("weight", weight, 1, 1024);
        check("cap", capPercent, 1, 100);
        check("priority", priority, -1024, 1024);
        check("quantum", quantumNanos, 0, Long.MAX_VALUE);
        check("preemption time-out", preemptionTimeoutNanos, 0, Long.MAX_VALUE);
        labels = Map.copyOf(labels);
    }

    private static void check(String what, long value, long low, long high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    what + " " + value + ": expected " + low + " to " + high);
        }
    }

    /** Returns these with another weight. */
    public SchedulingParameters withWeight(int newWeight) {
        return new SchedulingParameters(
                newWeight, capPercent, priority, quantumNanos, preemptionTimeoutNanos, labels);
    }

    /** Returns these with other labels. */
    public SchedulingParameters withLabels(Map<String, String> newLabels) {
        return new SchedulingParameters(
                weight, capPercent, priority, quantumNanos, preemptionTimeoutNanos, newLabels);
    }
}
