package org.gpumediator.nvidia.vf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.spi.Abilities;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.HostPower;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.observe.DeferredListener;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.schedule.SchedulingAttributes;
import org.gpumediator.nvidia.vf.bar.VfDirectWindows;
import org.gpumediator.nvidia.vf.bar.VfGate;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.gsp.BoardFacts;
import org.gpumediator.nvidia.vf.guard.BoardGuards;
import org.gpumediator.nvidia.vf.guard.GuardLimit;
import org.gpumediator.nvidia.vf.guard.GuardedEvent;
import org.gpumediator.nvidia.vf.manager.FirmwareEvents;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;
import org.gpumediator.nvidia.vf.manager.VgpuBooks;
import org.gpumediator.nvidia.vf.manager.VgpuManager;
import org.gpumediator.nvidia.vf.manager.VgpuRecord;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.scheduling.EngineScheduling;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.nvidia.vf.types.VfTypes;
import org.jspecify.annotations.Nullable;

/**
 * VF slicing on one board: a virtual GPU is a virtual function with its own framebuffer, channels
 * and firmware task.
 *
 * <p>Sleep of the host is not survived by virtual functions: it is refused while virtual GPUs live
 * or are being created.
 */
final class NvidiaVfBackend implements GpuBackend, HostPower {

    private static final String PROCESS = "pid";
    private static final long WATCH_NANOS = 1_000_000_000L;
    private static final long RETRY_NANOS = 60_000_000_000L;

    /**
     * Interrupts here are those of the engines, not the rare messages that the default limit is
     * meant for: thousands a second are normal. A driver sets its buffers up and takes them away
     * six times each time the device is opened, by every short-lived program if nobody keeps it
     * open; what that costs is a page.
     */
    private static final Map<GuardedEvent, GuardLimit> LIMITS =
            Map.of(
                    GuardedEvent.INTERRUPT,
                    new GuardLimit(GuardLimit.MAX_THRESHOLD, 100_000_000L),
                    GuardedEvent.EXCLUSIVE_REQUEST,
                    GuardLimit.ofSeconds(1200, 60));

    private final AdaBoard board;
    private final MediationClock clock;
    private final DeferredListener listener;
    private final PfCore core;
    private final FirmwareEvents events;
    private final VgpuManager manager;
    private final FramebufferSetup setup;
    private final GpuInventory capacity;
    private final VfTypes types;
    private final EngineScheduling scheduling;
    private final Abilities abilities;
    private final BoardGuards guards;
    private final Map<Integer, VfVgpu> vgpus = new ConcurrentHashMap<>();
    private final Set<Integer> reclaimed = ConcurrentHashMap.newKeySet();
    private final Set<VfVgpu> waiting = ConcurrentHashMap.newKeySet();
    private final Occupants occupants = new Occupants();
    private final Runnable stepNeeded;
    private long nextWatch;

    NvidiaVfBackend(BackendContext context, AdaBoard board, VfOptions options) {
        this.board = board;
        clock = context.clock();
        stepNeeded = context.stepNeeded();
        listener = new DeferredListener(context.listener());
        guards = new BoardGuards(options.vfs(), clock, LIMITS);
        VgpuBooks books = new VgpuBooks();
        events = new FirmwareEvents(books, clock);
        core =
                new PfCore(
                        context.gpu(),
                        board,
                        clock,
                        options.host(),
                        options.vfs(),
                        options.autoprobe(),
                        options.mode(),
                        events);
        manager = new VgpuManager(core, books);
        try {
            BoardFacts facts = core.facts();
            setup =
                    FramebufferSetup.of(
                            board,
                            facts.errorCorrecting() ? ErrorCorrection.ON : ErrorCorrection.OFF);
            boolean mixed = options.mode() == PlacementMode.HETEROGENEOUS;
            capacity = VfInventory.empty(setup, options.mode(), options.rule(), options.vfs());
            types =
                    new VfTypes(
                            TypeCatalogue.shipped(),
                            setup,
                            type ->
                                    mixed
                                            ? type.sharing().mixedIds().size()
                                            : type.sharing().maxInstances());
            scheduling =
                    new EngineScheduling(
                            core,
                            clock,
                            mixed,
                            options.scheduler(),
                            context.stepNeeded(),
                            this::cutOff);
        } catch (RuntimeException failure) {
            core.close();
            throw failure;
        }
        abilities =
                Abilities.none()
                        .with(HostPower.class, this)
                        .with(SchedulingControl.class, scheduling)
                        .with(BoardGuards.class, guards);
        nextWatch = clock.nanoTime() + WATCH_NANOS;
    }

