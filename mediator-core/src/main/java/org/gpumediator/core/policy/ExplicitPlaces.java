package org.gpumediator.core.policy;

import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;

/**
 * Puts each share exactly where the request wishes it, and nowhere else. For orchestrators that
 * keep a plan of their own, and for restoring a layout.
 */
public final class ExplicitPlaces implements PartitionPolicy {

    /** Creates the policy. */
    public ExplicitPlaces() {}

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also if the request wishes no place for a resource that has
     *     places
     */
    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        request.type()
                .quotas()
                .forEach(
                        (kind, amount) -> {
                            if (kind.shape() == ResourceKind.Shape.RANGE
                                    && amount > 0
                                    && !request.places().containsKey(kind)) {
                                throw new IllegalArgumentException(
                                        request.owner()
                                                + ": no place wished for "
                                                + kind.name()
                                                + ": expected one for each of "
                                                + request.type().quotas().keySet().stream()
                                                        .map(ResourceKind::name)
                                                        .toList());
                            }
                        });
        return Fit.place(
                inventory,
                request,
                request.type().quotas(),
                (holes, length) -> Fit.Chooser.NOWHERE);
    }

    @Override
    public String toString() {
        return "explicit-places";
    }
}
