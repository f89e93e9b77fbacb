package org.gpumediator.examples.guides;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.policy.FirstFit;

/**
 * A whole backend in one file. The GPU has a page of registers, and each virtual GPU owns 64 bytes
 * of them; a write to the last four rings a bell: a message to the guest.
 */
public final class TinyBackend implements GpuBackendProvider {

    private static final ResourceKind REGISTERS =
            new ResourceKind("registers", Unit.BYTES, Shape.RANGE, 64);
    private static final VgpuType TYPE =
            new VgpuType("tiny", "", "64 registers", Map.of(REGISTERS, 64L), 0, 0, 0, 64, Map.of());

    @Override
    public String name() {
        return "tiny";
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public boolean supports(GpuIdentity identity) {
        return identity.equals(TinyGpu.IDENTITY);
    }

    @Override
    public GpuBackend open(BackendContext context) {
        if (!context.options().isEmpty()) {
            throw new IllegalArgumentException("options " + context.options() + ": it has none");
        }
        return new Backend(context);
    }

    private record Backend(BackendContext context) implements GpuBackend {

        @Override
        public GpuInventory capacity() {
            ResourceRange all = new ResourceRange(0, 4096);
            return new GpuInventory(
                    List.of(new GpuInventory.Resource(REGISTERS, all, List.of())),
                    List.of(),
                    Map.of());
        }

        @Override
        public List<VgpuType> types() {
            return List.of(TYPE);
        }

        @Override
        public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
            if (!Set.of(64L).containsAll(quotas.values())) {
                throw new IllegalArgumentException("registers " + quotas + ": expected 64");
            }
            return TYPE;
        }

        @Override
        public void checkAttributes(Map<String, String> attributes) {
            if (!attributes.isEmpty()) {
                throw new IllegalArgumentException("attributes " + attributes + ": it has none");
            }
        }

        @Override
        public PartitionPolicy defaultPolicy() {
            return new FirstFit();
        }

        @Override
        public DeviceModel create(VgpuBlueprint blueprint) {
            checkAttributes(blueprint.attributes());
            return new Model(context, blueprint);
        }

        @Override
        public long step(long nowNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public Map<String, Long> counters() {
            return Map.of();
        }

        @Override
        public <T> Optional<T> ability(Class<T> ability) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    // begin model
    private static final class Model implements DeviceModel, TrapHandler {

        private static final int LENGTH = 64;
        private static final int BELL = 60;

        private final BackendContext context;
        private final long first;
        private final FaultBook faults;
        private final PciFunction function;
        private volatile boolean touched;
        private volatile boolean closed;

        Model(BackendContext context, GpuBackend.VgpuBlueprint blueprint) {
            this.context = context;
            first = blueprint.partition().range(REGISTERS).start();
            faults = new FaultBook(blueprint.name(), context.listener());
            function =
                    PciFunction.builder()
                            .identity(TinyGpu.IDENTITY)
                            .bar(0, BarKind.MEMORY_32, LENGTH)
                            .capability(Capability.msi(1))
                            .build(blueprint.vmm());
        }

        @Override
        public List<TrapRegion> regions() {
            return List.of(TrapRegion.trapped(0, BarKind.MEMORY_32, LENGTH, this));
        }

        @Override
        public synchronized long read(long offset, int width) {
            return isRefused(offset, width)
                    ? AccessWidth.isLegal(width) ? AccessWidth.ones(width) : -1
                    : context.gpu().read(0, first + offset, width);
        }

        @Override
        public synchronized void write(long offset, int width, long value) {
            if (!isRefused(offset, width)) {
                context.gpu().write(0, first + offset, width, value);
                if (offset == BELL && width == 4) {
                    function.signal(0);
                }
            }
        }

        private boolean isRefused(long offset, int width) {
            touched = true;
            boolean refused = !AccessWidth.isLegal(width) || offset < 0 || offset > LENGTH - width;
            if (refused) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, "register", offset);
            }
            return refused || closed;
        }

        private synchronized void scrub() {
            for (int at = 0; at < LENGTH; at += 8) {
                context.gpu().write(0, first + at, 8, 0);
            }
        }

        @Override
        public void reset(ResetKind kind) {
            scrub();
            function.reset(kind);
            touched = false;
        }

        @Override
        public void close() {
            closed = true;
            scrub();
        }

        // end model
        @Override
        public ConfigSpace configSpace() {
            return function;
        }

        @Override
        public MessageInterrupts interrupts() {
            return function;
        }

        @Override
        public boolean touched() {
            return touched;
        }

        @Override
        public boolean failed() {
            return false;
        }

        @Override
        public void quiesce() {}

        @Override
        public void resume() {}

        @Override
        public VgpuStatistics statistics() {
            return new VgpuStatistics(faults.counts(), new TreeMap<>());
        }

        @Override
        public <T> Optional<T> ability(Class<T> ability) {
            return Optional.empty();
        }
    }
}
