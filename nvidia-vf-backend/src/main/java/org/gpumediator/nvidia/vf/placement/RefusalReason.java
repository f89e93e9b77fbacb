package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision.Refused;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.placement.PlacementRefusal.Cause;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Finds out why a request does not fit: the resource that is short, and a smallest set of virtual
 * GPUs that would have to go.
 *
 * <p>Every place the type could have is tried; the holdings that touch it are a set of owners that
 * would have to go for it. A set is a bit set over the holdings' order; a 64th bit stands for all
 * holdings from there on.
 */
final class RefusalReason {

    private static final int LAST_BIT = Long.SIZE - 1;
    private static final long IMPOSSIBLE = -1;
    private static final List<ResourceKind> COUNTED =
            List.of(VfResources.BAR1, VfResources.ENCODER);

    private final BoardOccupancy board;
    private final PartitionRequest request;
    private final TypeShape shape;
    private final List<Holding> holdings;

    RefusalReason(BoardOccupancy board, PartitionRequest request, TypeShape shape) {
        this.board = board;
        this.request = request;
        this.shape = shape;
        this.holdings = board.inventory.holdings();
    }

    /** What is short, before it is known who would have to go. */
    private record Shortage(
            Cause cause, ResourceKind kind, long asked, long left, long longest, String text) {}

    /** Returns the explanation; the request must not fit. */
    PlacementRefusal explain() {
        Shortage shortage = shortage();
        List<String> mustGo = owners(smallestSet());
        String text = mustGo.isEmpty() ? shortage.text : advice(shortage.text, mustGo);
        return new PlacementRefusal(
                new Refused(
                        request.owner(),
                        shortage.kind,
                        shortage.asked,
                        shortage.left,
                        shortage.longest,
                        text),
                shortage.cause,
                mustGo);
    }

    private static String advice(String text, List<String> mustGo) {
        StringBuilder advice = new StringBuilder(text.length() + 32 + 8 * mustGo.size());
        advice.append(text).append(text.isEmpty() ? "" : "; ");
        advice.append("would fit without ").append(mustGo.get(0));
        for (int i = 1; i < mustGo.size(); i++) {
            advice.append(", ").append(mustGo.get(i));
        }
        return advice.toString();
    }

    private Shortage shortage() {
        if (VfPlacementPolicy.vf(board, request) < 0) {
            return vfShortage();
        }
        for (ResourceKind kind : COUNTED) {
            if (VfPlacementPolicy.lacking(board, request.type(), kind)) {
                long left = board.left(kind);
                return new Shortage(
                        Cause.COUNTED_RESOURCE, kind, request.type().quota(kind), left, left, "");
            }
        }
        return shape.isFixed() || board.mode == PlacementMode.HOMOGENEOUS
                ? fixedShortage()
                : freeShortage();
    }

    private Shortage vfShortage() {
        Long wished = request.places().get(VfResources.VF);
        long free = Long.bitCount(board.freeVfs());
        return new Shortage(
                Cause.VIRTUAL_FUNCTIONS,
                VfResources.VF,
                1,
                free,
                board.inventory.largestHole(VfResources.VF),
                wished == null ? "" : "virtual function " + wished + " is not free");
    }

    private Shortage fixedShortage() {
        int other = board.firstOfOtherSize(request.type(), shape);
        if (other >= 0) {
            return placed(
                    Cause.OTHER_SIZE,
                    "one size only, and "
                            + holdings.get(other).owner()
                            + " is a "
                            + holdings.get(other).type().name());
        }
        List<Placement> wished = wishedPlacements();
        if (wished.isEmpty()) {
            return placed(Cause.NO_SUCH_PLACE, onlyAt(board.placements(shape)));
        }
        if (board.mode == PlacementMode.HOMOGENEOUS
                && holdings.size() >= board.placements(shape).size()) {
            return placed(
                    Cause.MOST_INSTANCES,
                    "the board carries " + board.placements(shape).size() + " of this size");
        }
        ResourceKind kind = scarceKind(wished);
        if (kind.equals(VfResources.PLACEMENT)) {
            boolean room = board.inventory.available(kind) >= shape.slots();
            return placed(room ? Cause.FRAGMENTED : Cause.NO_ROOM, onlyAt(wished));
        }
        return unplaced(kind);
    }

