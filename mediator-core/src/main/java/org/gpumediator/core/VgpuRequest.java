package org.gpumediator.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;

/**
 * A wish for a virtual GPU: either of a type that the backend offers, or of free quotas.
 *
 * @param name what it shall be called; not blank, unique in its mediator
 * @param type name of a type of the backend, or empty for free quotas
 * @param quotas how much of each resource, by the resource's name; what is left out gets the
 *     backend's default. Empty if a type is named
 * @param places wished first places by the resource's name; empty to let the policy choose
 * @param role whether it belongs to a guest or to the host itself
 * @param attributes further wishes that only this vendor knows, by name
 */
public record VgpuRequest(
        String name,
        String type,
        Map<String, Long> quotas,
        Map<String, Long> places,
        Role role,
        Map<String, String> attributes) {

    /**
     * Copies the maps, keeping their order.
     *
     * @throws IllegalArgumentException if the name is blank, or both a type and quotas are given
     */
    public VgpuRequest {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(role, "role");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "name \"" + name + "\": expected visible characters");
        }
        if (!type.isEmpty() && !quotas.isEmpty()) {
            throw new IllegalArgumentException(
                    name
                            + ": type "
                            + type
                            + " and quotas "
                            + quotas
                            + ": expected one of the two");
        }
        quotas = Collections.unmodifiableMap(new LinkedHashMap<>(quotas));
        places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** Returns a request of a guest for a type. */
    public static VgpuRequest ofType(String name, String type) {
        if (type.isEmpty()) {
            throw new IllegalArgumentException(name + ": type \"\": expected a type's name");
        }
        return new VgpuRequest(name, type, Map.of(), Map.of(), Role.GUEST, Map.of());
    }

    /** Returns a request of a guest for free quotas, by resource name. */
    public static VgpuRequest ofQuotas(String name, Map<String, Long> quotas) {
        return new VgpuRequest(name, "", quotas, Map.of(), Role.GUEST, Map.of());
    }

    /** Returns this request for the host itself. */
    public VgpuRequest forHost() {
        return new VgpuRequest(name, type, quotas, places, Role.HOST, attributes);
    }

    /** Returns this request with one more wished place. */
    public VgpuRequest at(String resource, long place) {
        return new VgpuRequest(name, type, quotas, plus(places, resource, place), role, attributes);
    }

    /** Returns this request with one more vendor attribute. */
    public VgpuRequest with(String attribute, String value) {
        return new VgpuRequest(
                name, type, quotas, places, role, plus(attributes, attribute, value));
    }

    private static <V> Map<String, V> plus(Map<String, V> map, String key, V value) {
        Map<String, V> more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }
}