    private void cutOff(int id) {
        VfVgpu vgpu = vgpus.get(id);
        if (vgpu != null) {
            vgpu.cutOff();
        }
    }

    EngineScheduling scheduling() {
        return scheduling;
    }

    BoardGuards guards() {
        return guards;
    }

    PfCore core() {
        return core;
    }

    AdaBoard board() {
        return board;
    }

    MediationClock clock() {
        return clock;
    }

    MediationListener listener() {
        return listener;
    }

    @Override
    public GpuInventory capacity() {
        return capacity;
    }

    @Override
    public List<VgpuType> types() {
        return types.all();
    }

    @Override
    public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
        return types.anonymous(quotas);
    }

    @Override
    public void checkAttributes(Map<String, String> attributes) {
        scheduling.check(SchedulingAttributes.read(attributes));
        int ignored = process(attributes);
    }

    @Override
    public PartitionDecision checked(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Placed answer) {
        return VfPlacementPolicy.checked(inventory, request, answer);
    }

    @Override
    public PartitionPolicy defaultPolicy() {
        return VfPlacementPolicy.KEEP_MOST_CREATABLE;
    }

    @Override
    public DeviceModel create(VgpuBlueprint blueprint) {
        SchedulingParameters share =
                SchedulingAttributes.read(
                        blueprint.name(), blueprint.type().name(), blueprint.attributes());
        scheduling.check(share);
        VgpuRecord record = record(blueprint);
        occupants.enter(blueprint.name());
        try {
            return create(blueprint, record, share);
        } catch (Throwable failure) {
            occupants.leave(blueprint.name());
            throw failure;
        }
    }

    private VfVgpu create(VgpuBlueprint blueprint, VgpuRecord record, SchedulingParameters share) {
        int id = blueprint.id();
        GuestEvents guest =
                new GuestEvents(
                        blueprint.name(),
                        new FaultBook(blueprint.name(), listener),
                        new VfGate(),
                        listener,
                        () -> reclaimed.add(id));
        ManagedVgpu managed = manager.create(record, guest);
        VfDirectWindows windows = new VfDirectWindows(managed.function());
        VfVgpu vgpu;
        try {
            vgpu = new VfVgpu(this, blueprint, managed, windows, guest);
        } catch (RuntimeException failure) {
            windows.close();
            manager.destroy(managed);
            throw failure;
        }
        vgpus.put(id, vgpu);
        try {
            scheduling.attach(id, record.gfid(), blueprint.type().maxInstances(), share);
        } catch (RuntimeException failure) {
            vgpu.close();
            throw failure;
        }
        return vgpu;
    }

    /** All of the framebuffer; the copy engine does not get at what the firmware protects. */
    @Override
    public Optional<Runnable> scrubber() {
        return Optional.of(
                () -> {
                    long end = capacity.resource(VfResources.CHANNEL_IDS).space().end();
                    core.scrubber()
                            .scrub(
                                    core.run(),
                                    (int) end - 1,
                                    new ResourceRange(0, board.framebufferBytes()));
                });
    }

    @Override
    public boolean takeReclaimed(int id) {
        return reclaimed.remove(id);
    }

    /**
     * Returns the process that carries a virtual GPU: this one, unless an attribute says another.
     */
    private static int process(Map<String, String> attributes) {
        SchedulingAttributes.checkNames(attributes, Set.of(PROCESS));
        String pid = attributes.get(PROCESS);
        if (pid == null) {
            return (int) ProcessHandle.current().pid();
        }
        if (!pid.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "attribute " + PROCESS + "=" + pid + ": expected a process id");
        }
        return Integer.parseInt(pid);
    }

    private VgpuRecord record(VgpuBlueprint blueprint) {
        ResourcePartition partition = blueprint.partition();
        return new VgpuRecord(
                blueprint.name(),
                (int) partition.range(VfResources.VF).start() + 1,
                TypeAttributes.typeId(blueprint.type()),
                partition.range(VfResources.framebuffer(board)),
                partition.range(VfResources.PLUGIN_HEAP),
                partition.range(VfResources.CHANNEL_IDS),
                (int) partition.amount(VfResources.ENCODER),
                process(blueprint.attributes()));
    }

    void closing(VfVgpu vgpu) {
        vgpus.remove(vgpu.blueprint().id());
        try {
            manager.destroy(vgpu.managed());
        } finally {
            scheduling.detach(vgpu.blueprint().id());
            guards.release(vgpu.managed().record().gfid() - 1);
            occupants.leave(vgpu.name());
        }
    }

    @Override
    public long step(long nowNanos) {
        if (nowNanos - nextWatch >= 0) {
            nextWatch = nowNanos + watch();
        }
        long nextSlice = scheduling.step(nowNanos);
        long nextAttempt = Math.min(manager.step(nowNanos), stepWaiting(nowNanos));
        listener.deliver();
        return Math.min(nextWatch, Math.min(nextSlice, nextAttempt));
    }

    /** Takes note of a guest's reset that its limit puts off: a step does it later. */
    void resetPutOff(VfVgpu vgpu) {
        listener.hardwareReset("reset put off: more than its guest may ask for", vgpu.name());
        stepWanted(vgpu);
    }

    /** Takes note that a virtual GPU has something to do that the next step is for. Any thread. */
    void stepWanted(VfVgpu vgpu) {
        waiting.add(vgpu);
        stepNeeded.run();
    }

    private long stepWaiting(long nowNanos) {
        long next = Long.MAX_VALUE;
        for (VfVgpu vgpu : Set.copyOf(waiting)) {
            waiting.remove(vgpu);
            long again = vgpu.stepWanted(nowNanos);
            if (again != Long.MAX_VALUE) {
                waiting.add(vgpu);
            }
            next = Math.min(next, again);
        }
        return next;
    }

    /**
     * Looks whether the firmware still runs; if not, resets the board and brings everything up
     * again in its place. Resets it too when nobody is on it and a share is kept that nothing else
     * makes safe.
     */
    private long watch() {
        if (core.isAsleep()) {
            return WATCH_NANOS;
        }
        if (!core.isAlive()) {
            return restart(core.lost());
        }
        if (manager.needsBoardReset() && occupants.shutIfEmpty()) {
            try {
                return restart("shares are kept that only this frees");
            } finally {
                occupants.open();
            }
        }
        return WATCH_NANOS;
    }

    private long restart(@Nullable String reason) {
        scheduling.lost();
        listener.hardwareReset("board: " + reason, "");
        try {
            manager.restart()
                    .forEach(
                            (name, failure) ->
                                    listener.hardwareReset(
                                            "not restored: " + failure.getMessage(), name));
            scheduling.restarted();
            return WATCH_NANOS;
        } catch (GpuMediationException failure) {
            listener.hardwareReset("restart failed: " + failure.getMessage(), "");
            return RETRY_NANOS;
        }
    }

    @Override
    public void sleep() {
        occupants.shut();
        core.sleep();
    }

    @Override
    public void wake() {
        core.wake();
        manager.onBoardReset();
        occupants.open();
        scheduling.restarted();
    }

    /** The host's view: the board as a whole. No guest gets to see it. */
    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        core.count(counters);
        counters.put("listener.dropped", listener.dropped());
        manager.count(counters);
        events.count(counters);
        scheduling.count(counters);
        return counters;
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return abilities.find(ability);
    }

    @Override
    public void close() {
        for (VfVgpu vgpu : Set.copyOf(vgpus.values())) {
            vgpu.close();
        }
        scheduling.close();
        core.close();
        listener.deliver();
    }
}
