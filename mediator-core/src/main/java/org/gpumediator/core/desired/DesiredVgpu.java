package org.gpumediator.core.desired;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;

/**
 * One virtual GPU that shall exist.
 *
 * @param request what it shall be, and where
 * @param labels what whoever applies the state keeps with it, such as the path of a socket; the
 *     mediator does not look at it
 */
public record DesiredVgpu(VgpuRequest request, Map<String, String> labels) {

    /** Copies the map, keeping its order. */
    public DesiredVgpu {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** Returns its name. */
    public String name() {
        return request.name();
    }

    /**
     * Returns how a living virtual GPU of this name differs from it, or an empty text if it does
     * not. Compared are type, quotas, places and attributes; a place that is not wished may be any.
     *
     * @throws IllegalArgumentException if type or a resource is not one of this GPU
     */
    String difference(Mediator mediator, VirtualGpu vgpu) {
        if (!request.type().isEmpty()
                && !mediator.type(request.type()).name().equals(vgpu.type().name())) {
            return "type " + vgpu.type().name() + ", wanted " + request.type();
        }
        for (Map.Entry<String, Long> quota : request.quotas().entrySet()) {
            ResourceKind kind = mediator.inventory().kind(quota.getKey());
            long has = vgpu.partition().amount(kind);
            if (has != quota.getValue()) {
                return quota.getKey() + " " + has + ", wanted " + quota.getValue();
            }
        }
        for (Map.Entry<String, Long> place : request.places().entrySet()) {
            ResourceKind kind = mediator.inventory().kind(place.getKey());
            boolean there =
                    vgpu.partition().ranges(kind).stream()
                            .anyMatch(range -> range.start() == place.getValue());
            if (!there) {
                return place.getKey()
                        + " at "
                        + vgpu.partition().ranges(kind)
                        + ", wanted at "
                        + place.getValue();
            }
        }
        Map<String, String> has = mediator.attributes(vgpu);
        return has.equals(request.attributes())
                ? ""
                : "attributes "
                        + new TreeMap<>(has)
                        + ", wanted "
                        + new TreeMap<>(request.attributes());
    }
}
