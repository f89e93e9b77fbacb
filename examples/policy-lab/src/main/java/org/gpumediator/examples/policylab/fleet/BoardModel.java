package org.gpumediator.examples.policylab.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.jspecify.annotations.Nullable;

/**
 * A model of board: what an empty one has, of what types virtual GPUs are, and who places them. Any
 * backend's inventory will do; no device is involved.
 */
public final class BoardModel {

    private final String name;
    private final GpuInventory empty;
    private final PartitionPolicy policy;
    private final ResourceKind measure;
    private final Map<String, VgpuType> types = new LinkedHashMap<>();
    private final long capacity;

    /**
     * Describes a model.
     *
     * @param empty the inventory of a board without virtual GPUs
     * @param types what can be asked for by name
     * @param policy places a virtual GPU on the board
     * @param measure the resource that free room and fragments are measured in
     */
    public BoardModel(
            String name,
            GpuInventory empty,
            List<VgpuType> types,
            PartitionPolicy policy,
            ResourceKind measure) {
        this.name = name;
        this.empty = empty;
        this.policy = policy;
        this.measure = measure;
        types.forEach(type -> this.types.put(type.name(), type));
        capacity = empty.available(measure);
    }

    /** Returns its name. */
    public String name() {
        return name;
    }

    GpuInventory empty() {
        return empty;
    }

    PartitionPolicy policy() {
        return policy;
    }

    /** Returns the resource that free room and fragments are measured in. */
    public ResourceKind measure() {
        return measure;
    }

    /** Returns how much an empty board has of the measure. */
    public long capacity() {
        return capacity;
    }

    /** Returns a type by its name; null if the board does not offer it. */
    public @Nullable VgpuType type(String type) {
        return types.get(type);
    }
}
