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
 * @param visibleAperture of how many bytes of its aperture the guest is told
 */
record VgpuOptions(
        boolean relaxedTable, boolean trackedTables, String display, long visibleAperture) {

    private static final String TABLE = "gtt";
    private static final String PROCESS_TABLES = "ppgtt";
    private static final String DISPLAY = "display";
    private static final String VISIBLE_APERTURE = "visible-aperture";

    /**
     * What a guest with ports is told of unless said otherwise. Linux's driver puts a frame buffer
     * that finds no room in the aperture into hidden memory, and draws its console into the
     * buffer's own pages instead of through BAR2, where every access traps. Two mappings of 1 MiB,
     * the driver's least, fit in still, so that a copy between two buffers comes forward; a frame
     * buffer of 1024x768 does not.
     */
    private static final long VISIBLE_BESIDE_A_CONSOLE = 3L << 20;

    /**
     * Reads attributes.
     *
     * @throws IllegalArgumentException if a name is unknown, or a value is none of its values
     */
    static VgpuOptions of(Map<String, String> attributes, boolean relaxedByDefault) {
        SchedulingAttributes.checkNames(
                attributes, Set.of(TABLE, PROCESS_TABLES, DISPLAY, VISIBLE_APERTURE));
        SchedulingParameters ignored = SchedulingAttributes.read(attributes);
        String display = attributes.getOrDefault(DISPLAY, "");
        PortOptions.check(display);
        return new VgpuOptions(
                relaxed(TABLE, attributes.get(TABLE), relaxedByDefault),
                !relaxed(PROCESS_TABLES, attributes.get(PROCESS_TABLES), false),
                display,
                visible(attributes.get(VISIBLE_APERTURE), !display.isEmpty()));
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

    private static long visible(@Nullable String value, boolean console) {
        if (value == null) {
            return console ? VISIBLE_BESIDE_A_CONSOLE : Long.MAX_VALUE;
        }
        if (value.equals("all")) {
            return Long.MAX_VALUE;
        }
        if (!value.matches("[1-9][0-9]{0,3}M")) {
            throw new IllegalArgumentException(
                    VISIBLE_APERTURE + "=" + value + ": expected all, or 1M to 9999M");
        }
        return Long.parseLong(value.substring(0, value.length() - 1)) << 20;
    }
}
