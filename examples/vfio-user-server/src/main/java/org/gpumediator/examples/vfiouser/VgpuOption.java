package org.gpumediator.examples.vfiouser;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.schedule.SchedulingAttributes;

/**
 * One {@code --vgpu} option.
 *
 * @param request what is wished of the mediator
 * @param socket where it is served
 */
record VgpuOption(VgpuRequest request, Path socket) {

    private static final String OPTION = "--vgpu";
    private static final Set<String> ATTRIBUTE_KEYS =
            Stream.concat(SchedulingAttributes.NAMES.stream(), Stream.of("gtt", "display"))
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * Reads the option's value.
     *
     * @param inventory tells which resources can be given quotas
     * @throws UsageException if it is malformed, or names what this GPU does not have
     */
    static VgpuOption parse(String text, GpuInventory inventory) {
        Map<String, String> pairs = OptionText.pairs(OPTION, text);
        String name = required(pairs, "name", text);
        Path socket = Path.of(required(pairs, "socket", text));
        String type = pairs.getOrDefault("type", "");
        Map<String, Long> quotas = new LinkedHashMap<>();
        Map<String, Long> places = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        Set<String> fixed = Set.of("name", "socket", "type");
        pairs.forEach(
                (key, value) -> {
                    if (ATTRIBUTE_KEYS.contains(key)) {
                        attributes.put(key, value);
                    } else if (!fixed.contains(key)) {
                        quota(name, key, value, inventory, quotas, places);
                    }
                });
        if (type.isEmpty() && quotas.isEmpty()) {
            throw UsageException.badOption(
                    OPTION + " " + name + ": expected type= or quotas of " + names(inventory));
        }
        if (!type.isEmpty() && !quotas.isEmpty()) {
            throw UsageException.badOption(
                    OPTION + " " + name + ": type= and quotas: expected one of the two");
        }
        return new VgpuOption(
                new VgpuRequest(name, type, quotas, places, Role.GUEST, attributes), socket);
    }

    private static String required(Map<String, String> pairs, String key, String text) {
        String value = pairs.get(key);
        if (value == null) {
            throw UsageException.badOption(OPTION + " " + text + ": " + key + "= is missing");
        }
        return value;
    }

    /** An amount, an amount at a place, or a place: {@code 64M}, {@code 64M@128M}, {@code @16}. */
    private static void quota(
            String name,
            String key,
            String value,
            GpuInventory inventory,
            Map<String, Long> quotas,
            Map<String, Long> places) {
        if (!names(inventory).contains(key)) {
            throw UsageException.badOption(
                    OPTION
                            + " "
                            + name
                            + ": "
                            + key
                            + "=: this GPU has "
                            + names(inventory)
                            + ", and name, socket, type, "
                            + String.join(", ", ATTRIBUTE_KEYS.stream().sorted().toList()));
        }
        int at = value.indexOf('@');
        if (at != 0) {
            quotas.put(key, OptionText.amount(key, at < 0 ? value : value.substring(0, at)));
        }
        if (at >= 0) {
            places.put(key, OptionText.amount(key, value.substring(at + 1)));
        }
    }

    private static List<String> names(GpuInventory inventory) {
        return inventory.resources().stream()
                .map(GpuInventory.Resource::kind)
                .map(ResourceKind::name)
                .toList();
    }
}
