package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Everywhere that free quotas could lie on a board of mixed sizes if some owners went, and which
 * owners that is. Windows need only be tried where they begin or end at somebody's edge: anywhere
 * else they touch no fewer.
 */
final class FreeWindows {

    private static final long IMPOSSIBLE = -1;

    private final BoardOccupancy board;
    private final TypeShape shape;
    private final FreePlacements.Wish wish;

    FreeWindows(BoardOccupancy board, TypeShape shape, FreePlacements.Wish wish) {
        this.board = board;
        this.shape = shape;
        this.wish = wish;
    }

    /** Returns the distinct sets of owners in the way, as {@link RefusalReason} numbers them. */
    List<Long> sets() {
        Set<Long> bytes = new HashSet<>();
        long room = board.setup.guestBytes();
        long segment = board.setup.board().segmentBytes();
        List<ResourceRange> edges = board.taken(board.framebuffer, VfResources.PLUGIN_HEAP);
        for (long start :
                starts(wish.framebuffer(), edges, room, shape.framebufferBytes(), segment)) {
            ResourceRange guest = new ResourceRange(start, shape.framebufferBytes());
            long guestSet = touched(share -> board.overlapsBytes(share, guest));
            List<ResourceRange> heapEdges = new ArrayList<>(edges);
            heapEdges.add(guest);
            for (long at :
                    starts(
                            wish.heap(),
                            heapEdges,
                            room,
                            shape.heapBytes(),
                            VfResources.PLUGIN_HEAP.granularity())) {
                ResourceRange heap = new ResourceRange(at, shape.heapBytes());
                long heapSet = touched(share -> board.overlapsBytes(share, heap));
                if (guestSet != IMPOSSIBLE && heapSet != IMPOSSIBLE && !heap.overlaps(guest)) {
                    bytes.add(guestSet | heapSet);
                }
            }
        }
        Set<Long> channels = channelSets();
        Set<Long> both = new TreeSet<>();
        bytes.forEach(one -> channels.forEach(other -> both.add(one | other)));
        return List.copyOf(both);
    }

    private Set<Long> channelSets() {
        List<ResourceRange> edges = board.taken(VfResources.CHANNEL_IDS);
        Set<Long> sets = new HashSet<>();
        for (long start :
                starts(
                        wish.channel(),
                        edges,
                        AdaBoard.TOTAL_CHANNELS,
                        shape.channels(),
                        VfResources.CHANNEL_GRANULARITY)) {
            ResourceRange channels = new ResourceRange(start, shape.channels());
            long set = touched(share -> board.overlapsChannels(share, channels));
            if (set != IMPOSSIBLE) {
                sets.add(set);
            }
        }
        return sets;
    }

    private static Set<Long> starts(
            long wished, List<ResourceRange> edges, long room, long length, long unit) {
        Set<Long> starts = new TreeSet<>();
        if (wished >= 0) {
            starts.add(wished);
        } else {
            starts.add(0L);
            starts.add((room - length) / unit * unit);
            for (ResourceRange edge : edges) {
                starts.add((edge.end() + unit - 1) / unit * unit);
                if (edge.start() >= length) {
                    starts.add((edge.start() - length) / unit * unit);
                }
            }
        }
        starts.removeIf(start -> start < 0 || start > room - length || start % unit != 0);
        return starts;
    }

    /** Returns who is in the way, or {@link #IMPOSSIBLE} if it is a reserve. */
    private long touched(IntPredicate isTouched) {
        long set = 0;
        for (int share = 0; share < board.shares(); share++) {
            if (isTouched.test(share)) {
                if (board.isReserve(share)) {
                    return IMPOSSIBLE;
                }
                set |= RefusalReason.bit(share);
            }
        }
        return set;
    }
}
