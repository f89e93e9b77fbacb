package org.gpumediator.intel.gen7;

import java.util.Map;
import java.util.Set;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.core.schedule.SchedulingAttributes;
import org.gpumediator.intel.gen7.display.PortOptions;
import org.jspecify.annotations.Nullable;

/**
 * What only this backend has to choose for one virtual GPU.
 *
 * @param relaxedTable whether the window of the graphics translation table is offered as mappable
 *     memory
 * @param trackedTables whether per-process tables are followed by write tracking where the VMM
 *     offers it, instead of compared at each submission
 * @param display ports and monitors, as {@link PortOptions} reads them; empty for none
 * @param scheduling parameters on the engines
 */
record VgpuOptions(
        boolean relaxedTable,
        boolean trackedTables,
        String display,
        SchedulingParameters scheduling) {

    private static final String TABLE = "gtt";
    private static final String PROCESS_TABLES = "ppgtt";
    private static final String DISPLAY = "display";

    /**
     * Reads attributes.
     *
     * @throws IllegalArgumentException if a name is unknown, or a value is none of its values
     */
    static VgpuOptions of(Map<String, String> attributes, boolean relaxedByDefault) {
        SchedulingAttributes.checkNames(attributes, Set.of(TABLE, PROCESS_TABLES, DISPLAY));
        String display = attributes.getOrDefault(DISPLAY, "");
        PortOptions.check(display);
        return new VgpuOptions(
                relaxed(TABLE, attributes.get(TABLE), relaxedByDefault),
                !relaxed(PROCESS_TABLES, attributes.get(PROCESS_TABLES), false),
                display,
                SchedulingAttributes.read(attributes));
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
}
