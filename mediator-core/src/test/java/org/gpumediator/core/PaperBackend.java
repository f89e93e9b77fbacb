package org.gpumediator.core;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.core.policy.FirstFit;
import org.jspecify.annotations.Nullable;

/** A backend that records what the mediator does with it, and fails when told to. */
final class PaperBackend implements GpuBackend {

    static final ResourceKind MEMORY = new ResourceKind("memory", Unit.BYTES, Shape.RANGE, 4096);
    static final ResourceKind UNITS = new ResourceKind("units", Unit.PIECES, Shape.COUNT, 1);
    static final VgpuType SMALL = type("Paper S", 16 * 4096, 1, 6);
    static final VgpuType LARGE = type("Paper L", 48 * 4096, 3, 2);

    final BackendContext context;
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<Model> models = new CopyOnWriteArrayList<>();
    @Nullable RuntimeException failsToCreate;
    @Nullable RuntimeException failsToStep;
    volatile long deadline = Long.MAX_VALUE;
    Runnable onCreate = () -> {};
    volatile Runnable onStep = () -> {};
    boolean regionsFail;

    /** Why this GPU can do nothing that a policy answers; empty if it can. */
    String cannot = "";

    PaperBackend(BackendContext context) {
        this.context = context;
    }

    private static VgpuType type(String name, long memory, long units, int most) {
        return new VgpuType(
                name, "", "", Map.of(MEMORY, memory, UNITS, units), 1, 640, 480, most, Map.of());
    }

    /** Opens one backend and keeps it for the test. */
    static final class Provider implements GpuBackendProvider {
        @Nullable PaperBackend opened;

        PaperBackend backend() {
            if (opened == null) {
                throw new AssertionError("not opened");
            }
            return opened;
        }

        @Override
        public String name() {
            return "paper";
        }

        @Override
        public int apiVersion() {
            return API_VERSION;
        }

        @Override
        public boolean supports(GpuIdentity identity) {
            return identity.vendor() == 0x1234;
        }

        @Override
        public GpuBackend open(BackendContext context) {
            PaperBackend backend = new PaperBackend(context);
            opened = backend;
            return backend;
        }
    }

    @Override
    public GpuInventory capacity() {
        return new GpuInventory(
                List.of(
                        new GpuInventory.Resource(
                                MEMORY,
                                new ResourceRange(0, 100 * 4096),
                                List.of(new ResourceRange(0, 4096))),
                        new GpuInventory.Resource(UNITS, new ResourceRange(0, 6), List.of())),
                List.of(),
                Map.of());
    }

    @Override
    public List<VgpuType> types() {
        return List.of(SMALL, LARGE);
    }

