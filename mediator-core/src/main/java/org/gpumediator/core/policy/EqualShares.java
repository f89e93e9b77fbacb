package org.gpumediator.core.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Cuts every resource into n equal shares and gives one to each request, whatever its quota. A
 * share is the largest multiple of the granularity of which n fit into the empty GPU, reserved
 * places left out. Resources of which a request has no quota are not given; a quota above the share
 * is refused. Wished places are honoured.
 */
public final class EqualShares implements PartitionPolicy {

    private final int shares;

    /**
     * Creates the policy.
     *
     * @param shares into how many shares the GPU is cut, positive
     * @throws IllegalArgumentException if it is not positive
     */
    public EqualShares(int shares) {
        if (shares <= 0) {
            throw new IllegalArgumentException(shares + " shares: expected a positive number");
        }
        this.shares = shares;
    }

    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        Fit.check(inventory, request, request.type().quotas());
        GpuInventory empty = new GpuInventory(inventory.resources(), List.of(), Map.of());
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        request.type().quotas().forEach(quotas::put);
        for (GpuInventory.Resource resource : inventory.resources()) {
            ResourceKind kind = resource.kind();
            long wanted = request.type().quota(kind);
            if (wanted > 0) {
                long share = share(empty, kind);
                if (wanted > share) {
                    return Fit.refusal(
                            inventory,
                            request,
                            kind,
                            wanted,
                            "one of " + shares + " shares is " + kind.format(share));
                }
                quotas.put(kind, share);
            }
        }
        return Fit.place(inventory, request, quotas, FirstFit::lowest);
    }

    /** Returns the largest share of which all fit into an empty GPU. */
    private long share(GpuInventory empty, ResourceKind kind) {
        long unit = kind.granularity();
        if (kind.shape() == ResourceKind.Shape.COUNT) {
            return empty.capacity(kind) / shares / unit * unit;
        }
        List<ResourceRange> holes = Fit.alignedHoles(empty, kind);
        long fits = 0;
        long tooMany = Fit.largest(holes) / unit + 1;
        while (tooMany - fits > 1) {
            long middle = fits + (tooMany - fits) / 2;
            long length = middle * unit;
            long count = holes.stream().mapToLong(hole -> hole.length() / length).sum();
            if (count >= shares) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits * unit;
    }

    @Override
    public String toString() {
        return "equal-shares " + shares;
    }
}
