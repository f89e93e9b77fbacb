package org.gpumediator.core.passthrough;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.contain.GuardedVmm;
import org.gpumediator.core.contain.GuestFailure;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.pci.PciFunction;

/**
 * A physical function in the hands of one guest. Nothing the guest makes it do is looked at: what
 * keeps it to the guest's memory is {@link PhysicalGpu#reachGuest}, an IOMMU's job.
 *
 * <p>Invariants: the function may access memory while its guest lets it, it is not held still and
 * not closed. It is reset before the guest gets it, at each of the guest's and the VMM's resets,
 * and when it is closed; each time the host's configuration is written back.
 *
 * <p>Concurrency: one lock, held by every access to the function but those of its interrupts, which
 * come on the device's threads and take only the innermost lock of {@link PciFunction}. The VMM is
 * told of interrupts when both are let go of.
 */
public final class WholeGpu implements DeviceModel {

    private static final int STATUS = 0x06;
    private static final int STATUS_INTERRUPT = 1 << 3;
    private static final int COMMAND_BUS_MASTER = 1 << 2;

    private final PhysicalGpu gpu;
    private final String name;
    private final Runnable scrub;
    private final Runnable whenClosed;
    private final FaultBook faults;
    private final GuestFailure failure;
    private final SavedConfig saved;
    private final PciFunction function;
    private final WholeConfig config;
    private final List<TrapRegion> regions = new ArrayList<>();
    private final List<SharedMemory> mapped = new ArrayList<>();
    private final VmmPort vmm;
    private final Registration interrupts;
    private final ReentrantLock lock = new ReentrantLock();

    /** Whether the pin was driven and the device may have let go of it since. */
    private volatile boolean lineDriven;

    private volatile boolean touched;

    // Guarded by the lock.
    private boolean busMaster;
    private boolean quiesced;
    private boolean closed;
    private long reads;
    private long writes;
    private long resets;

    private volatile boolean resetFailed;
    private final LongAdder forwarded = new LongAdder();

    /**
     * Takes a function over and resets it. Nobody else uses it until this is closed.
     *
     * @param name name of the virtual GPU
     * @param listener observer of the guest's faults
     * @param stepNeeded called when the guest's VMM fails, on any thread
     * @param scrub clears memory of the GPU's own that outlives a reset; called at each reset, when
     *     the function reaches nothing of the guest's
     * @param whenClosed called at the end of {@link #giveBack}; what it throws is that method's
     *     failure
     * @throws HardwareAccessException if the function cannot reach a guest's memory, or the host
     *     refuses
     */
    public WholeGpu(
            PhysicalGpu gpu,
            String name,
            VmmPort port,
            MediationListener listener,
            Runnable stepNeeded,
            Runnable scrub,
            Runnable whenClosed) {
        if (!gpu.canReachGuest()) {
            throw new HardwareAccessException(
                    name
                            + ": GPU "
                            + gpu.identity()
                            + " cannot be handed to a guest: it does not reach a guest's memory by"
                            + " guest-physical address",
                    null);
        }
        this.gpu = gpu;
        this.name = name;
        this.scrub = scrub;
        this.whenClosed = whenClosed;
        faults = new FaultBook(name, listener);
        failure = new GuestFailure(name, stepNeeded);
        vmm = GuardedVmm.of(port, failure);
        saved = new SavedConfig(gpu);
        resetFunction();
        WholeFunction whole = new WholeFunction(gpu);
        function = whole.build(vmm);
        config = new WholeConfig(gpu, whole, function, lock, this::configured);
        try {
            whole.bars().forEach(this::addRegion);
            gpu.reachGuest(vmm.memory());
        } catch (RuntimeException refused) {
            mapped.forEach(SharedMemory::close);
            throw refused;
        }
        interrupts = gpu.onInterrupt(this::interrupted);
    }

    private void addRegion(WholeFunction.Bar bar) {
        TrapHandler handler = new Bar(bar.index(), bar.length());
        if (function.msixVectors() > 0) {
            handler = function.msixTable().over(bar.index(), handler);
        }
        regions.add(
                new TrapRegion(
                        bar.index(), bar.kind(), bar.length(), handler, windows(bar.index())));
    }

    private List<DirectWindow> windows(int bar) {
        Optional<SharedMemory> memory = gpu.mapBar(bar);
        memory.ifPresent(mapped::add);
        return memory.map(
                        all ->
                                List.of(
                                        new DirectWindow(
                                                gpu.mappedFrom(bar),
                                                all.segment().byteSize(),
                                                all,
                                                0)))
                .orElse(List.of());
    }

    /** Resets the function; it may access no memory then. */
    private void resetFunction() {
        gpu.reset();
        saved.restore(gpu);
        SavedConfig.command(gpu, saved.command() & ~COMMAND_BUS_MASTER);
        busMaster = false;
    }

    // ---- interrupts

    private void interrupted(int vector) {
        forwarded.increment();
        if (function.mode() == MessageInterrupts.Mode.NONE) {
            lineDriven = true;
        }
        int vectors = Math.max(1, Math.max(function.msiVectors(), function.msixVectors()));
        function.signal(vector % vectors);
        tell();
    }

