package org.gpumediator.nvidia.vf;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.Abilities;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.Stoppable;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.contain.GuardedVmm;
import org.gpumediator.core.contain.GuestFailure;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.nvidia.vf.bar.VfDirectWindows;
import org.gpumediator.nvidia.vf.bar.VfGate;
import org.gpumediator.nvidia.vf.bar.VfRegisterBar;
import org.gpumediator.nvidia.vf.bar.VfWindow;
import org.gpumediator.nvidia.vf.guard.EventGuard;
import org.gpumediator.nvidia.vf.guard.GuardLimit;
import org.gpumediator.nvidia.vf.guard.GuardedEvent;
import org.gpumediator.nvidia.vf.guard.VfGuards;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;
import org.gpumediator.nvidia.vf.snapshot.Descriptor;
import org.gpumediator.nvidia.vf.snapshot.VfSnapshot;
import org.gpumediator.nvidia.vf.sriov.VfConfigSpace;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One virtual function as its guest sees it.
 *
 * <p>Concurrency: {@link VfGate}'s lock is held while the function is accessed; the function's
 * interrupts may arrive under it and take the lock of the PCI function, which is the innermost. The
 * VMM is told of them when both are let go of.
 */
final class VfVgpu implements DeviceModel {

    private static final Logger log = LoggerFactory.getLogger(VfVgpu.class);

    private static final int COMMAND = 0x04;
    private static final long BUSY_NANOS = 1_000_000L;

    /** Interrupts that a thread tells a VMM of before it goes on with what else it is there for. */
    private static final int CALLS_AT_ONCE = 16;

    private final NvidiaVfBackend backend;
    private final VgpuBlueprint blueprint;
    private final ManagedVgpu managed;
    private final VfDirectWindows windows;
    private final PciFunction function;
    private final FaultBook faults;
    private final VfGate gate;
    private final GuestMemory memory;
    private final GuestFailure failure;
    private final List<TrapRegion> regions;
    private final LongAdder interruptsRaised = new LongAdder();
    private final LongAdder interruptsDropped = new LongAdder();
    private final LongAdder resets = new LongAdder();
    private final VfGuards limits;
    private final VfSnapshot snapshot;
    private final Abilities abilities;

    /**
     * Calls of the guest to its own firmware task: they cost the firmware's processor, which all
     * share.
     */
    private final EventGuard calls =
            new EventGuard(new GuardLimit(GuardLimit.MAX_THRESHOLD, 1_000_000_000L));

    /** Steps of its life exclude each other: what a step of the backend does, too. */
    private final ReentrantLock life = new ReentrantLock();

    private @Nullable Registration interrupts;
    private @Nullable PhysicalGpu reaching;
    private volatile boolean touched;
    private volatile boolean failed;
    private boolean putOff;
    private boolean closed;

    VfVgpu(
            NvidiaVfBackend backend,
            VgpuBlueprint blueprint,
            ManagedVgpu managed,
            VfDirectWindows windows,
            GuestEvents guest) {
        this.backend = backend;
        this.blueprint = blueprint;
        this.managed = managed;
        this.windows = windows;
        AdaBoard board = backend.board();
        faults = guest.faults();
        gate = guest.gate();
        failure = new GuestFailure(blueprint.name(), this::vmmFailed);
        limits = backend.guards().of(managed.record().gfid() - 1);
        VmmPort vmm = GuardedVmm.of(blueprint.vmm(), failure);
        memory = vmm.memory();
        function =
                VfConfigSpace.guest(board, blueprint.type())
                        .onWrite(COMMAND, 2, (before, after) -> touch())
                        .tellingLater()
                        .build(vmm);
        TrapHandler registers =
                new VfRegisterBar(
                        gate,
                        AdaBoard.GUEST_BAR0_BYTES,
                        board.vfBar0Bytes(),
                        managed.record().channels().length(),
                        faults,
                        this::touch,
                        this::admitCall);
        long bar1 = VfConfigSpace.guestBar1Bytes(blueprint.type());
        regions =
                List.of(
                        TrapRegion.trapped(
                                0,
                                BarKind.MEMORY_32,
                                AdaBoard.GUEST_BAR0_BYTES,
                                function.msixTable().over(0, registers)),
                        window(1, bar1),
                        window(3, board.vfBar3Bytes()));
        snapshot =
                new VfSnapshot(
                        backend.core().gpu(),
                        managed,
                        function,
                        new Descriptor(
                                board.id(),
                                managed.record().typeId(),
                                managed.record().framebuffer().length(),
                                managed.record().channels().length(),
                                bar1,
                                backend.core().dialect().release()),
                        this::resetForRestore);
        abilities =
                Abilities.none()
                        .with(Snapshottable.class, snapshot)
                        .with(Stoppable.class, this::stop);
        gate.afterAccess(this::tell);
        openGate();
    }

