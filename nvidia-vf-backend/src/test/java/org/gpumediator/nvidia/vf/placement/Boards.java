package org.gpumediator.nvidia.vf.placement;

import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.nvidia.vf.types.VfTypes;

/** A board on paper, filled step by step by a policy. */
final class Boards {

    final VfTypes types;
    private final PartitionPolicy policy;
    GpuInventory inventory;

    Boards(GpuInventory inventory, PartitionPolicy policy) {
        this.inventory = inventory;
        this.policy = policy;
        this.types = types(VfInventory.setup(inventory));
    }

    static VfTypes types(FramebufferSetup setup) {
        return new VfTypes(TypeCatalogue.shipped(), setup, type -> type.sharing().maxInstances());
    }

    static Boards mixed(AdaBoard board) {
        return new Boards(
                VfInventory.empty(board, PlacementMode.HETEROGENEOUS), VfPlacementPolicy.FIRST);
    }

    static Boards equal(AdaBoard board) {
        return new Boards(VfInventory.empty(board), VfPlacementPolicy.FIRST);
    }

    VgpuType type(String name) {
        return types.byName(name).orElseThrow();
    }

    PartitionDecision ask(String owner, VgpuType type, Map<ResourceKind, Long> places) {
        return policy.decide(inventory, new PartitionRequest(owner, type, places));
    }

    /** Creates a virtual GPU; fails the test if it does not fit. */
    GpuInventory.Holding create(String owner, VgpuType type, Map<ResourceKind, Long> places) {
        PartitionDecision decision = ask(owner, type, places);
        if (!(decision instanceof PartitionDecision.Placed placed)) {
            throw new AssertionError(decision);
        }
        GpuInventory.Holding holding = new GpuInventory.Holding(owner, type, placed.partition());
        inventory = inventory.with(holding);
        return holding;
    }

    /** Creates a virtual GPU and returns its placement id. */
    long create(String owner, String type) {
        return create(owner, type(type), Map.of()).partition().range(VfResources.PLACEMENT).start();
    }

    long createAt(String owner, String type, long placement) {
        return create(owner, type(type), Map.of(VfResources.PLACEMENT, placement))
                .partition()
                .range(VfResources.PLACEMENT)
                .start();
    }

    PartitionDecision.Refused refused(String owner, String type) {
        return (PartitionDecision.Refused) ask(owner, type(type), Map.of());
    }

    void destroy(String owner) {
        inventory = inventory.without(owner);
    }

    PlacementPlanner planner() {
        return new PlacementPlanner(inventory);
    }

    int available(String type) {
        return planner().available(type(type));
    }
}
