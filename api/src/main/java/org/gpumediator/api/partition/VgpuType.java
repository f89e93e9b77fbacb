package org.gpumediator.api.partition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A kind of virtual GPU that a backend offers, or that a request with free quotas stands for.
 *
 * @param name unique among the backend's types, as an orchestrator writes it
 * @param typeClass what it is for, such as {@code Quadro}; empty if the backend has no classes
 * @param description one line for people
 * @param quotas how much it owns of each resource
 * @param displays virtual displays, {@code 0} and up
 * @param maxWidth widest mode of one display in pixels, {@code 0} if it has none
 * @param maxHeight highest mode of one display in lines, {@code 0} if it has none
 * @param maxInstances how many fit on an otherwise empty GPU; positive
 * @param attributes what only this vendor has, by name
 */
public record VgpuType(
        String name,
        String typeClass,
        String description,
        Map<ResourceKind, Long> quotas,
        int displays,
        int maxWidth,
        int maxHeight,
        int maxInstances,
        Map<String, String> attributes) {

    /** Copies the maps, keeping their order. */
    public VgpuType {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(typeClass, "typeClass");
        Objects.requireNonNull(description, "description");
        quotas = Collections.unmodifiableMap(new LinkedHashMap<>(quotas));
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** Returns how much a virtual GPU of this type owns of a resource, {@code 0} if none. */
    public long quota(ResourceKind kind) {
        return quotas.getOrDefault(kind, 0L);
    }

    /** Returns its name: all it holds is a page. */
    @Override
    public String toString() {
        return name;
    }
}
