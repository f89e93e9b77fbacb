package org.gpumediator.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.observe.GuardedMediationListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One physical GPU and its virtual GPUs: the entry point of the library.
 *
 * <p>Safe for use by multiple threads. Virtual GPUs are created and closed concurrently: one that
 * takes long does not hold up another. The mediator starts no thread: whoever embeds it calls
 * {@link #step}, or lets a {@link MediatorRunner} do so.
 *
 * <p>Concurrency: backends, policies and listeners are called with no lock of this class held.
 */
public final class Mediator implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Mediator.class);

    private final BackendSlot backend;
    private final String backendName;
    private final PhysicalGpu gpu;
    private final GpuClaim claim;
    private final MediationClock clock;
    private final GuardedMediationListener listener;
    private final Requests placement;
    private final LifecycleRecorder recorder = LifecycleRecorder.ifAvailable();

    private final Ledger ledger = new Ledger();
    private final CopyOnWriteArrayList<CoreVirtualGpu> vgpus = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Runnable> steppers;
    private final Turnstile turnstile = new Turnstile();
    private final Object summaryMonitor = new Object();
    private final FaultSummary summary = new FaultSummary();
    private final CoreVirtualGpu.Owner owner = new Lifecycle();

    private final LongAdder created = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failedCreations = new LongAdder();
    private final LongAdder lostShares = new LongAdder();
    private final LongAdder reclaimedShares = new LongAdder();
    private final LongAdder steps = new LongAdder();
    private final LongAdder wakeUpErrors = new LongAdder();
    private final Consumer<Runnable> wake = this::wake;

    private Mediator(Builder builder, GpuBackendProvider provider, GpuClaim claim) {
        gpu = builder.gpu;
        this.claim = claim;
        clock = builder.clock;
        listener = new GuardedMediationListener(builder.listener);
        steppers = new CopyOnWriteArrayList<>();
        backendName = provider.name();
        backend =
                new BackendSlot(
                        provider,
                        new BackendContext(
                                gpu, clock, listener, builder.options, this::stepNeeded));
        placement = new Requests(backend, backendName, builder.policy);
        log.info("Opened GPU {} with backend {}", gpu.identity(), backendName);
    }

    /** Returns a builder of a mediator for one physical GPU. */
    public static Builder builder(PhysicalGpu gpu) {
        return new Builder(gpu);
    }

    /**
     * Returns what the GPU has and who holds it, as it is now. Shares of virtual GPUs that are just
     * being created count as held.
     */
    public GpuInventory inventory() {
        return placement.inventory(ledger.page().holdings());
    }

    /** Returns the types on offer, largest share last. */
    public List<VgpuType> types() {
        return backend.types();
    }

    /** Returns the type of the host's own share; empty if the host has none on this kind of GPU. */
    public Optional<VgpuType> hostType() {
        return backend.hostType();
    }

    /**
     * Returns the type of a name.
     *
     * @param name its name, in any case; the words before the last may be left out where that is
     *     unambiguous. Or the vendor's number, where types have the attribute {@code type-id}
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public VgpuType type(String name) {
        return placement.type(name);
    }

    /** Returns the policy that places virtual GPUs. */
    public PartitionPolicy policy() {
        return placement.policy();
    }

    /**
     * Returns how many more virtual GPUs of a type could be created now, found by trying.
     *
     * @return {@code 0} to the type's maximum of instances
     * @throws IllegalStateException as {@link #couldCreate(VgpuRequest)}
     */
    public int availableInstances(VgpuType type) {
        return placement.availableInstances(inventory(), type);
    }

    /**
     * Returns what would be answered to a request now, without creating anything.
     *
     * @throws IllegalArgumentException as {@link #create}
     * @throws IllegalStateException if the policy's answer is none, not free, or less than asked
     *     for
     */
    public PartitionDecision couldCreate(VgpuRequest request) {
        return couldCreate(inventory(), request);
    }

    /**
     * Returns what would be answered to a request if an inventory were this GPU's, so that several
     * creations can be tried on paper, one after the other.
     *
     * @param inventory as {@link #inventory} gives it, with holdings added or left out
     * @throws IllegalArgumentException as {@link #create}
     * @throws IllegalStateException if the policy's answer is none, not free, or less than asked
     *     for
     */
    public PartitionDecision couldCreate(GpuInventory inventory, VgpuRequest request) {
        return placement.decide(inventory, placement.request(request));
    }

    /**
     * Returns the type that a request asks for: the one it names, the host's, or an anonymous one
     * of its quotas.
     *
     * @throws IllegalArgumentException as {@link #create}
     */
    public VgpuType typeOf(VgpuRequest request) {
        return placement.typeOf(request);
    }

    /**
     * Creates a virtual GPU.
     *
     * @param request what it shall be
     * @param vmm the VMM that carries it
     * @return the virtual GPU, {@link VirtualGpuState#CREATED}; the caller closes it, or closing
     *     the mediator does
     * @throws IllegalArgumentException if the name is in use, or type, resource or amount are not
     *     as this GPU has them; the message names the value and the limit
     * @throws InsufficientResourceException if it does not fit
     * @throws org.gpumediator.api.GpuMediationException if the GPU or its firmware refuses; nothing
     *     stays taken
     * @throws IllegalStateException if the mediator is closed, its policy gives no answer, what is
     *     not free, or less than was asked for, or the VMM's allocator breaks its contract
     */
    public VirtualGpu create(VgpuRequest request, VmmPort vmm) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(vmm, "vmm");
        if (!turnstile.enter()) {
            throw new IllegalStateException("the mediator is closed");
        }
        try {
            return createInside(request, vmm);
        } finally {
            turnstile.leave();
        }
    }

    /**
     * Hands the whole GPU to one guest, whose native driver has it as on a machine of its own:
     * registers, configuration and interrupts are forwarded, the guest's memory is at its
     * guest-physical address, and no work is looked at. What keeps the guest to its memory is the
     * GPU's {@link PhysicalGpu#reachGuest}. Until the virtual GPU is closed the backend is too; the
     * GPU is reset before and after, and abilities of the backend have to be asked for anew.
     *
     * @param name name of the virtual GPU
     * @param vmm the VMM that carries it
     * @return the virtual GPU, {@link VirtualGpuState#CREATED}, which holds all that the inventory
     *     lists
     * @throws IllegalArgumentException if the name is no name, or in use
     * @throws InsufficientResourceException if anybody holds a share of the GPU, the host included;
     *     the message names who
     * @throws org.gpumediator.api.GpuMediationException if the GPU cannot be handed to a guest, or
     *     the host refuses; nothing stays taken
     * @throws IllegalStateException if the mediator is closed
     */
    public VirtualGpu passThrough(String name, VmmPort vmm) {
        VgpuRequest request = VgpuRequest.ofQuotas(name, Map.of());
        Objects.requireNonNull(vmm, "vmm");
        if (!turnstile.enter()) {
            throw new IllegalStateException("the mediator is closed");
        }
        try {
            return make(placement::wholeRequest, request, vmm, backend::passThrough);
        } finally {
            turnstile.leave();
        }
    }

    private VirtualGpu createInside(VgpuRequest request, VmmPort vmm) {
        return make(placement::request, request, vmm, backend::create);
    }

    private VirtualGpu make(
            Function<VgpuRequest, PartitionRequest> meaning,
            VgpuRequest request,
            VmmPort vmm,
            Function<VgpuBlueprint, DeviceModel> build) {
        long began = clock.nanoTime();
        VgpuBlueprint blueprint = reserve(meaning.apply(request), request, vmm);
        DeviceModel model = null;
        CoreVirtualGpu vgpu;
        try {
            model = build.apply(blueprint);
            vgpu = new CoreVirtualGpu(blueprint, model, owner);
        } catch (Throwable failure) {
            failedCreations.increment();
            undo(blueprint.id(), model, failure);
            throw failure;
        }
        vgpus.add(vgpu);
        created.increment();
        String type = vgpu.type().name();
        ResourcePartition partition = vgpu.partition();
        recorder.created(vgpu.name(), type, partition, clock.nanoTime() - began);
        log.info("Created virtual GPU {} ({}) with {}", vgpu.name(), type, partition);
        return vgpu;
    }

    private void undo(int id, @Nullable DeviceModel model, Throwable failure) {
        if (failure instanceof ShareLostException) {
            lostShares.increment();
            ledger.markLost(id);
            return;
        }
        try {
            if (model != null) {
                model.close();
            }
            ledger.release(id);
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
            lostShares.increment();
            ledger.markLost(id);
        }
    }

    /** Finds a place and writes it down; tries again when somebody else was faster. */
    private VgpuBlueprint reserve(PartitionRequest wish, VgpuRequest request, VmmPort vmm) {
        while (true) {
            Ledger.Page page = ledger.page();
            if (page.holds(request.name())) {
                throw new IllegalArgumentException(
                        "name "
                                + request.name()
                                + ": in use; living virtual GPUs are "
                                + page.holdings().stream().map(Holding::owner).toList());
            }
            switch (placement.decide(placement.inventory(page.holdings()), wish)) {
                case PartitionDecision.Placed(var partition) -> {
                    OptionalInt id =
                            ledger.reserve(
                                    page, new Holding(request.name(), wish.type(), partition));
                    if (id.isPresent()) {
                        return new VgpuBlueprint(
                                request.name(),
                                id.getAsInt(),
                                wish.type(),
                                partition,
                                vmm,
                                request.role(),
                                request.attributes());
                    }
                }
                case PartitionDecision.Refused refusal -> {
                    if (!ledger.changedSince(page)) {
                        refused.increment();
                        recorder.refused(request.name(), refusal.message());
                        log.info("Refused virtual GPU {}", refusal.message());
                        throw new InsufficientResourceException(refusal);
                    }
                }
            }
        }
    }

    /** Returns the living virtual GPUs in the order they were created. */
    public List<VirtualGpu> virtualGpus() {
        return List.copyOf(vgpus);
    }

    /** Returns the living virtual GPU of a name, or empty. */
    public Optional<VirtualGpu> virtualGpu(String name) {
        for (CoreVirtualGpu vgpu : vgpus) {
            if (vgpu.name().equals(name)) {
                return Optional.of(vgpu);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the vendor attributes that a living virtual GPU was created with.
     *
     * @throws IllegalArgumentException if it is none of this mediator's
     */
    public Map<String, String> attributes(VirtualGpu vgpu) {
        if (vgpu instanceof CoreVirtualGpu own && vgpus.contains(own)) {
            return own.attributes();
        }
        throw new IllegalArgumentException(
                "virtual GPU " + vgpu.name() + ": expected one of " + virtualGpus());
    }

    /**
     * Does what is due now by the mediator's clock.
     *
     * @return as {@link #step(long)}
     */
    public long step() {
        return step(clock.nanoTime());
    }

    /**
     * Does what is due: ends slices, finds hangs, tells listeners of changed states. Bounded in
     * time.
     *
     * @param nowNanos the time, on the mediator's clock; not less than at an earlier call
     * @return when to call again at the latest, on the same clock; {@link Long#MAX_VALUE} if
     *     nothing is due unless a trap or an interrupt brings work, and once the mediator is closed
     */
    public long step(long nowNanos) {
        if (!turnstile.enter()) {
            return Long.MAX_VALUE;
        }
        try {
            steps.increment();
            long deadline = backend.step(nowNanos);
            releaseReclaimed();
            return deadline;
        } finally {
            vgpus.forEach(CoreVirtualGpu::announce);
            synchronized (summaryMonitor) {
                summary.step(vgpus, nowNanos);
            }
            turnstile.leave();
        }
    }

    /** Gives back what was lost and is safe by now. */
    private void releaseReclaimed() {
        List<Integer> lost = ledger.lost();
        for (int i = 0; i < lost.size(); i++) {
            int id = lost.get(i);
            if (backend.takeReclaimed(id)) {
                ledger.release(id);
                reclaimedShares.increment();
                log.info("A share that was lost is safe again and given back");
            }
        }
    }

    /**
     * Registers somebody to be told that {@link #step} is due earlier than it last said.
     *
     * @param wakeUp called on any thread, also under locks: must not block and must not call the
     *     mediator, only see to it that a step comes soon
     * @return a handle that ends the registration when closed
     */
    public Registration onStepNeeded(Runnable wakeUp) {
        Objects.requireNonNull(wakeUp, "wakeUp");
        steppers.add(wakeUp);
        return () -> steppers.remove(wakeUp);
    }

    private void stepNeeded() {
        steppers.forEach(wake);
    }

    private void wake(Runnable stepper) {
        try {
            stepper.run();
        } catch (Throwable thrown) {
            wakeUpErrors.increment();
        }
    }

    /** Returns every counter as it is now. */
    public MediationStatistics statistics() {
        Map<String, VgpuStatistics> perVgpu = new LinkedHashMap<>();
        vgpus.forEach(vgpu -> perVgpu.put(vgpu.name(), vgpu.statistics()));
        SortedMap<String, Long> counters = new TreeMap<>(backend.counters());
        counters.put("mediator.created", created.sum());
        counters.put("mediator.closed", closed.sum());
        counters.put("mediator.refused", refused.sum());
        counters.put("mediator.failed-creations", failedCreations.sum());
        counters.put("mediator.lost-shares", lostShares.sum());
        counters.put("mediator.reclaimed-shares", reclaimedShares.sum());
        counters.put("mediator.steps", steps.sum());
        counters.put("mediator.listener-errors", listener.failures());
        counters.put("mediator.wake-up-errors", wakeUpErrors.sum());
        return new MediationStatistics(perVgpu, counters);
    }

    /**
     * Returns an optional ability of the backend, such as {@link
     * org.gpumediator.api.spi.SchedulingControl}.
     *
     * @param ability the ability's interface
     * @return the ability, or empty if the backend does not have it
     */
    public <T> Optional<T> ability(Class<T> ability) {
        return backend.ability(ability);
    }

    /** Returns the stable name of the backend that drives the GPU. */
    public String backendName() {
        return backendName;
    }

    /** Returns the clock that {@link #step(long)} is measured on. */
    public MediationClock clock() {
        return clock;
    }

    /**
     * Closes every virtual GPU, the latest first, then gives the physical GPU back. Waits for
     * creations and steps in flight. Idempotent. Must not be called by a listener.
     *
     * @throws org.gpumediator.api.GpuMediationException if the device is not orderly; everything
     *     that can be closed is closed all the same
     */
    @Override
    public void close() {
        if (!turnstile.shut()) {
            return;
        }
        List<AutoCloseable> rest = new ArrayList<>();
        rest.add(backend);
        rest.addAll(vgpus);
        RuntimeException failure = null;
        for (AutoCloseable each : rest.reversed()) {
            try {
                each.close();
            } catch (RuntimeException error) {
                if (failure == null) {
                    failure = error;
                } else {
                    failure.addSuppressed(error);
                }
            } catch (Exception impossible) {
                throw new AssertionError("close of a mediator's part is unchecked", impossible);
            }
        }
        claim.giveBack(gpu);
        log.info("Closed GPU {}", gpu.identity());
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String toString() {
        return "Mediator of " + gpu.identity() + " with " + backendName + ": " + vgpus;
    }

    /** What happens around the life of a virtual GPU. */
    private final class Lifecycle implements CoreVirtualGpu.Owner {

        @Override
        public void stateChanged(CoreVirtualGpu vgpu, VirtualGpuState from, VirtualGpuState to) {
            listener.stateChanged(vgpu.name(), from, to);
        }

        @Override
        public void reset(CoreVirtualGpu vgpu, ResetKind kind) {
            recorder.reset(vgpu.name(), kind.name());
            listener.vgpuReset(vgpu.name(), kind);
        }

        @Override
        public void closed(CoreVirtualGpu vgpu, @Nullable RuntimeException failure) {
            vgpus.remove(vgpu);
            if (failure == null) {
                ledger.release(vgpu.id());
            } else {
                lostShares.increment();
                ledger.markLost(vgpu.id());
                log.warn(
                        "Share of virtual GPU {} is lost, it could not be made safe yet: {}",
                        vgpu.name(),
                        failure.toString());
            }
            closed.increment();
            synchronized (summaryMonitor) {
                summary.forget(vgpu);
            }
            recorder.closed(vgpu.name());
            log.info("Closed virtual GPU {}", vgpu.name());
        }
    }

    /** Builds a {@link Mediator}. Not safe for use by multiple threads. */
    public static final class Builder {

        private final PhysicalGpu gpu;
        private final Map<String, String> options = new LinkedHashMap<>();
        private MediationClock clock = MediationClock.system();
        private MediationListener listener = MediationListener.none();
        private @Nullable PartitionPolicy policy;
        private @Nullable GpuBackendProvider provider;
        private @Nullable String backendName;

        private Builder(PhysicalGpu gpu) {
            this.gpu = Objects.requireNonNull(gpu, "gpu");
        }

        /** Uses this provider and looks for no other. */
        public Builder backend(GpuBackendProvider newProvider) {
            provider = Objects.requireNonNull(newProvider, "provider");
            return this;
        }

        /** Uses the provider of this name, found by {@link java.util.ServiceLoader}. */
        public Builder backend(String name) {
            backendName = Objects.requireNonNull(name, "name");
            return this;
        }

        /** Sets where time comes from; {@link MediationClock#system} unless said otherwise. */
        public Builder clock(MediationClock newClock) {
            clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /** Sets the observer. */
        public Builder listener(MediationListener newListener) {
            listener = Objects.requireNonNull(newListener, "listener");
            return this;
        }

        /** Sets how virtual GPUs are placed; the backend's own policy unless said otherwise. */
        public Builder policy(PartitionPolicy newPolicy) {
            policy = Objects.requireNonNull(newPolicy, "policy");
            return this;
        }

        /** Sets an option of the backend. */
        public Builder option(String name, String value) {
            options.put(
                    Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Opens the GPU.
         *
         * @throws org.gpumediator.api.BackendUnavailableException if there is not exactly one
         *     backend for it; the message names what was wanted, what was found, and why each
         *     declined
         * @throws org.gpumediator.api.GpuMediationException if the GPU cannot be taken over
         * @throws IllegalArgumentException if an option is unknown or has no legal value
         * @throws IllegalStateException if another mediator of this process has the GPU open
         */
        public Mediator build() {
            GpuBackendProvider chosen =
                    provider != null
                            ? BackendLookup.check(gpu.identity(), provider)
                            : BackendLookup.find(gpu.identity(), backendName);
            GpuClaim claim = GpuClaim.of(gpu);
            try {
                return new Mediator(this, chosen, claim);
            } catch (Throwable failure) {
                claim.giveBack(gpu);
                throw failure;
            }
        }
    }
}
