package org.gpumediator.core.policy;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.GpuInventory.Resource;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;

/** GPUs on paper. */
final class Inventories {

    static final long MIB = 1 << 20;

    static final ResourceKind APERTURE = new ResourceKind("aperture", Unit.BYTES, Shape.RANGE, MIB);
    static final ResourceKind HIDDEN = new ResourceKind("hidden", Unit.BYTES, Shape.RANGE, MIB);
    static final ResourceKind FENCES = new ResourceKind("fences", Unit.PIECES, Shape.RANGE, 1);

    private Inventories() {}

    /** 2 GiB of graphics addresses, the first of them aperture with 32 MiB reserved at its end. */
    static GpuInventory graphics(long apertureMib) {
        long aperture = apertureMib * MIB;
        return new GpuInventory(
                List.of(
                        new Resource(
                                APERTURE,
                                new ResourceRange(0, aperture),
                                List.of(new ResourceRange(aperture - 32 * MIB, 32 * MIB))),
                        new Resource(
                                HIDDEN,
                                new ResourceRange(aperture, 2048 * MIB - aperture),
                                List.of()),
                        new Resource(FENCES, new ResourceRange(0, 32), List.of())),
                List.of(),
                Map.of());
    }

    /** Odd bounds, holes in the middle, a counted resource with a reserve. */
    static GpuInventory odd() {
        ResourceKind blocks = new ResourceKind("blocks", Unit.PIECES, Shape.RANGE, 8);
        ResourceKind percent = new ResourceKind("encoder", Unit.PERCENT, Shape.COUNT, 5);
        ResourceKind channels = new ResourceKind("channels", Unit.PIECES, Shape.RANGE, 3);
        return new GpuInventory(
                List.of(
                        new Resource(
                                blocks,
                                new ResourceRange(5, 1000),
                                List.of(new ResourceRange(300, 7), new ResourceRange(512, 100))),
                        new Resource(
                                percent,
                                new ResourceRange(0, 100),
                                List.of(new ResourceRange(0, 10))),
                        new Resource(channels, new ResourceRange(1, 200), List.of())),
                List.of(),
                Map.of("mode", "odd"));
    }

    static VgpuType type(Map<ResourceKind, Long> quotas) {
        return new VgpuType("free", "", "", quotas, 0, 0, 0, 64, Map.of());
    }

    static PartitionRequest graphics(String owner, long apertureMib, long hiddenMib, long fences) {
        return PartitionRequest.of(
                owner,
                type(Map.of(APERTURE, apertureMib * MIB, HIDDEN, hiddenMib * MIB, FENCES, fences)));
    }

    static GpuInventory placed(
            PartitionPolicy policy, GpuInventory inventory, PartitionRequest request) {
        return switch (policy.decide(inventory, request)) {
            case PartitionDecision.Placed(ResourcePartition partition) ->
                    inventory.with(new Holding(request.owner(), request.type(), partition));
            case PartitionDecision.Refused refusal -> throw new AssertionError(refusal.message());
        };
    }

    static PartitionDecision.Refused refused(
            PartitionPolicy policy, GpuInventory inventory, PartitionRequest request) {
        return switch (policy.decide(inventory, request)) {
            case PartitionDecision.Placed placed -> throw new AssertionError(placed.toString());
            case PartitionDecision.Refused refusal -> refusal;
        };
    }

    static ResourcePartition held(GpuInventory inventory, String owner) {
        return inventory.holdings().stream()
                .filter(holding -> holding.owner().equals(owner))
                .findFirst()
                .orElseThrow()
                .partition();
    }
}
