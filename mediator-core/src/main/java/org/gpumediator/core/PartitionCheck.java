package org.gpumediator.core;

import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Holds a policy's answer against the books and the request, so that a wrong policy can neither
 * make guests share nor give one less than its type says.
 */
final class PartitionCheck {

    private PartitionCheck() {}

    /**
     * Checks a partition.
     *
     * @throws IllegalStateException if it is not free, the message names the resource, the place
     *     and who has it; or if it has less of a resource than was asked for
     */
    static void check(
            GpuInventory inventory, PartitionRequest request, ResourcePartition partition) {
        String owner = request.owner();
        for (ResourceKind kind : partition.kinds()) {
            GpuInventory.Resource resource = resource(inventory, kind, owner);
            if (kind.shape() == ResourceKind.Shape.COUNT) {
                if (partition.amount(kind) > inventory.available(kind)) {
                    throw wrong(
                            owner,
                            kind.format(partition.amount(kind))
                                    + " of "
                                    + kind.name()
                                    + ", available "
                                    + kind.format(inventory.available(kind)));
                }
                continue;
            }
            for (ResourceRange range : partition.ranges(kind)) {
                check(inventory, resource, owner, range);
            }
        }
        request.type()
                .quotas()
                .forEach(
                        (kind, quota) -> {
                            if (partition.amount(kind) < quota) {
                                throw wrong(
                                        owner,
                                        kind.format(partition.amount(kind))
                                                + " of "
                                                + kind.name()
                                                + ", asked for "
                                                + kind.format(quota));
                            }
                        });
    }

    private static GpuInventory.Resource resource(
            GpuInventory inventory, ResourceKind kind, String owner) {
        for (GpuInventory.Resource candidate : inventory.resources()) {
            if (candidate.kind().equals(kind)) {
                return candidate;
            }
        }
        throw wrong(owner, kind.name() + ", which this GPU has not");
    }

    private static void check(
            GpuInventory inventory,
            GpuInventory.Resource resource,
            String owner,
            ResourceRange range) {
        if (!resource.space().contains(range)) {
            throw wrong(owner, resource, range, "outside " + place(resource.space()));
        }
        for (ResourceRange reserved : resource.reserved()) {
            if (reserved.overlaps(range)) {
                String other = "which overlaps the reserved " + place(reserved);
                throw wrong(owner, resource, range, other);
            }
        }
        for (Holding holding : inventory.holdings()) {
            for (ResourceRange held : holding.partition().ranges(resource.kind())) {
                if (held.overlaps(range)) {
                    String other = "which overlaps " + place(held) + " of " + holding.owner();
                    throw wrong(owner, resource, range, other);
                }
            }
        }
    }

    private static String place(ResourceRange range) {
        return String.format("[0x%x,0x%x)", range.start(), range.end());
    }

    private static IllegalStateException wrong(
            String owner, GpuInventory.Resource resource, ResourceRange range, String why) {
        return wrong(owner, resource.kind().name() + " " + place(range) + ", " + why);
    }

    private static IllegalStateException wrong(String owner, String what) {
        return new IllegalStateException("partition policy gave " + owner + " " + what);
    }
}
