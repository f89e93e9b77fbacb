package org.gpumediator.examples.common;

import java.util.ArrayList;
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

/** Reads what an operator wishes of a virtual GPU: a type or quotas, a place, attributes. */
public final class VgpuWish {

    private static final Set<String> ATTRIBUTE_KEYS =
            Stream.concat(
                            SchedulingAttributes.NAMES.stream(),
                            Stream.of("gtt", "ppgtt", "display", "visible-aperture"))
                    .collect(Collectors.toUnmodifiableSet());

    private VgpuWish() {}

    /**
     * Reads a wish.
     *
     * @param option the option and the name in it, for messages: {@code --vgpu vm1}
     * @param name name of the virtual GPU
     * @param pairs keys and values, without those that are the program's own
     * @param own keys that are the program's own, for messages
     * @param inventory tells which resources can be given quotas
     * @throws UsageException if it is malformed, or names what this GPU does not have
     */
    public static VgpuRequest parse(
            String option,
            String name,
            Map<String, String> pairs,
            List<String> own,
            GpuInventory inventory) {
        String type = pairs.getOrDefault("type", "");
        Map<String, Long> quotas = new LinkedHashMap<>();
        Map<String, Long> places = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        pairs.forEach(
                (key, value) -> {
                    if (ATTRIBUTE_KEYS.contains(key)
                            || key.startsWith(SchedulingAttributes.FOR_THE_POLICY)) {
                        attributes.put(key, value);
                    } else if (names(inventory).contains(key)) {
                        quota(key, value, quotas, places);
                    } else if (!key.equals("type")) {
                        throw unknown(option, key, own, inventory);
                    }
                });
        if (type.isEmpty() && quotas.isEmpty()) {
            throw UsageException.badOption(
                    option + ": expected type= or quotas of " + names(inventory));
        }
        if (!type.isEmpty() && !quotas.isEmpty()) {
            throw UsageException.badOption(option + ": type= and quotas: expected one of the two");
        }
        return new VgpuRequest(name, type, quotas, places, Role.GUEST, attributes);
    }

    private static UsageException unknown(
            String option, String key, List<String> own, GpuInventory inventory) {
        List<String> others = new ArrayList<>(own);
        others.add("type");
        others.addAll(ATTRIBUTE_KEYS.stream().sorted().toList());
        return UsageException.badOption(
                option
                        + ": "
                        + key
                        + "=: this GPU has "
                        + names(inventory)
                        + ", and "
                        + String.join(", ", others));
    }

    /** An amount, an amount at a place, or a place: {@code 64M}, {@code 64M@128M}, {@code @16}. */
    private static void quota(
            String key, String value, Map<String, Long> quotas, Map<String, Long> places) {
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
