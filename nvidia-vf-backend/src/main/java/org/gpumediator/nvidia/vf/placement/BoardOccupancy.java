package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * An inventory as a placement decision sees it: what of the board is taken, by whom, and which
 * fixed placements that leaves.
 */
final class BoardOccupancy {

    final GpuInventory inventory;
    final FramebufferSetup setup;
    final PlacementMode mode;
    final HomogeneousRule rule;
    final PlacementTable table;
    final ResourceKind framebuffer;

    /** Which mixed placements are not creatable, by {@link PlacementTable} index. */
    final long[] blocked;

    private final boolean reserves;
    private final long freeVfs;
    private final long bar1Left;
    private final long encoderLeft;

    BoardOccupancy(GpuInventory inventory) {
        this.inventory = inventory;
        setup = VfInventory.setup(inventory);
        mode = VfInventory.mode(inventory);
        rule = VfInventory.rule(inventory);
        table = PlacementTable.of(setup);
        framebuffer = VfResources.framebuffer(setup.board());
        blocked = new long[table.words()];
        reserves = touchesGuests();
        for (int share = 0; mode == PlacementMode.HETEROGENEOUS && share < shares(); share++) {
            block(share);
        }
        freeVfs = countFreeVfs();
        bar1Left = countLeft(VfResources.BAR1);
        encoderLeft = countLeft(VfResources.ENCODER);
    }

    private boolean touchesGuests() {
        return !reserved(framebuffer).isEmpty()
                || !reserved(VfResources.PLUGIN_HEAP).isEmpty()
                || !reserved(VfResources.CHANNEL_IDS).isEmpty()
                || !reserved(VfResources.PLACEMENT).isEmpty();
    }

    /** Returns what is reserved of a resource where guests could be. */
    private List<ResourceRange> reserved(ResourceKind kind) {
        List<ResourceRange> all = inventory.resource(kind).reserved();
        boolean bytes = kind.equals(framebuffer) || kind.equals(VfResources.PLUGIN_HEAP);
        int count = 0; // they ascend
        while (count < all.size() && (!bytes || all.get(count).start() < setup.guestBytes())) {
            count++;
        }
        return count == 0 ? List.of() : all.subList(0, count);
    }

    /**
     * Returns how many have something of the board: the holdings in their order, then, as one, the
     * reserves that touch guests' places.
     */
    int shares() {
        return inventory.holdings().size() + (reserves ? 1 : 0);
    }

    /** Returns whether a share is that of the reserves, which nobody can give back. */
    boolean isReserve(int share) {
        return share == inventory.holdings().size();
    }

    /** Returns the places that a share has of a resource, whatever policy chose them. */
    List<ResourceRange> places(int share, ResourceKind kind) {
        return isReserve(share)
                ? reserved(kind)
                : inventory.holdings().get(share).partition().ranges(kind);
    }

    /** Returns the places that all shares have of some resources. */
    List<ResourceRange> taken(ResourceKind... kinds) {
        List<ResourceRange> taken = new ArrayList<>();
        for (int share = 0; share < shares(); share++) {
            for (ResourceKind kind : kinds) {
                taken.addAll(places(share, kind));
            }
        }
        return taken;
    }

    boolean conflicts(int share, Placement placement) {
        return overlapsBytes(share, placement.framebuffer())
                || overlapsBytes(share, placement.heap())
                || overlapsChannels(share, placement.channels())
                || overlapsSlots(share, placement);
    }

    boolean overlapsBytes(int share, ResourceRange wanted) {
        return overlaps(share, framebuffer, wanted)
                || overlaps(share, VfResources.PLUGIN_HEAP, wanted);
    }

    boolean overlapsChannels(int share, ResourceRange wanted) {
        return overlaps(share, VfResources.CHANNEL_IDS, wanted);
    }

    boolean overlapsSlots(int share, Placement placement) {
        long end = (long) placement.id() + placement.shape().slots();
        List<ResourceRange> places = places(share, VfResources.PLACEMENT);
        for (int i = 0; placement.shape().isFixed() && i < places.size(); i++) {
            if (places.get(i).start() < end && placement.id() < places.get(i).end()) {
                return true;
            }
        }
        return false;
    }

