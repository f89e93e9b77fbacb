package org.gpumediator.intel.gen7;

import java.util.Map;
import java.util.Set;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.jspecify.annotations.Nullable;

/**
 * What only this backend has to choose for one virtual GPU.
 *
 * @param relaxedTable whether the window of the graphics translation table is offered as mappable
 *     memory
 * @param trackedTables whether per-process tables are followed by write tracking where the VMM
 *     offers it, instead of compared at each submission
 * @param scheduling parameters on the engines
 */
record VgpuOptions(boolean relaxedTable, boolean trackedTables, SchedulingParameters scheduling) {

    private static final String TABLE = "gtt";
    private static final String PROCESS_TABLES = "ppgtt";
    private static final String TIMEOUT = "preemption-timeout";
    private static final String WEIGHT = "weight";
    private static final String CAP = "cap";
    private static final String PRIORITY = "priority";
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final Set<String> KNOWN =
            Set.of(TABLE, PROCESS_TABLES, WEIGHT, CAP, PRIORITY, TIMEOUT);

    /**
     * Reads attributes.
     *
     * @throws IllegalArgumentException if a name is unknown, or a value is none of its values
     */
    static VgpuOptions of(Map<String, String> attributes, boolean relaxedByDefault) {
        for (String name : attributes.keySet()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException(
                        "attribute "
                                + name
                                + ": expected one of "
                                + KNOWN.stream().sorted().toList());
            }
        }
        SchedulingParameters scheduling =
                new SchedulingParameters(
                        number(attributes, WEIGHT, 1),
                        number(attributes, CAP, 100),
                        number(attributes, PRIORITY, 0),
                        0,
                        number(attributes, TIMEOUT, 0) * NANOS_PER_MILLI);
        return new VgpuOptions(
                relaxed(TABLE, attributes.get(TABLE), relaxedByDefault),
                !relaxed(PROCESS_TABLES, attributes.get(PROCESS_TABLES), false),
                scheduling);
    }

    private static boolean relaxed(String name, @Nullable String value, boolean fallback) {
        return switch (value) {
            case null -> fallback;
            case "relaxed" -> true;
            case "strict" -> false;
            default ->
                    throw new IllegalArgumentException(
                            name + "=" + value + ": expected strict or relaxed");
        };
    }

    private static int number(Map<String, String> attributes, String name, int fallback) {
        String value = attributes.get(name);
        if (value == null) {
            return fallback;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    name + "=" + value + ": expected a whole number", notANumber);
        }
    }
}