    private List<Placement> wishedPlacements() {
        List<Placement> all = board.placements(shape);
        return request.places().isEmpty()
                ? all
                : all.stream()
                        .filter(place -> VfPlacementPolicy.meets(board, place, request))
                        .toList();
    }

    private static String onlyAt(List<Placement> placements) {
        StringBuilder text = new StringBuilder(16 + 3 * placements.size()).append("placed only at");
        for (Placement placement : placements) {
            text.append(' ').append(placement.id());
        }
        return text.toString();
    }

    /** Slots, unless some place has all its slots free: then what else is taken of it. */
    private ResourceKind scarceKind(List<Placement> wished) {
        for (Placement place : wished) {
            boolean slots = false;
            boolean bytes = false;
            for (int share = 0; share < board.shares(); share++) {
                slots |= board.overlapsSlots(share, place);
                bytes |=
                        board.overlapsBytes(share, place.framebuffer())
                                || board.overlapsBytes(share, place.heap());
            }
            if (!slots) {
                return bytes ? board.framebuffer : VfResources.CHANNEL_IDS;
            }
        }
        return VfResources.PLACEMENT;
    }

    private Shortage placed(Cause cause, String text) {
        ResourceKind kind = shape.isFixed() ? VfResources.PLACEMENT : board.framebuffer;
        return new Shortage(
                cause,
                kind,
                request.type().quota(kind),
                board.inventory.available(kind),
                board.inventory.largestHole(kind),
                text);
    }

    private Shortage freeShortage() {
        if (request.places().containsKey(VfResources.PLACEMENT)) {
            return placed(Cause.NO_SUCH_PLACE, "free quotas have no placement id");
        }
        FreePlacements free = new FreePlacements(board, shape);
        FreePlacements.Wish wish = VfPlacementPolicy.wish(board, request);
        boolean bytesFit =
                !RangeHoles.starts(
                                        free.channelHoles(),
                                        shape.channels(),
                                        VfResources.CHANNEL_GRANULARITY)
                                .isEmpty()
                        && wish.channel() < 0;
        return unplaced(bytesFit ? board.framebuffer : scarceOfFree(free));
    }

    private ResourceKind scarceOfFree(FreePlacements free) {
        return RangeHoles.longest(free.channelHoles()) < shape.channels()
                ? VfResources.CHANNEL_IDS
                : board.framebuffer;
    }

    /** A shortage of bytes or channels, heaps counted among the bytes. */
    private Shortage unplaced(ResourceKind kind) {
        FreePlacements free = new FreePlacements(board, shape);
        List<ResourceRange> holes =
                kind.equals(VfResources.CHANNEL_IDS) ? free.channelHoles() : free.byteHoles();
        long asked = request.type().quota(kind);
        long left = RangeHoles.sum(holes);
        return new Shortage(
                left >= asked ? Cause.FRAGMENTED : Cause.NO_ROOM,
                kind,
                asked,
                left,
                RangeHoles.longest(holes),
                shape.isFixed() ? "its fixed places touch others" : "");
    }

    // ---- who would have to go

    /** Returns the smallest set that helps and can go, or 0 if none does. */
    private long smallestSet() {
        long best = 0;
        if (!shape.isFixed() && board.mode == PlacementMode.HETEROGENEOUS) {
            if (!request.places().containsKey(VfResources.PLACEMENT)) {
                FreePlacements.Wish wish = VfPlacementPolicy.wish(board, request);
                for (long set : new FreeWindows(board, shape, wish).sets()) {
                    best = smaller(best, set);
                }
            }
            return best;
        }
        long others = othersBySize();
        for (Placement place : wishedPlacements()) {
            long touched = touched(place);
            if (touched != IMPOSSIBLE) {
                best = smaller(best, others | touched);
            }
        }
        return best;
    }

