package org.gpumediator.nvidia.vf.placement;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.jspecify.annotations.Nullable;

/**
 * Gives a virtual GPU a virtual function and a place on the board. Board, mode and framebuffer are
 * attributes of the inventory ({@link VfInventory}); a policy has no state.
 *
 * <p>A wish for a place of {@code placement}, {@code vf}, {@code framebuffer}, {@code plugin-heap}
 * or {@code channel-ids} is met exactly or refused.
 */
public enum VfPlacementPolicy implements PartitionPolicy {
    /** The lowest placement that is free, as the vendor's manager does. */
    FIRST {
        @Override
        Placement choose(BoardOccupancy board, List<Placement> free) {
            return free.getFirst();
        }
    },
    /** The placement that leaves most to be created; the lowest of several. */
    KEEP_MOST_CREATABLE {
        @Override
        Placement choose(BoardOccupancy board, List<Placement> free) {
            if (board.mode == PlacementMode.HOMOGENEOUS || free.size() == 1) {
                return free.getFirst();
            }
            Placement best = free.getFirst();
            long bestScore = -1;
            for (Placement placement : free) {
                int index = board.table.indexOf(placement.shape().slots(), placement.id());
                long score =
                        PlacementScore.of(board.table, board.blocked, board.table.conflicts(index));
                if (score > bestScore) {
                    best = placement;
                    bestScore = score;
                }
            }
            return best;
        }
    };

    /** Chooses among fixed placements that are free; there is at least one. */
    abstract Placement choose(BoardOccupancy board, List<Placement> free);

    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        BoardOccupancy board = new BoardOccupancy(inventory);
        TypeShape shape = board.shape(request.type());
        checkPlaces(inventory, request);
        int vf = vf(board, request);
        Optional<Placement> placement = place(board, request, shape);
        if (vf < 0
                || placement.isEmpty()
                || lacking(board, request.type(), VfResources.BAR1)
                || lacking(board, request.type(), VfResources.ENCODER)) {
            return new RefusalReason(board, request, shape).explain().refusal();
        }
        return new PartitionDecision.Placed(partition(board, request.type(), placement.get(), vf));
    }

    /**
     * Returns another policy's answer if it is one that the board can do: the same as is given to
     * who wishes for all of its places. Otherwise the refusal says why not.
     *
     * @throws IllegalArgumentException as {@link #decide}
     */
    public static PartitionDecision checked(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Placed answer) {
        Map<ResourceKind, Long> places = new LinkedHashMap<>();
        for (ResourceKind kind : answer.partition().kinds()) {
            List<ResourceRange> ranges = answer.partition().ranges(kind);
            if (!ranges.isEmpty()) {
                places.put(kind, ranges.getFirst().start());
            }
        }
        PartitionDecision possible =
                FIRST.decide(
                        inventory, new PartitionRequest(request.owner(), request.type(), places));
        if (possible instanceof PartitionDecision.Placed(var partition)
                && !partition.equals(answer.partition())) {
            return new PartitionDecision.Refused(
                    request.owner(),
                    VfResources.PLACEMENT,
                    request.type().quota(VfResources.PLACEMENT),
                    inventory.available(VfResources.PLACEMENT),
                    inventory.largestHole(VfResources.PLACEMENT),
                    "the board's share there is " + partition);
        }
        return possible;
    }

    private static void checkPlaces(GpuInventory inventory, PartitionRequest request) {
        request.places()
                .forEach(
                        (kind, place) -> {
                            inventory.resource(kind);
                            if (place < 0 || place % kind.granularity() != 0) {
                                throw new IllegalArgumentException(
                                        kind.name()
                                                + " place "
                                                + place
                                                + ": expected a multiple of "
                                                + kind.granularity()
                                                + ", not negative");
                            }
                        });
    }

    static boolean lacking(BoardOccupancy board, VgpuType type, ResourceKind kind) {
        return board.left(kind) < type.quota(kind);
    }

    /** Returns the virtual function to use, or -1. */
    static int vf(BoardOccupancy board, PartitionRequest request) {
        long free = board.freeVfs();
        Long wished = request.places().get(VfResources.VF);
        if (wished != null) {
            return wished >= 0 && wished < Long.SIZE && (free >>> wished & 1) != 0
                    ? wished.intValue()
                    : -1;
        }
        return free == 0 ? -1 : Long.numberOfTrailingZeros(free);
    }

    private Optional<Placement> place(
            BoardOccupancy board, PartitionRequest request, TypeShape shape) {
        if (!shape.isFixed() && board.mode == PlacementMode.HETEROGENEOUS) {
            return request.places().containsKey(VfResources.PLACEMENT)
                    ? Optional.empty()
                    : new FreePlacements(board, shape).best(wish(board, request));
        }
        List<Placement> free = board.creatable(request.type(), shape);
        if (!request.places().isEmpty()) {
            free = free.stream().filter(place -> meets(board, place, request)).toList();
        }
        return free.isEmpty() ? Optional.empty() : Optional.of(choose(board, free));
    }

    static FreePlacements.Wish wish(BoardOccupancy board, PartitionRequest request) {
        Map<ResourceKind, Long> places = request.places();
        return new FreePlacements.Wish(
                places.getOrDefault(board.framebuffer, -1L),
                places.getOrDefault(VfResources.PLUGIN_HEAP, -1L),
                places.getOrDefault(VfResources.CHANNEL_IDS, -1L));
    }

    /** Returns whether a placement is what the request wishes for. */
    static boolean meets(BoardOccupancy board, Placement placement, PartitionRequest request) {
        Map<ResourceKind, Long> places = request.places();
        return is(places.get(VfResources.PLACEMENT), placement.id())
                && is(places.get(board.framebuffer), placement.framebuffer().start())
                && is(places.get(VfResources.PLUGIN_HEAP), placement.heap().start())
                && is(places.get(VfResources.CHANNEL_IDS), placement.channels().start());
    }

    private static boolean is(@Nullable Long wished, long actual) {
        return wished == null || wished == actual;
    }

    private static ResourcePartition partition(
            BoardOccupancy board, VgpuType type, Placement placement, int vf) {
        ResourcePartition.Builder partition =
                new ResourcePartition.Builder()
                        .range(VfResources.VF, new ResourceRange(vf, 1))
                        .range(board.framebuffer, placement.framebuffer())
                        .range(VfResources.PLUGIN_HEAP, placement.heap())
                        .range(VfResources.CHANNEL_IDS, placement.channels());
        Optional<ResourceRange> slots = placement.slots();
        if (slots.isPresent()) {
            partition.range(VfResources.PLACEMENT, slots.get());
        }
        return partition
                .count(VfResources.BAR1, type.quota(VfResources.BAR1))
                .count(VfResources.ENCODER, type.quota(VfResources.ENCODER))
                .build();
    }
}