    private boolean overlaps(int share, ResourceKind kind, ResourceRange wanted) {
        List<ResourceRange> places = places(share, kind);
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).overlaps(wanted)) {
                return true;
            }
        }
        return false;
    }

    private void block(int share) {
        int index = fixedIndex(share);
        if (index >= 0) {
            or(blocked, table.conflicts(index));
            return;
        }
        List<Placement> mixed = table.mixed();
        for (int i = 0; i < mixed.size(); i++) {
            if (conflicts(share, mixed.get(i))) {
                PlacementTable.set(blocked, i);
            }
        }
    }

    /** Returns the index of the fixed placement that a share is, or -1. */
    private int fixedIndex(int share) {
        List<ResourceRange> slots = places(share, VfResources.PLACEMENT);
        int index =
                slots.size() != 1
                        ? -1
                        : table.indexOf((int) slots.get(0).length(), slots.get(0).start());
        if (index < 0) {
            return -1;
        }
        Placement placement = table.mixed().get(index);
        return isOnly(share, framebuffer, placement.framebuffer())
                        && isOnly(share, VfResources.PLUGIN_HEAP, placement.heap())
                        && isOnly(share, VfResources.CHANNEL_IDS, placement.channels())
                ? index
                : -1;
    }

    private boolean isOnly(int share, ResourceKind kind, ResourceRange place) {
        List<ResourceRange> places = places(share, kind);
        return places.size() == 1 && places.get(0).equals(place);
    }

    static void or(long[] target, long[] source) {
        for (int i = 0; i < target.length; i++) {
            target[i] |= source[i];
        }
    }

    /**
     * Returns the shape of a type.
     *
     * @throws IllegalArgumentException if the type is not one of this board with this setup
     */
    TypeShape shape(VgpuType type) {
        long slots = type.quota(VfResources.PLACEMENT);
        if (slots == 0 && TypeAttributes.isAnonymous(type)) {
            return checked(type, TypeShape.ofFreeQuotas(setup, type));
        }
        int index = table.shapeIndex((int) slots);
        if (index < 0) {
            throw new IllegalArgumentException(
                    type.name()
                            + ": "
                            + setup.board().title()
                            + " has no size of "
                            + slots
                            + " slots");
        }
        return checked(type, table.shapes().get(index));
    }

    private TypeShape checked(VgpuType type, TypeShape shape) {
        if (shape.framebufferBytes() <= 0
                || shape.heapBytes() <= 0
                || shape.channels() <= 0
                || shape.framebufferBytes() != type.quota(framebuffer)
                || shape.heapBytes() != type.quota(VfResources.PLUGIN_HEAP)
                || shape.channels() != type.quota(VfResources.CHANNEL_IDS)
                || type.quota(VfResources.VF) != 1) {
            throw new IllegalArgumentException(
                    type.name()
                            + ": its quotas are not those of a type of "
                            + setup.board().title()
                            + " with this framebuffer");
        }
        return shape;
    }

    /** Returns the first holding that keeps a type out by the homogeneous rule, or -1. */
    int firstOfOtherSize(VgpuType type, TypeShape shape) {
        List<Holding> holdings = inventory.holdings();
        for (int i = 0; mode == PlacementMode.HOMOGENEOUS && i < holdings.size(); i++) {
            if (isOther(holdings.get(i).type(), type, shape)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether a held type cannot stand beside a wanted one by the homogeneous rule. */
    boolean isOther(VgpuType held, VgpuType wanted, TypeShape wantedShape) {
        return rule == HomogeneousRule.TYPE
                ? !held.name().equals(wanted.name())
                : held.quota(VfResources.PLACEMENT) != wantedShape.slots()
                        || held.quota(framebuffer) != wantedShape.framebufferBytes()
                        || held.quota(VfResources.PLUGIN_HEAP) != wantedShape.heapBytes()
                        || held.quota(VfResources.CHANNEL_IDS) != wantedShape.channels();
    }

    /** Returns the placements of a shape that the board has in its mode, free or not. */
    List<Placement> placements(TypeShape shape) {
        return mode == PlacementMode.HOMOGENEOUS ? table.equal(shape) : table.mixed(shape);
    }

    /** Returns how many of a type could have a fixed placement now. */
    int countCreatable(VgpuType type, TypeShape shape) {
        int shapeIndex = table.shapeIndex(shape.slots());
        if (mode != PlacementMode.HETEROGENEOUS) {
            return creatable(type, shape).size();
        }
        int count = 0;
        for (int word = 0; shapeIndex >= 0 && word < blocked.length; word++) {
            count += Long.bitCount(table.ofShape(shapeIndex)[word] & ~blocked[word]);
        }
        return count;
    }

    /** Returns the fixed placements where a type can be created now, ascending. */
    List<Placement> creatable(VgpuType type, TypeShape shape) {
        if (mode == PlacementMode.HETEROGENEOUS) {
            return creatableMixed(type, shape);
        }
        if (firstOfOtherSize(type, shape) >= 0) {
            return List.of();
        }
        List<Placement> all = table.equal(shape);
        List<Placement> free = new ArrayList<>(all.size());
        for (Placement placement : all) {
            if (isFree(placement)) {
                free.add(placement);
            }
        }
        return free;
    }

    private List<Placement> creatableMixed(VgpuType type, TypeShape shape) {
        int count = countCreatable(type, shape);
        if (count == 0) {
            return List.of();
        }
        List<Placement> free = new ArrayList<>(count);
        long[] mine = table.ofShape(table.shapeIndex(shape.slots()));
        for (int word = 0; word < mine.length; word++) {
            for (long left = mine[word] & ~blocked[word]; left != 0; left &= left - 1) {
                free.add(table.mixed().get(64 * word + Long.numberOfTrailingZeros(left)));
            }
        }
        return free;
    }

    /** Returns whether nothing of a placement is taken. */
    boolean isFree(Placement placement) {
        for (int share = 0; share < shares(); share++) {
            if (conflicts(share, placement)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the virtual functions that exist and are free, as bits. */
    long freeVfs() {
        return freeVfs;
    }

    private long countFreeVfs() {
        GpuInventory.Resource vfs = inventory.resource(VfResources.VF);
        long free = bits(vfs.space());
        for (ResourceRange range : vfs.reserved()) {
            free &= ~bits(range);
        }
        for (Holding holding : inventory.holdings()) {
            for (ResourceRange range : holding.partition().ranges(VfResources.VF)) {
                free &= ~bits(range);
            }
        }
        return free;
    }

    private static long bits(ResourceRange range) {
        long below = range.end() >= 64 ? -1L : (1L << range.end()) - 1;
        return range.start() >= 64 ? 0 : below & -1L << range.start();
    }

    /** Returns how much of a counted resource nobody holds. */
    long left(ResourceKind kind) {
        return kind.equals(VfResources.BAR1) ? bar1Left : encoderLeft;
    }

    private long countLeft(ResourceKind kind) {
        GpuInventory.Resource resource = inventory.resource(kind);
        long left = resource.space().length();
        for (ResourceRange range : resource.reserved()) {
            left -= range.length();
        }
        for (Holding holding : inventory.holdings()) {
            left -= holding.partition().amount(kind);
        }
        return left;
    }
}
