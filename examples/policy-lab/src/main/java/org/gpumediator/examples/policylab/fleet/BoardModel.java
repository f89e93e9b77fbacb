package org.gpumediator.examples.policylab.fleet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;

/**
 * A model of board: what an empty one has, of what types virtual GPUs are, who places them and who
 * plans. Any backend's inventory will do; no device is involved.
 */
public final class BoardModel {

    private final String name;
    private final GpuInventory empty;
    private final List<VgpuType> types;
    private final PartitionPolicy policy;
    private final BoardPlanner planner;
    private final ResourceKind measure;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final long capacity;

    /**
     * Describes a model.
     *
     * @param empty the inventory of a board without virtual GPUs
     * @param types what can be asked for by name
     * @param policy places a virtual GPU on the board
     * @param planner says what a board could still carry
     * @param measure the resource that free room and fragments are measured in
     */
    public BoardModel(
            String name,
            GpuInventory empty,
            List<VgpuType> types,
            PartitionPolicy policy,
            BoardPlanner planner,
            ResourceKind measure) {
        this.name = name;
        this.empty = empty;
        this.types = List.copyOf(types);
        this.policy = policy;
        this.planner = planner;
        this.measure = measure;
        types.forEach(type -> numbers.put(type.name(), numbers.size()));
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

    BoardPlanner planner() {
        return planner;
    }

    /** Returns how much an empty board has, in the measure of room. */
    public long capacity() {
        return capacity;
    }

    /** Returns the types it offers. */
    public List<VgpuType> types() {
        return types;
    }

    /** Returns where a type is among {@link #types}; -1 if the board does not offer it. */
    public int number(String type) {
        return numbers.getOrDefault(type, -1);
    }

    /** Returns how much one of a type takes, in the measure of room; at least 1. */
    public long size(int number) {
        return Math.max(1, types.get(number).quota(measure));
    }

    long free(GpuInventory inventory) {
        return inventory.available(measure);
    }
}