    private TrapRegion window(int bar, long length) {
        return new TrapRegion(
                bar,
                BarKind.MEMORY_64_PREFETCHABLE,
                length,
                new VfWindow(gate, bar, length, faults, this::touch),
                windows.of(bar, length));
    }

    /** Nothing of an older state may shine through a restored one. */
    private void resetForRestore() {
        reset(ResetKind.BUS);
        quiesce();
    }

    private boolean admitCall(boolean setUp) {
        long now = backend.clock().nanoTime();
        if (!calls.record(now)) {
            return false;
        }
        if (!setUp) {
            return true;
        }
        boolean admitted = limits.admitExclusive(VfGuards.ExclusiveUse.SET_UP, now);
        if (admitted) {
            limits.activated();
        }
        return admitted;
    }

    private void touch() {
        if (!touched) {
            touched = true;
        }
    }

    /**
     * Its VMM has thrown, under whatever lock: nothing of its guest reaches the function any more.
     */
    private void vmmFailed() {
        gate.quarantine();
        backend.stepWanted(this);
    }

    /** Its work did not leave the engine in time. Too often in a short time is a failure. */
    void cutOff() {
        long now = backend.clock().nanoTime();
        limits.exclusiveTimedOut(now);
        failed |=
                limits.guard(GuardedEvent.EXCLUSIVE_TIMEOUT).state(now)
                        == EventGuard.State.OVERFLOW;
        if (failed) {
            gate.quarantine();
        }
    }

    /** The function no longer reaches the guest's memory. */
    private void letGo() {
        PhysicalGpu vf = reaching;
        if (vf != null) {
            reaching = null;
            vf.reachGuest(GuestMemory.none());
        }
    }

    private void openGate() {
        letGo();
        PhysicalGpu vf = managed.function();
        if (interrupts != null) {
            interrupts.close();
            interrupts = null;
        }
        if (vf != null) {
            interrupts = vf.onInterrupt(this::interrupted);
            reaching = vf;
            vf.reachGuest(memory);
            gate.open(vf);
        }
        if (managed.hasFailed()
                || failure.failed()) { // meanwhile: its events may have come before the gate opened
            gate.quarantine();
        }
    }

    private void interrupted(int vector) {
        if (vector < 0 || vector >= VfConfigSpace.MSIX_VECTORS || !gate.isOpen()) {
            interruptsDropped.increment();
        } else if (!limits.admitInterrupt(backend.clock().nanoTime())) {
            interruptsDropped.increment();
            faults.count(GuestFaultKind.RATE_LIMITED, "interrupt", vector);
        } else {
            interruptsRaised.increment();
            function.signal(vector);
            tell();
        }
    }

    /** Tells the VMM of interrupts, unless a lock is held: then by who lets go of it. */
    private void tell() {
        if (function.hasToTell()
                && !gate.isHeldHere()
                && !life.isHeldByCurrentThread()
                && tellSome()) {
            backend.stepWanted(this);
        }
    }

    private boolean tellSome() {
        return function.tell(CALLS_AT_ONCE);
    }

    ManagedVgpu managed() {
        return managed;
    }

    String name() {
        return blueprint.name();
    }

    VgpuBlueprint blueprint() {
        return blueprint;
    }

    @Override
    public ConfigSpace configSpace() {
        return function;
    }

    @Override
    public List<TrapRegion> regions() {
        return regions;
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
        return failed || failure.failed() || managed.hasFailed();
    }

