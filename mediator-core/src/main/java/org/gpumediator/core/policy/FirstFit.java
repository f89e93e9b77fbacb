package org.gpumediator.core.policy;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Puts each share at the lowest free place where it fits. Wished places are honoured. A share is
 * one range; what is held is never moved.
 */
public final class FirstFit implements PartitionPolicy {

    /** Creates the policy. */
    public FirstFit() {}

    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        return Fit.place(inventory, request, request.type().quotas(), FirstFit::lowest);
    }

    static long lowest(List<ResourceRange> holes, long length) {
        for (ResourceRange hole : holes) {
            if (hole.length() >= length) {
                return hole.start();
            }
        }
        return Fit.Chooser.NOWHERE;
    }

    @Override
    public String toString() {
        return "first-fit";
    }
}
