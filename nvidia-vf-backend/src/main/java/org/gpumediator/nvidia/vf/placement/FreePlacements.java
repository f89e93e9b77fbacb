package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.jspecify.annotations.Nullable;

/**
 * Finds a place for free quotas on a board of mixed sizes: framebuffer, heap and channels each at
 * an end of a hole, chosen so that most of the fixed placements stay creatable.
 *
 * <p>Complete: if there is any place at all, there is one with both framebuffer and heap at ends of
 * holes, because a range can be slid to an end of its hole without meeting another. Ends of holes
 * also keep what is free in one piece, which free quotas need more than fixed placements do.
 */
final class FreePlacements {

    private final BoardOccupancy board;
    private final TypeShape shape;
    private final long segment;
    private final List<ResourceRange> takenBytes;
    private final List<ResourceRange> takenChannels;

    FreePlacements(BoardOccupancy board, TypeShape shape) {
        this.board = board;
        this.shape = shape;
        this.segment = board.setup.board().segmentBytes();
        takenBytes = board.taken(board.framebuffer, VfResources.PLUGIN_HEAP);
        takenChannels = board.taken(VfResources.CHANNEL_IDS);
    }

    /** What of the wish must be met exactly; {@code -1} where anything goes. */
    record Wish(long framebuffer, long heap, long channel) {
        static final Wish NONE = new Wish(-1, -1, -1);
    }

    /** Returns the free runs of framebuffer, heaps taken into account. */
    List<ResourceRange> byteHoles() {
        return RangeHoles.of(board.setup.guestBytes(), takenBytes);
    }

    /** Returns the free runs of channels. */
    List<ResourceRange> channelHoles() {
        return RangeHoles.of(AdaBoard.TOTAL_CHANNELS, takenChannels);
    }

    /** Returns the best place, or empty if there is none. */
    Optional<Placement> best(Wish wish) {
        Bytes bytes = bestBytes(wish);
        if (bytes == null) {
            return Optional.empty();
        }
        ResourceRange channels = bestChannels(wish, bytes.blocks);
        if (channels == null) {
            return Optional.empty();
        }
        return Optional.of(
                new Placement(shape, Placement.NO_ID, bytes.guest, bytes.heap, channels));
    }

    private record Bytes(ResourceRange guest, ResourceRange heap, long[] blocks, long score) {}

    private @Nullable Bytes bestBytes(Wish wish) {
        List<ResourceRange> holes = byteHoles();
        Bytes best = null;
        for (long start : starts(wish.framebuffer, holes, shape.framebufferBytes(), segment)) {
            ResourceRange guest = new ResourceRange(start, shape.framebufferBytes());
            List<ResourceRange> more = new ArrayList<>(takenBytes);
            more.add(guest);
            List<ResourceRange> left = RangeHoles.of(board.setup.guestBytes(), more);
            long[] guestBlocks = blockedByBytes(guest);
            for (long heapStart :
                    starts(
                            wish.heap,
                            left,
                            shape.heapBytes(),
                            VfResources.PLUGIN_HEAP.granularity())) {
                ResourceRange heap = new ResourceRange(heapStart, shape.heapBytes());
                long[] blocks = blockedByBytes(heap);
                BoardOccupancy.or(blocks, guestBlocks);
                long score = PlacementScore.of(board.table, board.blocked, blocks);
                if (best == null || score > best.score) {
                    best = new Bytes(guest, heap, blocks, score);
                }
            }
        }
        return best;
    }

    private @Nullable ResourceRange bestChannels(Wish wish, long[] blocks) {
        ResourceRange best = null;
        long bestScore = -1;
        for (long start :
                starts(
                        wish.channel,
                        channelHoles(),
                        shape.channels(),
                        VfResources.CHANNEL_GRANULARITY)) {
            ResourceRange channels = new ResourceRange(start, shape.channels());
            long[] more = blockedByChannels(channels);
            BoardOccupancy.or(more, blocks);
            long score = PlacementScore.of(board.table, board.blocked, more);
            if (score > bestScore) {
                best = channels;
                bestScore = score;
            }
        }
        return best;
    }

    private static List<Long> starts(
            long wished, List<ResourceRange> holes, long length, long unit) {
        if (wished < 0) {
            return RangeHoles.starts(holes, length, unit);
        }
        boolean fits =
                wished % unit == 0
                        && holes.stream()
                                .anyMatch(
                                        hole ->
                                                hole.start() <= wished
                                                        && wished <= hole.end() - length);
        return fits ? List.of(wished) : List.of();
    }

    private long[] blockedByBytes(ResourceRange range) {
        long[] bits = new long[board.table.words()];
        List<Placement> mixed = board.table.mixed();
        for (int i = 0; i < mixed.size(); i++) {
            if (mixed.get(i).touches(range)) {
                PlacementTable.set(bits, i);
            }
        }
        return bits;
    }

    private long[] blockedByChannels(ResourceRange range) {
        long[] bits = new long[board.table.words()];
        List<Placement> mixed = board.table.mixed();
        for (int i = 0; i < mixed.size(); i++) {
            if (mixed.get(i).channels().overlaps(range)) {
                PlacementTable.set(bits, i);
            }
        }
        return bits;
    }
}