    @Override
    public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
        Map<ResourceKind, Long> all = new LinkedHashMap<>(SMALL.quotas());
        all.putAll(quotas);
        if (all.getOrDefault(UNITS, 0L) > 4) {
            throw new IllegalArgumentException("units " + all.get(UNITS) + ": expected at most 4");
        }
        return new VgpuType("free", "", "", all, 0, 0, 0, 6, Map.of());
    }

    @Override
    public PartitionDecision checked(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Placed answer) {
        return cannot.isEmpty()
                ? answer
                : new PartitionDecision.Refused(request.owner(), UNITS, 1, 6, 6, cannot);
    }

    @Override
    public PartitionPolicy defaultPolicy() {
        return new FirstFit();
    }

    @Override
    public DeviceModel create(VgpuBlueprint blueprint) {
        calls.add("create " + blueprint.name());
        onCreate.run();
        if (failsToCreate != null) {
            throw failsToCreate;
        }
        Model model = new Model(blueprint);
        models.add(model);
        return model;
    }

    @Override
    public long step(long nowNanos) {
        calls.add("step " + nowNanos);
        onStep.run();
        if (failsToStep != null) {
            throw failsToStep;
        }
        return deadline;
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of("paper.sheets", 7L);
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return ability.isInstance(this) ? Optional.of(ability.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        calls.add("close backend");
    }

    /** One register that keeps what is written. */
    final class Model implements DeviceModel, Snapshottable {
        final VgpuBlueprint blueprint;
        final Map<GuestFaultKind, Long> faults = new TreeMap<>();
        volatile boolean touched;
        volatile boolean failed;
        volatile long register;
        @Nullable RuntimeException failsToClose;
        @Nullable RuntimeException failsToTrap;
        @Nullable Error errorInTrap;
        Runnable onReset = () -> {};
        Runnable onClose = () -> {};
        Runnable onStatistics = () -> {};
        final List<String> modelCalls = new ArrayList<>();

        Model(VgpuBlueprint blueprint) {
            this.blueprint = blueprint;
        }

        private void call(String what) {
            modelCalls.add(what);
            calls.add(what + " " + blueprint.name());
        }

        @Override
        public ConfigSpace configSpace() {
            return new ConfigSpace() {
                @Override
                public int length() {
                    return 256;
                }

                @Override
                public int read(int offset, int width) {
                    return 0x11;
                }

                @Override
                public List<ConfigWriteEffect> write(int offset, int width, int value) {
                    return List.of(new ConfigWriteEffect.InterruptsChanged());
                }

                @Override
                public OptionalLong barAddress(int index) {
                    return OptionalLong.of(0xe000_0000L);
                }

                @Override
                public byte[] snapshot() {
                    return new byte[256];
                }
            };
        }

        @Override
        public List<TrapRegion> regions() {
            if (regionsFail) {
                throw new IllegalStateException("no regions");
            }
            return List.of(TrapRegion.trapped(0, BarKind.MEMORY_32, 4096, new Register()));
        }

        @Override
        public MessageInterrupts interrupts() {
            return new MessageInterrupts() {
                @Override
                public Mode mode() {
                    return Mode.MSI;
                }

                @Override
                public int msiVectors() {
                    return 1;
                }

                @Override
                public int msixVectors() {
                    return 0;
                }

                @Override
                public boolean hasLine() {
                    return false;
                }

                @Override
                public long messageAddress(int vector) {
                    return 0xfee0_0000L;
                }

                @Override
                public int messageData(int vector) {
                    return 0x41;
                }
            };
        }

        private final class Register implements TrapHandler {
            @Override
            public long read(long offset, int width) {
                if (failsToTrap != null) {
                    throw failsToTrap;
                }
                if (errorInTrap != null) {
                    throw errorInTrap;
                }
                return register;
            }

            @Override
            public void write(long offset, int width, long value) {
                if (failsToTrap != null) {
                    throw failsToTrap;
                }
                if (errorInTrap != null) {
                    throw errorInTrap;
                }
                touched = true;
                register = value;
            }
        }

        @Override
        public boolean touched() {
            return touched;
        }

        @Override
        public boolean failed() {
            return failed;
        }

        @Override
        public void reset(ResetKind kind) {
            call("reset " + kind);
            onReset.run();
            touched = false;
            failed = false;
        }

        @Override
        public void quiesce() {
            call("quiesce");
        }

        @Override
        public void resume() {
            call("resume");
        }

        @Override
        public VgpuStatistics statistics() {
            onStatistics.run();
            return new VgpuStatistics(faults, new TreeMap<>(Map.of("register", register)));
        }

        @Override
        public <T> Optional<T> ability(Class<T> ability) {
            return ability.isInstance(this) ? Optional.of(ability.cast(this)) : Optional.empty();
        }

        @Override
        public void save(OutputStream target) {
            call("save");
        }

        @Override
        public void restore(InputStream source) {
            call("restore");
        }

        @Override
        public void close() {
            onClose.run();
            call("close");
            if (failsToClose != null) {
                throw failsToClose;
            }
        }
    }

    static GpuMediationException refusal() {
        return new GpuMediationException("the firmware refuses");
    }
}