    /** Tells the VMM of interrupts, unless the lock is held: then by who lets go of it. */
    private void tell() {
        if (function.hasToTell() && !lock.isHeldByCurrentThread()) {
            boolean ignored = function.tell(Integer.MAX_VALUE);
        }
    }

    /** Lets go of the pin if the device has, after an access that may have made it. */
    private void followLine() {
        if (lineDriven && (gpu.readConfig(STATUS, 2) & STATUS_INTERRUPT) == 0) {
            lineDriven = false;
            function.level(false);
        }
    }

    // ---- what the guest accesses

    @Override
    public ConfigSpace configSpace() {
        return config;
    }

    @Override
    public List<TrapRegion> regions() {
        return List.copyOf(regions);
    }

    @Override
    public MessageInterrupts interrupts() {
        return function;
    }

    /** Takes over what the guest has written to its configuration space. */
    private void configured() {
        touched = true;
        switchBusMaster();
    }

    private void switchBusMaster() {
        boolean wanted = function.mayAccessMemory() && !quiesced && !closed;
        if (wanted != busMaster) {
            busMaster = wanted;
            int others = saved.command() & ~COMMAND_BUS_MASTER;
            SavedConfig.command(gpu, wanted ? others | COMMAND_BUS_MASTER : others);
        }
    }

    /** A BAR: every access is the device's. */
    private final class Bar implements TrapHandler {

        private final int index;
        private final long length;
        private final String label;

        Bar(int index, long length) {
            this.index = index;
            this.length = length;
            label = "BAR " + index;
        }

        @Override
        public long read(long offset, int width) {
            if (!isInside(offset, width)) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, label, offset);
                return AccessWidth.lowBytes(width);
            }
            touched = true;
            lock.lock();
            try {
                if (closed) {
                    return AccessWidth.ones(width);
                }
                reads++;
                long value =
                        offset % width == 0
                                ? gpu.read(index, offset, width)
                                : readBytes(offset, width);
                followLine();
                return value;
            } finally {
                lock.unlock();
                tell();
            }
        }

        @Override
        public void write(long offset, int width, long value) {
            if (!isInside(offset, width)) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, label, offset);
                return;
            }
            touched = true;
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                writes++;
                if (offset % width == 0) {
                    gpu.write(index, offset, width, value & AccessWidth.ones(width));
                } else {
                    writeBytes(offset, width, value);
                }
                followLine();
            } finally {
                lock.unlock();
                tell();
            }
        }

        private boolean isInside(long offset, int width) {
            return AccessWidth.isLegal(width) && offset >= 0 && offset <= length - width;
        }

        /** No bus has such an access: the processor cuts it. */
        private long readBytes(long offset, int width) {
            long value = 0;
            for (int i = 0; i < width; i++) {
                value |= gpu.read(index, offset + i, 1) << 8 * i;
            }
            return value;
        }

        private void writeBytes(long offset, int width, long value) {
            for (int i = 0; i < width; i++) {
                gpu.write(index, offset + i, 1, value >>> 8 * i & 0xff);
            }
        }
    }

    // ---- life

    @Override
    public boolean touched() {
        return touched;
    }

    @Override
    public boolean failed() {
        return resetFailed || failure.failed();
    }

    @Override
    public void reset(ResetKind kind) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            resets++;
            try {
                gpu.reachGuest(GuestMemory.none());
                gpu.reset();
                saved.restore(gpu);
                scrub.run();
                resetFunction();
                gpu.reachGuest(vmm.memory());
                resetFailed = false;
            } catch (GpuMediationException refused) {
                resetFailed = true;
            }
            failure.clear();
            function.reset(kind);
            lineDriven = false;
            touched = false;
        } finally {
            lock.unlock();
            tell();
        }
    }

    /** Takes bus mastering from the function: it begins no access to memory any more. */
    @Override
    public void quiesce() {
        setQuiesced(true);
    }

    @Override
    public void resume() {
        setQuiesced(false);
    }

    private void setQuiesced(boolean now) {
        lock.lock();
        try {
            quiesced = now;
            switchBusMaster();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public VgpuStatistics statistics() {
        TreeMap<String, Long> counters = new TreeMap<>();
        lock.lock();
        try {
            counters.put("mmio.read", reads);
            counters.put("mmio.write", writes);
            counters.put("resets", resets);
        } finally {
            lock.unlock();
        }
        counters.put("interrupts", forwarded.sum());
        counters.put("vmm.failures", failure.count());
        return new VgpuStatistics(faults.counts(), counters);
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return Optional.empty();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            config.shut();
            interrupts.close();
            function.silence();
            switchBusMaster();
            mapped.forEach(SharedMemory::close);
            gpu.reachGuest(GuestMemory.none());
        } finally {
            lock.unlock();
        }
        giveBack();
    }

    /**
     * Resets the function and writes the host's configuration back, then lets its next user have
     * it. To be called again, once it is closed, if that failed.
     *
     * @throws GpuMediationException if that fails
     */
    public void giveBack() {
        gpu.reset();
        saved.restore(gpu);
        whenClosed.run();
    }

    @Override
    public String toString() {
        return "the whole of " + gpu.identity() + " as " + name;
    }
}
