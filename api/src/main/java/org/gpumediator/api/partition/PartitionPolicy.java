package org.gpumediator.api.partition;

/** Decides which share a new virtual GPU gets. */
@FunctionalInterface
public interface PartitionPolicy {

    /**
     * Answers a request.
     *
     * @param inventory what there is and who holds it
     * @param request what is wished
     * @return a partition that overlaps no holding and nothing reserved, or a refusal that names
     *     the resource
     * @throws IllegalArgumentException if the request names a resource that the inventory does not
     *     have, or an amount that is negative or not a multiple of the granularity
     * @implSpec A pure function: the same arguments give the same answer, nothing is remembered.
     *     May be called on any thread, also for requests that are only tried.
     */
    PartitionDecision decide(GpuInventory inventory, PartitionRequest request);
}
