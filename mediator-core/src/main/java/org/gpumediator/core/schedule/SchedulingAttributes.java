package org.gpumediator.core.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.gpumediator.api.schedule.SchedulingParameters;

/** {@link SchedulingParameters} as attributes of a request for a virtual GPU, by name. */
public final class SchedulingAttributes {

    private static final String WEIGHT = "weight";
    private static final String CAP = "cap";
    private static final String PRIORITY = "priority";
    private static final String QUANTUM = "quantum";
    private static final String TIMEOUT = "preemption-timeout";

    /**
     * The names: {@code weight}, {@code cap} (percent), {@code priority}, {@code quantum} and
     * {@code preemption-timeout} (milliseconds; 0 for the policy's and the backend's own).
     */
    public static final Set<String> NAMES = Set.of(WEIGHT, CAP, PRIORITY, QUANTUM, TIMEOUT);

    /** What the name of an attribute begins with that only a policy looks at. */
    public static final String FOR_THE_POLICY = "policy.";

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private SchedulingAttributes() {}

    /**
     * Checks that there is no attribute but these, those for the policy, and some others.
     *
     * @param others further names that are known
     * @throws IllegalArgumentException if there is; the message lists what is known
     */
    public static void checkNames(Map<String, String> attributes, Set<String> others) {
        for (String name : attributes.keySet()) {
            if (!NAMES.contains(name)
                    && !others.contains(name)
                    && !name.startsWith(FOR_THE_POLICY)) {
                Set<String> known = new TreeSet<>(NAMES);
                known.addAll(others);
                known.add(FOR_THE_POLICY + "NAME");
                throw new IllegalArgumentException(
                        "attribute " + name + ": expected one of " + known);
            }
        }
    }

    /**
     * Reads the attributes of these names and leaves others alone.
     *
     * @return the parameters; what is not named as in {@link SchedulingParameters#DEFAULT}
     * @throws IllegalArgumentException if a value is no whole number, or out of its range
     */
    public static SchedulingParameters read(Map<String, String> attributes) {
        SchedulingParameters absent = SchedulingParameters.DEFAULT;
        return new SchedulingParameters(
                number(attributes, WEIGHT, absent.weight()),
                number(attributes, CAP, absent.capPercent()),
                number(attributes, PRIORITY, absent.priority()),
                number(attributes, QUANTUM, 0) * NANOS_PER_MILLI,
                number(attributes, TIMEOUT, 0) * NANOS_PER_MILLI);
    }

    /**
     * Reads the attributes of a virtual GPU that is being made, and labels them for policies: with
     * its name, its type, and its attributes that only a policy looks at.
     *
     * @param type name of its type
     * @throws IllegalArgumentException as {@link #read(Map)}
     */
    public static SchedulingParameters read(
            String name, String type, Map<String, String> attributes) {
        Map<String, String> labels = new HashMap<>();
        attributes.forEach(
                (attribute, value) -> {
                    if (attribute.startsWith(FOR_THE_POLICY)) {
                        labels.put(attribute.substring(FOR_THE_POLICY.length()), value);
                    }
                });
        labels.put("name", name);
        labels.put("type", type);
        return read(attributes).withLabels(labels);
    }

    private static int number(Map<String, String> attributes, String name, int absent) {
        String value = attributes.get(name);
        if (value == null) {
            return absent;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    name + "=" + value + ": expected a whole number", notANumber);
        }
    }
}
