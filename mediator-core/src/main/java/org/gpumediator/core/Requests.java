package org.gpumediator.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.jspecify.annotations.Nullable;

/**
 * What a request means on one GPU and where it would go: its type, its resources, the policy's
 * answer. On paper only: nothing is taken.
 *
 * <p>Safe for use by multiple threads.
 */
public final class Requests {

    /** The attribute of a type that has a number of its vendor's. */
    private static final String TYPE_ID = "type-id";

    private final GpuBackend backend;
    private final String backendName;
    private final @Nullable PartitionPolicy chosenPolicy;

    Requests(GpuBackend backend, String backendName, @Nullable PartitionPolicy chosenPolicy) {
        this.backend = backend;
        this.backendName = backendName;
        this.chosenPolicy = chosenPolicy;
    }

    /** Returns what the GPU has with these holdings on it. */
    GpuInventory inventory(List<Holding> holdings) {
        GpuInventory capacity = backend.capacity();
        return new GpuInventory(capacity.resources(), holdings, capacity.attributes());
    }

    PartitionPolicy policy() {
        return chosenPolicy != null ? chosenPolicy : backend.defaultPolicy();
    }

    /** As {@link Mediator#type}. */
    VgpuType type(String name) {
        List<VgpuType> types = backend.types();
        List<VgpuType> found = types.stream().filter(t -> t.name().equals(name)).toList();
        if (found.isEmpty()) {
            found = types.stream().filter(t -> isMeant(t, name)).toList();
        }
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "type "
                            + name
                            + ": expected one of "
                            + types.stream().map(VgpuType::name).toList());
        }
        return found.getFirst();
    }

    private static boolean isMeant(VgpuType type, String name) {
        String full = type.name().toLowerCase(Locale.ROOT);
        String asked = name.toLowerCase(Locale.ROOT);
        return full.equals(asked)
                || full.endsWith(" " + asked)
                || name.equals(type.attributes().get(TYPE_ID));
    }

    /** As {@link Mediator#typeOf}. */
    VgpuType typeOf(VgpuRequest request) {
        if (!request.type().isEmpty()) {
            return type(request.type());
        }
        if (request.quotas().isEmpty() && request.role() == VgpuBlueprint.Role.HOST) {
            return backend.hostType()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "host share: backend " + backendName + " has none"));
        }
        return backend.anonymousType(byKind(request.quotas()));
    }

    /** Returns a request in terms of this GPU's types and resources. */
    PartitionRequest request(VgpuRequest request) {
        backend.checkAttributes(request.attributes());
        return new PartitionRequest(request.name(), typeOf(request), byKind(request.places()));
    }

    /** Returns the request for all there is. */
    PartitionRequest wholeRequest(VgpuRequest request) {
        return PartitionRequest.of(request.name(), WholePartition.type(backend.capacity()));
    }

    private Map<ResourceKind, Long> byKind(Map<String, Long> byName) {
        GpuInventory capacity = backend.capacity();
        Map<ResourceKind, Long> byKind = new LinkedHashMap<>();
        byName.forEach(
                (name, amount) -> {
                    ResourceKind kind = capacity.kind(name);
                    if (amount < 0 || amount % kind.granularity() != 0) {
                        throw new IllegalArgumentException(
                                name
                                        + " "
                                        + amount
                                        + ": expected a multiple of "
                                        + kind.granularity()
                                        + ", not negative");
                    }
                    byKind.put(kind, amount);
                });
        return byKind;
    }

    /**
     * Returns the policy's answer, which is checked: by the books, and by what the GPU can do. No
     * policy is asked where all is wanted, or gone.
     */
    PartitionDecision decide(GpuInventory inventory, PartitionRequest request) {
        if (WholePartition.isOf(request.type())) {
            return WholePartition.decide(inventory, request);
        }
        Optional<PartitionDecision> gone = WholePartition.refusal(inventory, request);
        if (gone.isPresent()) {
            return gone.get();
        }
        PartitionPolicy policy = policy();
        @Nullable PartitionDecision decision = policy.decide(inventory, request);
        if (decision == null) {
            throw new IllegalStateException(
                    "partition policy " + policy + " gave " + request.owner() + " no answer");
        }
        if (decision instanceof PartitionDecision.Placed placed) {
            PartitionCheck.check(inventory, request, placed.partition());
            return backend.checked(inventory, request, placed);
        }
        return decision;
    }

    /** As {@link Mediator#availableInstances}, from an inventory on. */
    int availableInstances(GpuInventory inventory, VgpuType type) {
        GpuInventory filled = inventory;
        int count = 0;
        while (count < type.maxInstances()) {
            PartitionRequest request = PartitionRequest.of(type.name() + " #" + count, type);
            if (!(decide(filled, request) instanceof PartitionDecision.Placed(var partition))) {
                break;
            }
            filled = filled.with(new Holding(request.owner(), type, partition));
            count++;
        }
        return count;
    }
}
