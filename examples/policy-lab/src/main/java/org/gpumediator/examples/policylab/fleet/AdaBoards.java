package org.gpumediator.examples.policylab.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;

/** Models of Ada boards. */
public final class AdaBoards {

    private AdaBoards() {}

    /** Returns the types of a board that are of the series of virtual workstations. */
    public static List<VgpuType> types(AdaBoard board, PlacementMode mode) {
        return VfInventory.types(TypeCatalogue.shipped(), FramebufferSetup.of(board), mode)
                .all()
                .stream()
                .filter(type -> type.name().endsWith("Q"))
                .toList();
    }

    /** Returns a model of board whose virtual GPUs are placed by a policy. */
    public static BoardModel of(AdaBoard board, PlacementMode mode, PartitionPolicy policy) {
        GpuInventory empty = VfInventory.empty(board, mode);
        List<VgpuType> types = types(board, mode);
        return new BoardModel(
                board.title() + " " + mode.text(),
                empty,
                types,
                policy,
                policy instanceof VfPlacementPolicy
                        ? new AdaPlanner(empty, types)
                        : BoardPlanner.byTrying(policy, types),
                VfResources.PLACEMENT);
    }

    /** Returns how many thousandths of a board each type of it is. */
    public static Map<String, Integer> sizes(AdaBoard board, PlacementMode mode) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (VgpuType type : types(board, mode)) {
            long slots = type.quota(VfResources.PLACEMENT);
            sizes.put(type.name(), (int) (slots * 1000 / board.placementSlots()));
        }
        return sizes;
    }
}