    /** Returns who is at a place, or {@link #IMPOSSIBLE} if it is a reserve. */
    private long touched(Placement place) {
        long set = 0;
        for (int share = 0; share < board.shares(); share++) {
            if (board.conflicts(share, place)) {
                if (board.isReserve(share)) {
                    return IMPOSSIBLE;
                }
                set |= bit(share);
            }
        }
        return set;
    }

    /** Returns the smaller of the best set so far and another with all that it takes. */
    private long smaller(long best, long set) {
        long whole = withCounted(withVf(set));
        boolean helps = whole != 0 && (whole & lostOnes()) == 0;
        return helps && (best == 0 || isSmaller(whole, best)) ? whole : best;
    }

    /** Returns the shares that nobody can give back. */
    private long lostOnes() {
        long set = 0;
        for (int i = 0; i < holdings.size(); i++) {
            if (holdings.get(i).lost()) {
                set |= bit(i);
            }
        }
        return set;
    }

    private long othersBySize() {
        long set = 0;
        for (int i = 0; board.mode == PlacementMode.HOMOGENEOUS && i < holdings.size(); i++) {
            if (board.isOther(holdings.get(i).type(), request.type(), shape)) {
                set |= bit(i);
            }
        }
        return set;
    }

    /** Adds whoever has to give a virtual function, if none of a set does; 0 if nobody can. */
    private long withVf(long set) {
        if (VfPlacementPolicy.vf(board, request) >= 0) {
            return set;
        }
        Long wished = request.places().get(VfResources.VF);
        long giver = 0;
        for (int i = 0; i < holdings.size(); i++) {
            boolean gives =
                    !holdings.get(i).lost()
                            && holdings.get(i).partition().ranges(VfResources.VF).stream()
                                    .anyMatch(
                                            range ->
                                                    wished == null
                                                            || range.contains(
                                                                    new ResourceRange(wished, 1)));
            if (gives && (set & bit(i)) != 0) {
                return set;
            }
            if (gives && (giver == 0 || isSmaller(bit(i), giver))) {
                giver = bit(i);
            }
        }
        return giver == 0 ? 0 : set | giver;
    }

    /** Adds owners, the largest first, until the counted resources suffice. */
    private long withCounted(long set) {
        long whole = set;
        for (ResourceKind kind : COUNTED) {
            while (board.left(kind) + held(whole, kind) < request.type().quota(kind)) {
                long most = 0;
                for (int i = 0; i < holdings.size(); i++) {
                    if ((whole & bit(i)) == 0
                            && !holdings.get(i).lost()
                            && (most == 0 || held(bit(i), kind) > held(most, kind))) {
                        most = bit(i);
                    }
                }
                if (most == 0 || held(most, kind) == 0) {
                    return 0;
                }
                whole |= most;
            }
        }
        return whole;
    }

    private boolean isSmaller(long set, long than) {
        int bySize = Integer.compare(Long.bitCount(set), Long.bitCount(than));
        return bySize != 0
                ? bySize < 0
                : held(set, board.framebuffer) < held(than, board.framebuffer);
    }

    private long held(long set, ResourceKind kind) {
        long sum = 0;
        for (int i = 0; i < holdings.size(); i++) {
            if ((set & bit(i)) != 0) {
                sum += holdings.get(i).partition().amount(kind);
            }
        }
        return sum;
    }

    private List<String> owners(long set) {
        if (set == 0) {
            return List.of();
        }
        List<String> owners = new ArrayList<>(Long.bitCount(set));
        for (int i = 0; i < holdings.size(); i++) {
            if ((set & bit(i)) != 0) {
                owners.add(holdings.get(i).owner());
            }
        }
        return owners;
    }

    static long bit(int holding) {
        return 1L << Math.min(holding, LAST_BIT);
    }
}
