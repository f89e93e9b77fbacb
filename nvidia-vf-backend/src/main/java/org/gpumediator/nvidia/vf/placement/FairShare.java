package org.gpumediator.nvidia.vf.placement;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.nvidia.vf.types.VfTypes;

/**
 * Splits what is free of a board into equal free quotas and leaves the host a spare, as the Xe
 * driver provisions virtual functions that nobody gave quotas to: equal shares, rounded down to the
 * granularity, of what is left when the spare is set aside.
 */
public final class FairShare {

    private final GpuInventory inventory;
    private final VfTypes types;
    private final ResourceKind framebuffer;
    private final Map<ResourceKind, Long> spare;

    /**
     * Prepares a split.
     *
     * @param inventory what there is; what others hold stays theirs
     * @param types the board's types
     * @param spare how much of each resource the host keeps free for itself
     * @throws IllegalArgumentException if a spare is negative, or of no resource of the board
     */
    public FairShare(GpuInventory inventory, VfTypes types, Map<ResourceKind, Long> spare) {
        this.inventory = inventory;
        this.types = types;
        this.framebuffer = VfResources.framebuffer(VfInventory.setup(inventory).board());
        this.spare = Map.copyOf(spare);
        spare.forEach(
                (kind, amount) -> {
                    inventory.resource(kind);
                    if (amount < 0) {
                        throw new IllegalArgumentException(
                                "spare " + kind.name() + " " + amount + ": expected 0 or more");
                    }
                });
    }

    /**
     * Returns the type of which {@code shares} fit beside the spare and no larger one would.
     *
     * @param shares how many equal parts; positive
     * @return the type, or empty if not even the least shares fit
     * @throws IllegalArgumentException if {@code shares} is not positive
     */
    public Optional<VgpuType> split(int shares) {
        if (shares <= 0) {
            throw new IllegalArgumentException("shares " + shares + ": expected 1 or more");
        }
        long channels = channels(shares);
        if (channels < VfResources.CHANNEL_GRANULARITY) {
            return Optional.empty();
        }
        long segment = framebuffer.granularity();
        long low = 0;
        long high = inventory.capacity(framebuffer) / segment / shares;
        Optional<VgpuType> best = Optional.empty();
        while (low < high) {
            long middle = (low + high + 1) / 2;
            Optional<VgpuType> tried = tried(middle * segment, channels, shares);
            if (tried.isPresent()) {
                best = tried;
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }

    /** The largest power of two of channels of which enough shares lie in the holes. */
    private long channels(int shares) {
        long left =
                inventory.available(VfResources.CHANNEL_IDS)
                        - spare.getOrDefault(VfResources.CHANNEL_IDS, 0L);
        List<ResourceRange> holes = inventory.holes(VfResources.CHANNEL_IDS);
        for (long size = AdaBoard.TOTAL_CHANNELS; size > 0; size /= 2) {
            long each = size;
            long fit = holes.stream().mapToLong(hole -> hole.length() / each).sum();
            if (fit >= shares && size * shares <= left) {
                return size;
            }
        }
        return 0;
    }

    private Optional<VgpuType> tried(long bytes, long channels, int shares) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        quotas.put(framebuffer, bytes);
        quotas.put(VfResources.CHANNEL_IDS, channels);
        VgpuType type;
        try {
            type = types.anonymous(quotas);
        } catch (IllegalArgumentException tooLarge) {
            return Optional.empty();
        }
        GpuInventory filled = inventory;
        for (int i = 0; i < shares; i++) {
            PartitionDecision decision =
                    VfPlacementPolicy.FIRST.decide(filled, PartitionRequest.of("share " + i, type));
            if (!(decision instanceof PartitionDecision.Placed placed)) {
                return Optional.empty();
            }
            filled = filled.with(new GpuInventory.Holding("share " + i, type, placed.partition()));
        }
        GpuInventory after = filled;
        boolean spared =
                spare.entrySet().stream()
                        .allMatch(entry -> left(after, entry.getKey()) >= entry.getValue());
        return spared ? Optional.of(type) : Optional.empty();
    }

    /** What is free of a resource; heaps lie in the framebuffer and count there. */
    private long left(GpuInventory after, ResourceKind kind) {
        return kind.equals(framebuffer)
                ? after.available(kind)
                        - after.holdings().stream()
                                .mapToLong(
                                        holding ->
                                                holding.partition().amount(VfResources.PLUGIN_HEAP))
                                .sum()
                : after.available(kind);
    }
}
