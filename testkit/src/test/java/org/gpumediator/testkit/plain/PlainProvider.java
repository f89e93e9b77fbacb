package org.gpumediator.testkit.plain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.core.policy.FirstFit;

/** The backend of {@link PlainGpu}: every virtual GPU is registers that store what is written. */
public final class PlainProvider implements GpuBackendProvider {

    static final ResourceKind SLOTS = new ResourceKind("slots", Unit.PIECES, Shape.RANGE, 1);
    static final VgpuType TYPE =
            new VgpuType("plain", "", "storage", Map.of(SLOTS, 1L), 0, 0, 0, 4, Map.of());

    /** Creates the provider. */
    public PlainProvider() {}

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public boolean supports(GpuIdentity identity) {
        return identity.equals(PlainGpu.IDENTITY);
    }

    @Override
    public GpuBackend open(BackendContext context) {
        return new PlainBackend(context);
    }

    private record PlainBackend(BackendContext context) implements GpuBackend {

        @Override
        public GpuInventory capacity() {
            return new GpuInventory(
                    List.of(new GpuInventory.Resource(SLOTS, new ResourceRange(0, 4), List.of())),
                    List.of(),
                    Map.of());
        }

        @Override
        public List<VgpuType> types() {
            return List.of(TYPE);
        }

        @Override
        public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
            return TYPE;
        }

        @Override
        public PartitionPolicy defaultPolicy() {
            return new FirstFit();
        }

        @Override
        public DeviceModel create(VgpuBlueprint blueprint) {
            return new PlainModel(blueprint, context.listener());
        }

        @Override
        public long step(long nowNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public Map<String, Long> counters() {
            return Map.of("engines.policy-faults", ((PlainGpu) context.gpu()).policyFaults);
        }

        @Override
        public <T> Optional<T> ability(Class<T> ability) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
