package org.gpumediator.examples.policylab.fleet;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.placement.PlacementRefusal;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Asks the planner of Ada boards. It does not care who holds a slot nor which virtual function it
 * is, so boards on which the same slots are taken look the same.
 */
final class AdaPlanner implements BoardPlanner {

    /**
     * Slots taken as bits, how many hold them, the size of the first, and what is left to count.
     */
    private record View(long slots, int holders, long size, long bar1, long encoder) {}

    @Override
    public Object view(GpuInventory inventory) {
        long slots = 0;
        long size = 0;
        for (GpuInventory.Holding holding : inventory.holdings()) {
            ResourceRange range = holding.partition().range(VfResources.PLACEMENT);
            slots |= -1L >>> Long.SIZE - range.length() << range.start();
            size = range.length();
        }
        return new View(
                slots,
                inventory.holdings().size(),
                VfInventory.mode(inventory) == PlacementMode.HOMOGENEOUS ? size : 0,
                inventory.available(VfResources.BAR1),
                inventory.available(VfResources.ENCODER));
    }

    @Override
    public int[] creatable(GpuInventory inventory, List<VgpuType> types) {
        PlacementPlanner planner = new PlacementPlanner(inventory);
        return types.stream().mapToInt(planner::available).toArray();
    }

    @Override
    public List<String> mustGo(GpuInventory inventory, VgpuType type) {
        return new PlacementPlanner(inventory)
                .explain(PartitionRequest.of("new", type))
                .map(PlacementRefusal::mustGo)
                .orElse(List.of());
    }
}
