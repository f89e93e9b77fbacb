package org.gpumediator.examples.policylab.fleet;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.Placement;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.placement.PlacementRefusal;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Plans for Ada boards. Neither who holds a slot matters nor which virtual function it is, so
 * boards on which the same slots are taken look the same. Where sizes are mixed, places are apart
 * if their slots are, so a type's places are counted by their slots; elsewhere the board's own
 * planner is asked.
 */
final class AdaPlanner implements BoardPlanner {

    /** Slots taken as bits, the size of the last if all have one, and what is left to count. */
    private record View(long slots, long size, int functions, long bar1, long encoder) {}

    private final List<VgpuType> types;
    private final boolean mixed;
    private final View empty;
    private final long[][] slotsByType;

    /** Prepares for boards that are like an empty one. */
    AdaPlanner(GpuInventory empty, List<VgpuType> types) {
        this.types = types;
        this.empty =
                new View(
                        0,
                        0,
                        (int) empty.available(VfResources.VF),
                        empty.available(VfResources.BAR1),
                        empty.available(VfResources.ENCODER));
        mixed = VfInventory.mode(empty) == PlacementMode.HETEROGENEOUS;
        PlacementPlanner planner = new PlacementPlanner(empty);
        slotsByType = new long[types.size()][];
        for (int i = 0; i < slotsByType.length; i++) {
            slotsByType[i] =
                    planner.creatablePlacements(types.get(i)).stream()
                            .map(Placement::slots)
                            .mapToLong(slots -> bits(slots.orElseThrow()))
                            .toArray();
        }
    }

    private static long bits(ResourceRange slots) {
        return -1L >>> Long.SIZE - slots.length() << slots.start();
    }

    @Override
    public Object view(GpuInventory inventory) {
        return look(inventory);
    }

    private View look(GpuInventory inventory) {
        long slots = 0;
        long size = 0;
        long bar1 = empty.bar1;
        long encoder = empty.encoder;
        for (GpuInventory.Holding holding : inventory.holdings()) {
            ResourceRange place = holding.partition().range(VfResources.PLACEMENT);
            slots |= bits(place);
            size = mixed ? 0 : place.length();
            bar1 -= holding.partition().amount(VfResources.BAR1);
            encoder -= holding.partition().amount(VfResources.ENCODER);
        }
        int functions = empty.functions - inventory.holdings().size();
        return new View(slots, size, functions, bar1, encoder);
    }

    @Override
    public int[] creatable(GpuInventory inventory) {
        int[] creatable = new int[types.size()];
        if (!mixed) {
            PlacementPlanner planner = new PlacementPlanner(inventory);
            for (int i = 0; i < creatable.length; i++) {
                creatable[i] = planner.available(types.get(i));
            }
            return creatable;
        }
        View view = look(inventory);
        for (int i = 0; i < creatable.length; i++) {
            VgpuType type = types.get(i);
            long most = Math.min(view.functions, times(view.bar1, type, VfResources.BAR1));
            most = Math.min(most, times(view.encoder, type, VfResources.ENCODER));
            creatable[i] = (int) Math.min(most, free(slotsByType[i], view.slots));
        }
        return creatable;
    }

    private static long times(long left, VgpuType type, ResourceKind kind) {
        long quota = type.quota(kind);
        return quota == 0 ? Long.MAX_VALUE : Math.max(0, left) / quota;
    }

    private static long free(long[] places, long taken) {
        long free = 0;
        for (long place : places) {
            free += (place & taken) == 0 ? 1 : 0;
        }
        return free;
    }

    @Override
    public List<String> mustGo(GpuInventory inventory, VgpuType type) {
        return new PlacementPlanner(inventory)
                .explain(PartitionRequest.of("new", type))
                .map(PlacementRefusal::mustGo)
                .orElse(List.of());
    }
}
