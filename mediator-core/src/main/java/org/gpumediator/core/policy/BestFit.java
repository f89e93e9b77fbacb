package org.gpumediator.core.policy;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Puts each share at the start of the smallest free run where it fits, the lowest of several equal
 * ones; long runs stay whole for large shares. Wished places are honoured.
 */
public final class BestFit implements PartitionPolicy {

    /** Creates the policy. */
    public BestFit() {}

    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        return Fit.place(inventory, request, request.type().quotas(), BestFit::tightest);
    }

    private static long tightest(List<ResourceRange> holes, long length) {
        long best = Long.MAX_VALUE;
        long start = Fit.Chooser.NOWHERE;
        for (ResourceRange hole : holes) {
            if (hole.length() >= length && hole.length() < best) {
                best = hole.length();
                start = hole.start();
            }
        }
        return start;
    }

    @Override
    public String toString() {
        return "best-fit";
    }
}
