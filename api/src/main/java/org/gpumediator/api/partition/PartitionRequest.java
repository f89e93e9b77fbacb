package org.gpumediator.api.partition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A wish for a partition.
 *
 * @param owner name of the virtual GPU to be
 * @param type what it shall be; for free quotas the anonymous type that a backend makes of them
 * @param places wished first places, by resource; a policy gives exactly these or refuses. Empty to
 *     let the policy choose
 */
public record PartitionRequest(String owner, VgpuType type, Map<ResourceKind, Long> places) {

    /** Copies the map. */
    public PartitionRequest {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(type, "type");
        places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
    }

    /** Returns a request that leaves the place to the policy. */
    public static PartitionRequest of(String owner, VgpuType type) {
        return new PartitionRequest(owner, type, Map.of());
    }
}
