package org.gpumediator.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.Stoppable;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the life of one device model.
 *
 * <p>Concurrency: {@code life} makes reset, quiesce, resume, save, restore and close exclude each
 * other, as the model may expect. It is the outermost lock: a model takes the physical GPU's and
 * its own inside. Traps never take it. The lifecycle's own events are announced after it is given
 * back; a listener must not call lifecycle methods, because a model may tell it of faults in
 * between.
 */
final class CoreVirtualGpu implements VirtualGpu {

    /** What the mediator does around a virtual GPU's lifecycle. */
    interface Owner {

        void stateChanged(CoreVirtualGpu vgpu, VirtualGpuState from, VirtualGpuState to);

        void reset(CoreVirtualGpu vgpu, ResetKind kind);

        /** Says that the model is closed; {@code failure} if its share must not be reused. */
        void closed(CoreVirtualGpu vgpu, @Nullable RuntimeException failure);
    }

    private final VgpuBlueprint blueprint;
    private final DeviceModel model;
    private final Owner owner;
    private final ConfigGate config;
    private final InterruptsGate interrupts;
    private final List<TrapGate> gates = new ArrayList<>();
    private final List<TrapRegion> regions;

    private final ReentrantLock life = new ReentrantLock();
    private final AtomicReference<VirtualGpuState> announced =
            new AtomicReference<>(VirtualGpuState.CREATED);
    private volatile boolean quiesced;
    private volatile @Nullable VgpuStatistics last;

    CoreVirtualGpu(VgpuBlueprint blueprint, DeviceModel model, Owner owner) {
        this.blueprint = blueprint;
        this.model = model;
        this.owner = owner;
        config = new ConfigGate(model.configSpace());
        interrupts = new InterruptsGate(model.interrupts());
        regions = model.regions().stream().map(this::gated).toList();
    }

    private TrapRegion gated(TrapRegion region) {
        TrapGate gate = new TrapGate(name() + " BAR " + region.index(), region.handler());
        gates.add(gate);
        return new TrapRegion(
                region.index(), region.kind(), region.length(), gate, region.directWindows());
    }

    @Override
    public String name() {
        return blueprint.name();
    }

    @Override
    public int id() {
        return blueprint.id();
    }

    Map<String, String> attributes() {
        return blueprint.attributes();
    }

    @Override
    public VgpuType type() {
        return blueprint.type();
    }

    @Override
    public ResourcePartition partition() {
        return blueprint.partition();
    }

    @Override
    public VirtualGpuState state() {
        if (last != null) {
            return VirtualGpuState.CLOSED;
        }
        if (model.failed()) {
            return VirtualGpuState.FAILED;
        }
        if (quiesced) {
            return VirtualGpuState.QUIESCED;
        }
        return model.touched() ? VirtualGpuState.RUNNING : VirtualGpuState.CREATED;
    }

    /** Tells the owner if the state is another than it was last told. */
    void announce() {
        VirtualGpuState before;
        VirtualGpuState now;
        do {
            before = announced.get();
            now = state();
        } while (!announced.compareAndSet(before, now));
        if (before != now) {
            owner.stateChanged(this, before, now);
        }
    }

    @Override
    public ConfigSpace configSpace() {
        return config;
    }

    @Override
    public List<TrapRegion> regions() {
        return regions;
    }

    @Override
    public MessageInterrupts interrupts() {
        return interrupts;
    }

    @Override
    public void reset(ResetKind kind) {
        Objects.requireNonNull(kind, "kind");
        exclusively(() -> model.reset(kind));
        if (!model.failed()) {
            owner.reset(this, kind);
        }
        announce();
    }

    @Override
    public void quiesce() {
        exclusively(
                () -> {
                    if (!quiesced) {
                        model.quiesce();
                        quiesced = true;
                    }
                });
        announce();
    }

    @Override
    public void resume() {
        exclusively(
                () -> {
                    if (quiesced) {
                        model.resume();
                        quiesced = false;
                    }
                });
        announce();
    }

    private void exclusively(Runnable action) {
        life.lock();
        try {
            checkOpen();
            action.run();
        } finally {
            life.unlock();
        }
    }

    private void checkOpen() {
        if (last != null) {
            throw new IllegalStateException(name() + " is closed");
        }
    }

    @Override
    public VgpuStatistics statistics() {
        VgpuStatistics kept = last;
        if (kept != null) {
            return kept;
        }
        try {
            VgpuStatistics now = read();
            kept = last; // one that closes meanwhile may have been read half gone
            return kept != null ? kept : now;
        } catch (RuntimeException thrown) {
            kept = last;
            if (kept != null) {
                return kept;
            }
            throw thrown;
        }
    }

    private VgpuStatistics read() {
        VgpuStatistics statistics = model.statistics();
        long errors = gates.stream().mapToLong(TrapGate::errors).sum();
        if (errors == 0) {
            return statistics;
        }
        SortedMap<String, Long> counters = new TreeMap<>(statistics.counters());
        counters.put("trap.errors", errors);
        return new VgpuStatistics(statistics.faults(), counters);
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        if (last != null) {
            return Optional.empty();
        }
        Optional<T> found = model.ability(ability);
        if (ability == Snapshottable.class) {
            return found.map(snapshots -> ability.cast(new Saved((Snapshottable) snapshots)));
        }
        if (ability == Stoppable.class) {
            return found.map(target -> ability.cast(stopOf((Stoppable) target)));
        }
        return found;
    }

    /** Never at the same time as another step of its life. */
    private Stoppable stopOf(Stoppable target) {
        return () -> {
            try {
                exclusively(target::stop);
            } finally {
                announce();
            }
        };
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        life.lock();
        try {
            if (last != null) {
                return;
            }
            gates.forEach(TrapGate::shut);
            config.shut();
            interrupts.shut();
            last = read();
            try {
                model.close();
            } catch (RuntimeException error) {
                failure = error;
            }
        } finally {
            life.unlock();
        }
        owner.closed(this, failure);
        announce();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return name() + " (" + type().name() + ", " + state() + ")";
    }

    /**
     * Lets a model be saved and restored only while it is held still, and never while it closes.
     */
    private final class Saved implements Snapshottable {

        private final Snapshottable snapshots;

        Saved(Snapshottable snapshots) {
            this.snapshots = snapshots;
        }

        @Override
        public void save(OutputStream target) throws IOException {
            life.lock();
            try {
                checkQuiesced("saved");
                snapshots.save(target);
            } finally {
                life.unlock();
            }
        }

        @Override
        public void restore(InputStream source) throws IOException {
            life.lock();
            try {
                checkQuiesced("restored");
                snapshots.restore(source);
            } finally {
                life.unlock();
            }
        }

        private void checkQuiesced(String what) {
            VirtualGpuState state = state();
            if (state != VirtualGpuState.QUIESCED) {
                throw new IllegalStateException(
                        name() + " is " + state + ": expected QUIESCED to be " + what);
            }
        }
    }
}