    /**
     * A guest's own resets are limited: one too many is put off until the window of the limit has
     * moved on, and is done by a step then; meanwhile the virtual GPU has failed. Resets by the VMM
     * are neither counted nor put off.
     */
    @Override
    public void reset(ResetKind kind) {
        life.lock();
        try {
            gate.shut();
            resets.increment();
            failure.clear();
            function.reset(kind);
            limits.deactivated();
            if (kind == ResetKind.LOST_CLIENT) {
                limits.forgiveAll();
            }
            long now = backend.clock().nanoTime();
            putOff = kind == ResetKind.FUNCTION_LEVEL && !limits.admitReset(now);
            if (putOff) {
                failed = true;
                faults.count(GuestFaultKind.RATE_LIMITED, "reset", resets.sum());
                backend.resetPutOff(this);
            } else {
                carryOutReset();
            }
        } finally {
            life.unlock();
        }
        tell();
    }

    private void carryOutReset() {
        touched = false;
        failed = !managed.reset();
        if (!failed) {
            openGate();
        }
    }

    /**
     * Does what could not be done where it came up: takes a guest whose VMM has failed off the
     * engines, and does a reset that was put off, if the limit allows it by now.
     *
     * @return when to ask again; {@link Long#MAX_VALUE} if there is nothing to be done any more
     */
    long stepWanted(long nowNanos) {
        boolean left = tellSome();
        if (!life.tryLock()) {
            return nowNanos + BUSY_NANOS;
        }
        try {
            if (closed) {
                return Long.MAX_VALUE;
            }
            if (failure.failed()) {
                leaveEngines();
            }
            long next = putOff ? stepPutOff(nowNanos) : Long.MAX_VALUE;
            return left ? nowNanos : next;
        } finally {
            life.unlock();
        }
    }

    /** The gate is shut: where the firmware does not confirm, a reset or closing tries again. */
    private void leaveEngines() {
        try {
            managed.stop();
        } catch (GpuMediationException unconfirmed) {
            log.warn("{} has failed, and its firmware task stays", name(), unconfirmed);
        }
    }

    private long stepPutOff(long nowNanos) {
        long due = limits.guard(GuardedEvent.FUNCTION_RESET).servedFrom(nowNanos);
        if (due > nowNanos) {
            return due;
        }
        putOff = !limits.admitReset(nowNanos);
        if (!putOff) {
            carryOutReset();
        }
        return putOff ? nowNanos + BUSY_NANOS : Long.MAX_VALUE;
    }

    @Override
    public void quiesce() {
        life.lock();
        try {
            failed |= !managed.pause();
        } finally {
            life.unlock();
        }
    }

    @Override
    public void resume() {
        life.lock();
        try {
            failed |= !managed.resume();
        } finally {
            life.unlock();
        }
    }

    private void stop() {
        life.lock();
        try {
            gate.shut();
            letGo();
            failed = true;
            putOff = false;
            managed.stop();
        } finally {
            life.unlock();
        }
    }

    /** What the guest may know: nothing in it is of another virtual GPU or of the board. */
    @Override
    public VgpuStatistics statistics() {
        SortedMap<String, Long> counters = new TreeMap<>();
        counters.put("interrupts.raised", interruptsRaised.sum());
        counters.put("interrupts.dropped", interruptsDropped.sum());
        counters.put("resets", resets.sum());
        counters.put("failures", failure.count());
        counters.put("framebuffer.bytes", managed.record().framebuffer().length());
        counters.put("channels", managed.record().channels().length());
        backend.scheduling().count(blueprint.id(), counters);
        limits.counts(backend.clock().nanoTime())
                .forEach((event, count) -> counters.put(limited(event), count.refused()));
        return new VgpuStatistics(faults.counts(), counters);
    }

    private static String limited(GuardedEvent event) {
        return "limited." + event.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return abilities.find(ability);
    }

    @Override
    public void close() {
        life.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            function.silence();
            gate.shut();
            letGo();
            if (interrupts != null) {
                interrupts.close();
            }
            windows.close();
            backend.closing(this);
        } finally {
            life.unlock();
        }
    }
}
