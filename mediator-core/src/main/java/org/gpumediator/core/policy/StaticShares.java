package org.gpumediator.core.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;

/**
 * Sets the host's share aside first, at the bottom of each resource, then gives each guest what it
 * asks for at the lowest place above. The host's share is kept whether or not the host has claimed
 * it: guests are placed and refused as if it were held. This is how XenGT divides a GPU, with 96
 * MiB of aperture, 384 MiB of hidden graphics memory and 4 fences for the host.
 *
 * <p>The host is who asks under the host's name. It gets the share set aside, whatever quota it
 * asks for of those resources, and its own quota of others. Wished places are honoured.
 */
public final class StaticShares implements PartitionPolicy {

    private final String host;
    private final Map<String, Long> share;

    /**
     * Creates the policy.
     *
     * @param host name of the host's virtual GPU
     * @param share how much of each resource is set aside for it, by resource name; multiples of
     *     the granularity
     */
    public StaticShares(String host, Map<String, Long> share) {
        this.host = Objects.requireNonNull(host, "host");
        this.share = Collections.unmodifiableMap(new LinkedHashMap<>(share));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also if the share set aside names a resource that the GPU
     *     has not, or an amount that is negative or no multiple of the granularity
     */
    @Override
    public PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        Map<ResourceKind, Long> setAside = new LinkedHashMap<>();
        share.forEach((name, amount) -> setAside.put(inventory.kind(name), amount));
        if (request.owner().equals(host)) {
            Map<ResourceKind, Long> quotas = new LinkedHashMap<>(request.type().quotas());
            quotas.putAll(setAside);
            return Fit.place(inventory, request, quotas, FirstFit::lowest);
        }
        return Fit.place(
                withHost(inventory, setAside), request, request.type().quotas(), FirstFit::lowest);
    }

    /** Returns the inventory as if the host had claimed its share. */
    private GpuInventory withHost(GpuInventory inventory, Map<ResourceKind, Long> setAside) {
        if (inventory.holdings().stream().anyMatch(held -> held.owner().equals(host))) {
            return inventory;
        }
        VgpuType type = new VgpuType(host, "", "share set aside", setAside, 0, 0, 0, 1, Map.of());
        PartitionRequest request = PartitionRequest.of(host, type);
        // Where there is no room left for the host, there is none to keep for it either.
        return Fit.place(inventory, request, setAside, FirstFit::lowest)
                        instanceof PartitionDecision.Placed(var partition)
                ? inventory.with(new Holding(host, type, partition))
                : inventory;
    }

    @Override
    public String toString() {
        return "static-shares " + host + "=" + share;
    }
}
