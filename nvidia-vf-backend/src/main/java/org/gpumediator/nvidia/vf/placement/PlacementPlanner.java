package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Answers what a board could still carry, what a placement would cost, how fragmented it is and why
 * something does not fit. About one inventory; immutable; needs no device.
 */
public final class PlacementPlanner {

    private final BoardOccupancy board;

    /**
     * Plans for an inventory.
     *
     * @throws IllegalArgumentException if it is not one of {@link VfInventory}
     */
    public PlacementPlanner(GpuInventory inventory) {
        board = new BoardOccupancy(inventory);
    }

    /**
     * Returns how many of a type could be created if nothing else were, {@code 0} and up.
     *
     * @throws IllegalArgumentException if it is not a type of this board
     */
    public int available(VgpuType type) {
        TypeShape shape = board.shape(type);
        if (!shape.isFixed() && board.mode == PlacementMode.HETEROGENEOUS) {
            return availableFree(type);
        }
        int count = Math.min(board.countCreatable(type, shape), Long.bitCount(board.freeVfs()));
        count = Math.min(count, timesLeft(type, VfResources.BAR1));
        count = Math.min(count, timesLeft(type, VfResources.ENCODER));
        return Math.max(0, count);
    }

    private int timesLeft(VgpuType type, ResourceKind kind) {
        long quota = type.quota(kind);
        return quota == 0
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, board.left(kind) / quota);
    }

    private int availableFree(VgpuType type) {
        GpuInventory inventory = board.inventory;
        for (int count = 0; ; count++) {
            PartitionDecision decision =
                    VfPlacementPolicy.KEEP_MOST_CREATABLE.decide(
                            inventory, PartitionRequest.of("planned " + count, type));
            if (!(decision instanceof PartitionDecision.Placed placed)) {
                return count;
            }
            inventory =
                    inventory.with(
                            new GpuInventory.Holding("planned " + count, type, placed.partition()));
        }
    }

    /** Returns the types of which at least one could be created, in the order given. */
    public List<VgpuType> creatable(List<VgpuType> types) {
        return types.stream().filter(type -> available(type) > 0).toList();
    }

    /**
     * Returns the fixed placements a type could be created at, ascending; empty while no virtual
     * function is free, and for free quotas in mixed-size mode, which have none.
     *
     * @throws IllegalArgumentException if it is not a type of this board
     */
    public List<Placement> creatablePlacements(VgpuType type) {
        TypeShape shape = board.shape(type);
        return board.freeVfs() == 0 ? List.of() : board.creatable(type, shape);
    }

    /**
     * A placement and what it leaves.
     *
     * @param placement the placement
     * @param score slots that could still be given out, summed over the sizes
     * @param creatableAfter how many of each size could still be created one by one, by slots
     */
    public record Candidate(Placement placement, long score, Map<Integer, Integer> creatableAfter) {

        /** Copies the map, keeping its order. */
        public Candidate {
            creatableAfter = Collections.unmodifiableMap(new LinkedHashMap<>(creatableAfter));
        }
    }

    /**
     * Returns the placements a type could be created at, the best first.
     *
     * @throws IllegalArgumentException if it is not a type of this board
     */
    public List<Candidate> candidates(VgpuType type) {
        List<Candidate> candidates = new ArrayList<>();
        for (Placement placement : creatablePlacements(type)) {
            Map<Integer, Integer> after = creatableAfter(type, placement);
            long score =
                    after.entrySet().stream()
                            .mapToLong(size -> (long) size.getKey() * size.getValue())
                            .sum();
            candidates.add(new Candidate(placement, score, after));
        }
        candidates.sort((one, other) -> Long.compare(other.score(), one.score()));
        return candidates;
    }

    private Map<Integer, Integer> creatableAfter(VgpuType type, Placement placement) {
        Map<Integer, Integer> after = new LinkedHashMap<>();
        for (TypeShape size : board.table.shapes()) {
            long free;
            if (board.mode == PlacementMode.HETEROGENEOUS) {
                free =
                        board.table.mixed(size).stream()
                                .filter(place -> board.isFree(place))
                                .filter(place -> !place.conflictsWith(placement))
                                .count();
            } else {
                free = size.equals(placement.shape()) ? board.creatable(type, size).size() - 1 : 0;
            }
            after.put(size.slots(), (int) free);
        }
        return after;
    }

    /**
     * How a board's free room is spread.
     *
     * @param freeSlots slots that nobody holds
     * @param longestRun the longest run of them
     * @param freeBytes framebuffer that nobody holds, heaps taken into account
     * @param longestHoleBytes the longest run of it
     * @param sizes each size, ascending
     */
    public record Fragmentation(
            long freeSlots,
            long longestRun,
            long freeBytes,
            long longestHoleBytes,
            List<Size> sizes) {

        /**
         * One size.
         *
         * @param slots the size
         * @param creatable how many could be created
         * @param compact how many could be, were all free slots in one place
         */
        public record Size(int slots, int creatable, int compact) {}

        /** Copies the list. */
        public Fragmentation {
            sizes = List.copyOf(sizes);
        }

        /**
         * Returns the share of what a compact board could give out that this one cannot: {@code 0}
         * if nothing is lost, {@code 100} if nothing is left.
         */
        public int percent() {
            long compact = sizes.stream().mapToLong(size -> (long) size.slots * size.compact).sum();
            long creatable =
                    sizes.stream().mapToLong(size -> (long) size.slots * size.creatable).sum();
            return compact == 0 ? 0 : (int) (100 * (compact - creatable) / compact);
        }
    }

    /** Returns how the free room is spread. */
    public Fragmentation fragmentation() {
        long freeSlots = board.inventory.available(VfResources.PLACEMENT);
        List<Fragmentation.Size> sizes = new ArrayList<>();
        for (TypeShape shape : board.table.shapes()) {
            List<Placement> all = board.placements(shape);
            int creatable = (int) all.stream().filter(board::isFree).count();
            int compact = (int) Math.min(all.size(), freeSlots / shape.slots());
            sizes.add(
                    new Fragmentation.Size(shape.slots(), creatable, Math.max(creatable, compact)));
        }
        List<ResourceRange> holes =
                new FreePlacements(board, board.table.shapes().getFirst()).byteHoles();
        return new Fragmentation(
                freeSlots,
                board.inventory.largestHole(VfResources.PLACEMENT),
                RangeHoles.sum(holes),
                RangeHoles.longest(holes),
                sizes);
    }

    /**
     * Explains why a request does not fit.
     *
     * @return the reason, or empty if it fits
     * @throws IllegalArgumentException as {@link VfPlacementPolicy#decide}
     */
    public Optional<PlacementRefusal> explain(PartitionRequest request) {
        PartitionDecision decision = VfPlacementPolicy.FIRST.decide(board.inventory, request);
        return decision instanceof PartitionDecision.Placed
                ? Optional.empty()
                : Optional.of(
                        new RefusalReason(board, request, board.shape(request.type())).explain());
    }

    /**
     * Moves a virtual GPU to another fixed placement: the new one is reserved first, then the old
     * one given back, so the two must not overlap.
     *
     * @return the inventory after it, or empty if the new placement is not creatable
     * @throws IllegalArgumentException if nobody has that name, or its type has no such placement
     */
    public Optional<GpuInventory> reassign(String owner, int placementId) {
        GpuInventory.Holding old =
                board.inventory.holdings().stream()
                        .filter(holding -> holding.owner().equals(owner))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no owner " + owner));
        TypeShape shape = board.shape(old.type());
        Placement target =
                board.placements(shape).stream()
                        .filter(place -> place.id() == placementId)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                old.type().name()
                                                        + ": has no placement "
                                                        + placementId));
        if (!board.isFree(target)) {
            return Optional.empty();
        }
        Map<ResourceKind, List<ResourceRange>> ranges = new LinkedHashMap<>();
        Map<ResourceKind, Long> counts = new LinkedHashMap<>();
        for (ResourceKind kind : old.partition().kinds()) {
            if (kind.shape() == ResourceKind.Shape.COUNT) {
                counts.put(kind, old.partition().amount(kind));
            } else {
                ranges.put(kind, old.partition().ranges(kind));
            }
        }
        ranges.put(board.framebuffer, List.of(target.framebuffer()));
        ranges.put(VfResources.PLUGIN_HEAP, List.of(target.heap()));
        ranges.put(VfResources.CHANNEL_IDS, List.of(target.channels()));
        target.slots().ifPresent(slots -> ranges.put(VfResources.PLACEMENT, List.of(slots)));
        return Optional.of(
                board.inventory
                        .without(owner)
                        .with(
                                new GpuInventory.Holding(
                                        owner, old.type(), ResourcePartition.of(ranges, counts))));
    }
}
