package org.gpumediator.examples.policylab.fleet;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
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

    /** Slots taken as bits, their size if all have one, and what is left to count. */
    private record View(long slots, long size, int functions, long bar1, long encoder) {

        /** Asked for at every change of a board: the slots alone tell nearly all boards apart. */
        @Override
        public int hashCode() {
            return Long.hashCode((slots + functions) * 0x9e37_79b9_7f4a_7c15L);
        }
    }

    private final List<VgpuType> types;
    private final boolean mixed;
    private final View empty;
    private final long functions;
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
        functions =
                empty.holes(VfResources.VF).stream()
                        .mapToLong(AdaPlanner::bits)
                        .reduce(0, (some, more) -> some | more);
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
        View view = empty;
        for (GpuInventory.Holding holding : inventory.holdings()) {
            view = changed(view, holding.partition(), 1);
        }
        return view;
    }

    @Override
    public Object view(Object before, GpuInventory.Holding changed, GpuInventory after) {
        View view = (View) before;
        boolean comes = (view.slots & bits(place(changed.partition()))) == 0;
        return changed(view, changed.partition(), comes ? 1 : -1);
    }

    private View changed(View view, ResourcePartition partition, int by) {
        ResourceRange place = place(partition);
        long slots = view.slots ^ bits(place);
        return new View(
                slots,
                mixed || slots == 0 ? 0 : place.length(),
                view.functions - by,
                view.bar1 - by * partition.amount(VfResources.BAR1),
                view.encoder - by * partition.amount(VfResources.ENCODER));
    }

    private static ResourceRange place(ResourcePartition partition) {
        return partition.range(VfResources.PLACEMENT);
    }

    /** A policy gives the lowest virtual function; everything else follows from the place. */
    @Override
    public ResourcePartition partition(GpuInventory board, ResourcePartition elsewhere) {
        long free = functions;
        for (GpuInventory.Holding holding : board.holdings()) {
            free &= ~(1L << holding.partition().range(VfResources.VF).start());
        }
        ResourceRange lowest = new ResourceRange(Long.numberOfTrailingZeros(free), 1);
        if (elsewhere.range(VfResources.VF).equals(lowest)) {
            return elsewhere;
        }
        ResourcePartition.Builder builder = new ResourcePartition.Builder();
        for (ResourceKind kind : elsewhere.kinds()) {
            if (kind.equals(VfResources.VF)) {
                builder.range(kind, lowest);
            } else if (kind.shape() == ResourceKind.Shape.COUNT) {
                builder.count(kind, elsewhere.amount(kind));
            } else {
                builder.ranges(kind, elsewhere.ranges(kind));
            }
        }
        return builder.build();
    }

    @Override
    public int[] creatable(Object seen, GpuInventory inventory) {
        int[] creatable = new int[types.size()];
        if (!mixed) {
            PlacementPlanner planner = new PlacementPlanner(inventory);
            for (int i = 0; i < creatable.length; i++) {
                creatable[i] = planner.available(types.get(i));
            }
            return creatable;
        }
        View view = (View) seen;
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
