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

    /** A holding's places, whatever policy chose them; {@code owner} is empty for a reserve. */
    record Taken(
            String owner,
            List<ResourceRange> bytes,
            List<ResourceRange> channels,
            List<ResourceRange> slots) {

        boolean conflictsWith(Placement placement) {
            for (ResourceRange range : bytes) {
                if (placement.touches(range)) {
                    return true;
                }
            }
            return overlapsChannels(placement.channels()) || overlapsSlots(placement);
        }

        boolean overlapsBytes(ResourceRange wanted) {
            return anyOverlap(bytes, wanted);
        }

        boolean overlapsChannels(ResourceRange wanted) {
            return anyOverlap(channels, wanted);
        }

        boolean overlapsSlots(Placement placement) {
            return placement.slots().isPresent() && anyOverlap(slots, placement.slots().get());
        }

        private static boolean anyOverlap(List<ResourceRange> ranges, ResourceRange wanted) {
            for (ResourceRange range : ranges) {
                if (range.overlaps(wanted)) {
                    return true;
                }
            }
            return false;
        }
    }

    final GpuInventory inventory;
    final FramebufferSetup setup;
    final PlacementMode mode;
    final HomogeneousRule rule;
    final PlacementTable table;
    final ResourceKind framebuffer;

    /** What is taken: the holdings in their order, then the reserves that touch guests' places. */
    final List<Taken> taken = new ArrayList<>();

    /** Which mixed placements are not creatable, by {@link PlacementTable} index. */
    final long[] blocked;

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
        for (Holding holding : inventory.holdings()) {
            take(taken(holding));
        }
        takeReserves();
        freeVfs = countFreeVfs();
        bar1Left = countLeft(VfResources.BAR1);
        encoderLeft = countLeft(VfResources.ENCODER);
    }

    private Taken taken(Holding holding) {
        List<ResourceRange> guest = holding.partition().ranges(framebuffer);
        List<ResourceRange> heap = holding.partition().ranges(VfResources.PLUGIN_HEAP);
        return new Taken(
                holding.owner(),
                guest.size() == 1 && heap.size() == 1
                        ? List.of(guest.getFirst(), heap.getFirst())
                        : concat(guest, heap),
                holding.partition().ranges(VfResources.CHANNEL_IDS),
                holding.partition().ranges(VfResources.PLACEMENT));
    }

    private static List<ResourceRange> concat(List<ResourceRange> one, List<ResourceRange> other) {
        List<ResourceRange> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    private void takeReserves() {
        List<ResourceRange> bytes = new ArrayList<>();
        for (ResourceKind kind : List.of(framebuffer, VfResources.PLUGIN_HEAP)) {
            for (ResourceRange range : inventory.resource(kind).reserved()) {
                if (range.start() < setup.guestBytes()) {
                    bytes.add(range);
                }
            }
        }
        List<ResourceRange> channels = inventory.resource(VfResources.CHANNEL_IDS).reserved();
        List<ResourceRange> slots = inventory.resource(VfResources.PLACEMENT).reserved();
        if (!bytes.isEmpty() || !channels.isEmpty() || !slots.isEmpty()) {
            take(new Taken("", bytes, channels, slots));
        }
    }

    private void take(Taken share) {
        taken.add(share);
        if (mode == PlacementMode.HETEROGENEOUS) {
            block(share);
        }
    }

    private void block(Taken share) {
        int index = fixedIndex(share);
        if (index >= 0) {
            or(blocked, table.conflicts(index));
            return;
        }
        List<Placement> mixed = table.mixed();
        for (int i = 0; i < mixed.size(); i++) {
            if (share.conflictsWith(mixed.get(i))) {
                PlacementTable.set(blocked, i);
            }
        }
    }

    /** Returns the index of the fixed placement that a share is, or -1. */
    private int fixedIndex(Taken share) {
        if (share.slots.size() != 1 || share.bytes.size() != 2 || share.channels.size() != 1) {
            return -1;
        }
        ResourceRange slots = share.slots.getFirst();
        int index = table.indexOf((int) slots.length(), slots.start());
        if (index < 0) {
            return -1;
        }
        Placement placement = table.mixed().get(index);
        return placement.framebuffer().equals(share.bytes.getFirst())
                        && placement.heap().equals(share.bytes.getLast())
                        && placement.channels().equals(share.channels.getFirst())
                ? index
                : -1;
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
        TypeShape shape =
                table.shape((int) slots)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                type.name()
                                                        + ": "
                                                        + setup.board().title()
                                                        + " has no size of "
                                                        + slots
                                                        + " slots"));
        return checked(type, shape);
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

    /** Returns the fixed placements where a type can be created now, ascending. */
    List<Placement> creatable(VgpuType type, TypeShape shape) {
        List<Placement> free = new ArrayList<>();
        if (mode == PlacementMode.HETEROGENEOUS) {
            int shapeIndex = table.shapeIndex(shape.slots());
            if (shapeIndex < 0) {
                return free;
            }
            long[] mine = table.ofShape(shapeIndex);
            for (int word = 0; word < mine.length; word++) {
                for (long left = mine[word] & ~blocked[word]; left != 0; left &= left - 1) {
                    free.add(table.mixed().get(64 * word + Long.numberOfTrailingZeros(left)));
                }
            }
            return free;
        }
        if (firstOfOtherSize(type, shape) >= 0) {
            return free;
        }
        for (Placement placement : table.equal(shape)) {
            if (isFree(placement)) {
                free.add(placement);
            }
        }
        return free;
    }

    /** Returns whether nothing of a placement is taken. */
    boolean isFree(Placement placement) {
        for (Taken share : taken) {
            if (share.conflictsWith(placement)) {
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
