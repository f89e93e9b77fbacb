package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;

/**
 * What the lab wants to know of an inventory beside where a policy places: a backend's own planner
 * answers fast, {@link #byTrying} answers for any policy.
 */
public interface BoardPlanner {

    /**
     * Returns what the answers about an inventory hang on: those whose views are equal are one
     * state to the lab, asked about once. The coarser, the faster.
     */
    Object view(GpuInventory inventory);

    /**
     * Returns the view once one virtual GPU has come or gone: what {@link #view} says of {@code
     * after}, without looking at all who stay.
     *
     * @param before the view before
     * @param changed who has come or gone
     * @param after the inventory with or without it
     */
    default Object view(Object before, GpuInventory.Holding changed, GpuInventory after) {
        return view(after);
    }

    /**
     * Returns the partition that the policy gives on a board, if on another of the same view it
     * gave this one.
     */
    default ResourcePartition partition(GpuInventory board, ResourcePartition elsewhere) {
        return elsewhere;
    }

    /**
     * Returns how many of each of the board's types could be created if it alone came.
     *
     * @param view that of the inventory
     */
    int[] creatable(Object view, GpuInventory inventory);

    /** Returns owners without whom a type would fit that does not now; empty if none help. */
    List<String> mustGo(GpuInventory inventory, VgpuType type);

    /** Returns a planner for boards of some types that asks a policy again and again. */
    static BoardPlanner byTrying(PartitionPolicy policy, List<VgpuType> types) {
        return new BoardPlanner() {
            @Override
            public Object view(GpuInventory inventory) {
                List<Object> held = new ArrayList<>();
                for (GpuInventory.Holding holding : inventory.holdings()) {
                    held.add(List.of(holding.type().name(), holding.partition()));
                }
                return held;
            }

            @Override
            public int[] creatable(Object view, GpuInventory inventory) {
                return types.stream().mapToInt(type -> fill(inventory, type)).toArray();
            }

            private int fill(GpuInventory inventory, VgpuType type) {
                GpuInventory filled = inventory;
                for (int count = 0; ; count++) {
                    PartitionRequest request = PartitionRequest.of("tried" + count, type);
                    if (!(policy.decide(filled, request)
                            instanceof PartitionDecision.Placed placed)) {
                        return count;
                    }
                    filled =
                            filled.with(
                                    new GpuInventory.Holding(
                                            request.owner(), type, placed.partition()));
                }
            }

            // Takes the youngest away until it fits, then puts back whose going did not help.
            @Override
            public List<String> mustGo(GpuInventory inventory, VgpuType type) {
                GpuInventory left = inventory;
                List<GpuInventory.Holding> gone = new ArrayList<>();
                for (GpuInventory.Holding holding : inventory.holdings().reversed()) {
                    left = left.without(holding.owner());
                    gone.add(holding);
                    if (fits(left, type)) {
                        break;
                    }
                }
                List<String> owners = new ArrayList<>();
                for (GpuInventory.Holding holding : gone) {
                    GpuInventory back = left.with(holding);
                    if (fits(back, type)) {
                        left = back;
                    } else {
                        owners.add(holding.owner());
                    }
                }
                return fits(left, type) ? owners : List.of();
            }

            private boolean fits(GpuInventory inventory, VgpuType type) {
                return policy.decide(inventory, PartitionRequest.of("tried", type))
                        instanceof PartitionDecision.Placed;
            }
        };
    }
}
