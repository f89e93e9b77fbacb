package org.gpumediator.core;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;

/** All of a GPU as one share: who wants it needs a GPU that nobody holds anything of. */
final class WholePartition {

    private static final String TYPE = "pass-through";

    private WholePartition() {}

    /** Returns the type of a virtual GPU that is the whole GPU. */
    static VgpuType type(GpuInventory capacity) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        for (GpuInventory.Resource resource : capacity.resources()) {
            quotas.put(resource.kind(), capacity.capacity(resource.kind()));
        }
        return new VgpuType(
                TYPE, "", "the whole GPU, driven by its guest", quotas, 0, 0, 0, 1, Map.of());
    }

    static boolean isOf(VgpuType type) {
        return type.name().equals(TYPE);
    }

    /** Answers a request for the whole GPU. */
    static PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        if (!inventory.holdings().isEmpty()) {
            String holders =
                    inventory.holdings().stream()
                            .map(Holding::owner)
                            .collect(Collectors.joining(", "));
            return refused(
                    inventory, request, "pass-through needs the whole GPU, shared by " + holders);
        }
        ResourcePartition.Builder all = new ResourcePartition.Builder();
        for (GpuInventory.Resource resource : inventory.resources()) {
            ResourceKind kind = resource.kind();
            if (kind.shape() == ResourceKind.Shape.COUNT) {
                all.count(kind, inventory.capacity(kind));
            } else {
                all.ranges(kind, inventory.holes(kind));
            }
        }
        return new PartitionDecision.Placed(all.build());
    }

    /** Returns why a share cannot be had: somebody has the whole GPU; empty if nobody has. */
    static Optional<PartitionDecision> refusal(GpuInventory inventory, PartitionRequest request) {
        return inventory.holdings().stream()
                .filter(holding -> isOf(holding.type()))
                .findFirst()
                .map(
                        holding ->
                                refused(
                                        inventory,
                                        request,
                                        "the whole GPU is passed through to " + holding.owner()));
    }

    private static PartitionDecision refused(
            GpuInventory inventory, PartitionRequest request, String reason) {
        ResourceKind kind = inventory.resources().getFirst().kind();
        return new PartitionDecision.Refused(
                request.owner(),
                kind,
                request.type().quota(kind),
                inventory.available(kind),
                inventory.largestHole(kind),
                reason);
    }
}
