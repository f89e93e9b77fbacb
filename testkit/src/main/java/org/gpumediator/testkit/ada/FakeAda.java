package org.gpumediator.testkit.ada;

import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.SharedMemory;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.SriovCapability;
import org.gpumediator.testkit.SteppedClock;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A board of the Ada family in software: a physical function with SR-IOV, its virtual functions,
 * its firmware, a copy engine, and framebuffer that takes memory only where something was written.
 *
 * <p>BAR 0 is 16 MiB of registers, BAR 1 shows the whole framebuffer, BAR 3 the last 32 MiB of it.
 *
 * <p>It has no thread. Whatever takes time happens inside {@link #advance}, or when a driver waits
 * for it: a read of a register that drivers poll brings the board up to its clock, and moves a
 * stepped clock. Safe for use by multiple threads; listeners are called with no lock held.
 *
 * <p>Not as on the chip: the firmware image is not looked at, work of the graphics engine is a
 * length of time, and the interrupt tree has one level less.
 */
public final class FakeAda implements PhysicalGpu {

    private static final long REGISTERS_LENGTH = 16 << 20;
    private static final long VF_READY_NANOS = 60_000_000;
    private static final long SHORTEST_POLL_NANOS = 1_000;
    private static final long LONGEST_POLL_NANOS = 10_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final AdaModel model;
    private final MediationClock clock;
    private final @Nullable SteppedClock stepped;
    private final boolean errorCorrecting;
    private final PciFunction config;
    private final GpuIdentity identity;
    private final SparseMemory framebuffer;
    private final DmaSpace dma = new DmaSpace();
    private final Agenda agenda = new Agenda();
    private final GspFaults faults = new GspFaults();
    private final OrderBook orders = new OrderBook();
    private final MappedBars mappedBars;
    private final FakeGsp gsp;
    private final CopyEngine copyEngine;
    private final GraphicsEngine engine;
    private final FunctionRegisters registers;
    private final BoardRegisters boardRegisters;
    private final SliceLimits sliceLimits;
    private final List<InterruptListener> listeners = new CopyOnWriteArrayList<>();

    // Guarded by the lock.
    private final @Nullable FakeVf[] functions = new FakeVf[AdaConfig.TOTAL_VFS];
    private final Deque<Runnable> interrupts = new ArrayDeque<>();
    private boolean functionsReady;
    private int functionsWanted;
    private long enabling;
    private long pollNanos = SHORTEST_POLL_NANOS;
    private boolean gone;
    private boolean delivering;

    private FakeAda(Builder builder) {
        model = builder.model;
        clock = builder.clock;
        stepped = builder.clock instanceof SteppedClock steppedClock ? steppedClock : null;
        errorCorrecting = builder.errorCorrecting;
        functionsWanted = Integer.MAX_VALUE;
        config = AdaConfig.build(model);
        AdaConfig.assignWindows(config);
        identity =
                new GpuIdentity(
                        AdaConfig.VENDOR,
                        model.deviceId(),
                        AdaConfig.VENDOR,
                        model.subsystemId(),
                        AdaConfig.REVISION,
                        AdaConfig.CLASS_3D);
        framebuffer = new SparseMemory(model.framebufferBytes());
        mappedBars = new MappedBars(this, builder.mappedBytes, builder.mappedMemory);
        gsp = new FakeGsp(this);
        copyEngine = new CopyEngine(this);
        engine = new GraphicsEngine(this);
        sliceLimits = builder.sliceLimits;
        registers = new FunctionRegisters(new OwnEffects());
        boardRegisters = new BoardRegisters(this, registers, config);
        agenda.run(clock.nanoTime());
    }

    /** Returns a builder of a board. */
    public static Builder builder(AdaModel model) {
        return new Builder(model);
    }

    /** Returns a board on the clock of the Java virtual machine. */
    public static FakeAda create(AdaModel model) {
        return builder(model).build();
    }

    /** What the physical function's own register block brings about. */
    private final class OwnEffects implements FunctionRegisters.Effects {

        @Override
        public void privilegedDoorbell(int value) {
            gsp.hostDoorbell(value);
        }

        @Override
        public void channelDoorbell(int token) {
            engine.doorbell(0, token);
        }

        @Override
        public void interrupt(int vector) {
            interrupts.add(() -> listeners.forEach(each -> each.interrupted(vector)));
        }

        @Override
        public long nanoTime() {
            return agenda.now();
        }
    }

    // ---- for the parts of the board, under its lock

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    AdaModel model() {
        return model;
    }

    SparseMemory framebuffer() {
        return framebuffer;
    }

    DmaSpace dma() {
        return dma;
    }

    Agenda agenda() {
        return agenda;
    }

    FakeGsp gsp() {
        return gsp;
    }

    CopyEngine copyEngine() {
        return copyEngine;
    }

    SliceLimits sliceLimits() {
        return sliceLimits;
    }

    /** Does what is due by the clock before something new is asked of the board. */
    void catchUp() {
        agenda.run(clock.nanoTime());
    }

    void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    <T> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    FunctionRegisters physical() {
        return registers;
    }

    MappedBars mappedBars() {
        return mappedBars;
    }

    boolean isErrorCorrecting() {
        return errorCorrecting;
    }

    void post(FakeVf function, int vector) {
        interrupts.add(() -> function.deliver(vector));
    }

    void grantFramebuffer(int gfid, long start, long length) {
        FakeVf function = functions[gfid - 1];
        if (function != null) {
            function.framebuffer(start, length);
        }
    }

    void releaseFramebuffer(int gfid) {
        grantFramebuffer(gfid, 0, 0);
    }

    boolean virtualMemoryEnabled() {
        return (control() & SriovCapability.CONTROL_VF_MEMORY_ENABLE) != 0;
    }

    /** Reads a word of the physical function's PCI Express capability. */
    int ownExpress(int offset) {
        return config.read(AdaConfig.EXPRESS + offset, 4);
    }

    private int control() {
        return config.read(AdaConfig.SRIOV + SriovCapability.CONTROL, 2);
    }

    // ---- time

    /**
     * Lets the board do what is due.
     *
     * @param nowNanos the time on the board's clock
     * @return when something is due next; {@link Long#MAX_VALUE} if nothing is
     */
    public long advance(long nowNanos) {
        long next;
        lock.lock();
        try {
            agenda.run(nowNanos);
            next = agenda.nextDue();
        } finally {
            lock.unlock();
        }
        deliver();
        return next;
    }

    /** Returns when something is due; {@link Long#MAX_VALUE} if nothing is. */
    public long nextWorkNanos() {
        return locked(agenda::nextDue);
    }

    /**
     * Says whom to tell that work has come: that {@link #nextWorkNanos} may be earlier than before.
     *
     * @param listener called on any thread, must not block and must not call the board
     */
    public void setWorkListener(Runnable listener) {
        locked(() -> agenda.onPlanned(listener));
    }

    /** Brings the board up to its clock; moves a stepped clock as a waiting processor would. */
    void poll() {
        SteppedClock moved = stepped;
        if (moved != null) {
            lock.lock();
            try {
                long now = moved.nanoTime();
                long due = agenda.nextDue();
                if (due <= now + pollNanos) {
                    moved.advanceTo(Math.max(due, now + SHORTEST_POLL_NANOS));
                    pollNanos = SHORTEST_POLL_NANOS;
                } else {
                    moved.advanceNanos(pollNanos);
                    pollNanos = Math.min(2 * pollNanos, LONGEST_POLL_NANOS);
                }
            } finally {
                lock.unlock();
            }
        }
        advance(clock.nanoTime());
    }

    /**
     * Calls listeners, one after the other: what a listener brings about comes after it. Has no
     * effect under the lock.
     */
    void deliver() {
        if (lock.isHeldByCurrentThread()) {
            return;
        }
        boolean mine = false;
        while (true) {
            Runnable next;
            lock.lock();
            try {
                if (delivering && !mine) {
                    return;
                }
                next = interrupts.poll();
                mine = next != null;
                delivering = mine;
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    // ---- what tests see and do

    /** Returns the graphics engine: work for guests, and what each has had of it. */
    public GraphicsEngine engine() {
        return engine;
    }

    /** Returns the faults that wait to happen. */
    public GspFaults faults() {
        return faults;
    }

    /**
     * Returns what the host has ordered since this was last asked, oldest first, at most the latest
     * 1024 orders: {@code call N} and {@code control 0xN} of the firmware, {@code message N to G}
     * to the task of a guest function, {@code clear OFFSET BYTES} of the copy engine, {@code reset}
     * and {@code bus master on} or {@code off} of {@code function G}.
     */
    public List<String> takeOrders() {
        return orders.take();
    }

    OrderBook orders() {
        return orders;
    }

    /** Returns where the firmware is in its life. */
    public FakeGsp.State firmware() {
        return locked(gsp::stateNow);
    }

    /** Returns what the board is occupied with, by name. */
    public Map<String, Long> occupation() {
        lock.lock();
        try {
            Map<String, Long> all = new java.util.TreeMap<>();
            all.put("plugins", (long) gsp.plugins().size());
            all.put("clients", (long) gsp.clients());
            all.put("channels", (long) copyEngine.channels());
            all.put("dma.mappings", (long) dma.mapped());
            all.put("dma.faults", dma.faults());
            all.put("framebuffer.resident", framebuffer.residentBytes());
            all.put("framebuffer.scrubbed", copyEngine.scrubbedBytes());
            all.put("doorbells.refused", engine.strangers());
            all.put("rpc.commands", gsp.commands());
            all.put("scheduler.policy", (long) gsp.schedulerPolicy());
            return all;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the state of a virtual GPU's firmware task, such as {@code ACTIVE}; {@code FREE} if
     * there is none.
     *
     * @param gfid 1 to 32
     */
    public String plugin(int gfid) {
        return locked(
                () -> {
                    PluginTask task = gsp.plugins().get(gfid);
                    return task == null ? "FREE" : task.state().name();
                });
    }

    /** Returns whether a virtual GPU's firmware task was told that it may access memory. */
    public boolean isBusMaster(int gfid) {
        return locked(
                () -> {
                    PluginTask task = gsp.plugins().get(gfid);
                    return task != null && task.isBusMaster();
                });
    }

    /** Returns how often the channels of a virtual GPU were rung. */
    public long doorbells(int gfid) {
        return locked(() -> engine.rung(gfid));
    }

    /** Stops the firmware for good, until the board is reset. */
    public void crashFirmware() {
        locked(() -> gsp.crash());
    }

    /** Stops one firmware task; the firmware tells the driver. */
    public void crashPlugin(int gfid) {
        lock.lock();
        try {
            PluginTask task = gsp.plugins().get(gfid);
            if (task != null) {
                task.crash();
                gsp.pluginCrashed(gfid);
            }
        } finally {
            lock.unlock();
        }
        deliver();
    }

    /**
     * Reports an exception of a channel to the driver.
     *
     * @param gfid whose channel, 0 for the host's own
     * @param channel channel id
     * @param exception number of the exception
     * @param level 0 for information, 1 for an error, 2 for a fatal one
     */
    public void reportException(int gfid, int channel, int exception, int level) {
        lock.lock();
        try {
            gsp.robustChannel(gfid, channel, exception, level);
        } finally {
            lock.unlock();
        }
        deliver();
    }

    /** Raises an interrupt of a virtual function: leaf 0 to 7, bit 0 to 31. */
    public void raise(int function, int leaf, int bit) {
        lock.lock();
        try {
            FakeVf target = functions[function];
            if (target != null) {
                target.raise(leaf, bit);
            }
        } finally {
            lock.unlock();
        }
        deliver();
    }

    /** Takes the board off the bus: everything reads as ones. */
    public void remove() {
        locked(() -> gone = true);
    }

    /**
     * Lets fewer virtual functions come up than are enabled.
     *
     * @param count how many come up at most
     */
    public void limitVirtualFunctions(int count) {
        locked(() -> functionsWanted = count);
    }

    /** Returns whether a range of whole pages of the framebuffer holds only zeros. */
    public boolean isZero(long offset, long bytes) {
        return framebuffer.isZero(offset, bytes);
    }

    // ---- configuration

    @Override
    public GpuIdentity identity() {
        return identity;
    }

    @Override
    public int configLength() {
        return config.length();
    }

    @Override
    public int readConfig(int offset, int width) {
        checkConfig(offset, width, config.length());
        lock.lock();
        try {
            return gone ? -1 >>> 32 - 8 * width : config.read(offset, width);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        checkConfig(offset, width, config.length());
        lock.lock();
        try {
            int at = offset - AdaConfig.SRIOV;
            boolean count = at <= SriovCapability.NUM_VFS && at + width > SriovCapability.NUM_VFS;
            if (gone || count && (value & 0xffff) > AdaConfig.TOTAL_VFS) {
                return;
            }
            int before = control();
            boolean reset =
                    config.write(offset, width, value).stream()
                            .anyMatch(
                                    effect ->
                                            effect
                                                    instanceof
                                                    org.gpumediator.api.pci.ConfigWriteEffect
                                                            .ResetRequested);
            if (reset) {
                resetNow();
                return;
            }
            int changed = (before ^ control()) & SriovCapability.CONTROL_VF_ENABLE;
            if (changed != 0) {
                switchFunctions((before & SriovCapability.CONTROL_VF_ENABLE) == 0);
            }
        } finally {
            lock.unlock();
        }
    }

    private void switchFunctions(boolean on) {
        long number = ++enabling;
        functionsReady = false;
        if (!on) {
            dropFunctions();
            return;
        }
        int count =
                Math.min(
                        functionsWanted, config.read(AdaConfig.SRIOV + SriovCapability.NUM_VFS, 2));
        for (int i = 0; i < count; i++) {
            functions[i] = new FakeVf(this, i);
        }
        agenda.after(VF_READY_NANOS, () -> functionsReady = number == enabling);
    }

    private void dropFunctions() {
        for (int i = 0; i < functions.length; i++) {
            FakeVf function = functions[i];
            if (function != null) {
                function.vanish();
                functions[i] = null;
            }
        }
    }

    @Override
    public Optional<PhysicalGpu> virtualFunction(int index) {
        poll();
        lock.lock();
        try {
            FakeVf function =
                    functionsReady && index >= 0 && index < functions.length
                            ? functions[index]
                            : null;
            return Optional.ofNullable(function);
        } finally {
            lock.unlock();
        }
    }

    // ---- BARs

    @Override
    public long barLength(int bar) {
        return switch (bar) {
            case 0 -> REGISTERS_LENGTH;
            case 1 -> model.vfApertureBytes() * AdaConfig.TOTAL_VFS;
            case 3 -> AdaConfig.INSTANCE_BYTES;
            default -> 0;
        };
    }

    @Override
    public long read(int bar, long offset, int width) {
        check(offset, width, barLength(bar));
        if (bar == 0 && BoardRegisters.isPolled((int) offset)) {
            poll();
        }
        lock.lock();
        try {
            if (gone) {
                return -1L >>> 64 - 8 * width;
            }
            return switch (bar) {
                case 0 -> boardRegisters.read((int) offset, width);
                case 1 -> framebuffer.read(offset, width);
                default ->
                        framebuffer.read(
                                framebuffer.length() - AdaConfig.INSTANCE_BYTES + offset, width);
            };
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        check(offset, width, barLength(bar));
        lock.lock();
        try {
            if (gone) {
                return;
            }
            if (bar == 0) {
                boardRegisters.write((int) offset, width, value);
            } else {
                long at =
                        bar == 1
                                ? offset
                                : framebuffer.length() - AdaConfig.INSTANCE_BYTES + offset;
                framebuffer.write(at, width, value);
            }
        } finally {
            lock.unlock();
        }
        deliver();
    }

    // ---- memory, interrupts, reset

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        return dma.map(segment, access);
    }

    @Override
    public void unmapForDma(long busAddress) {
        dma.unmap(busAddress);
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void reset() {
        locked(this::resetNow);
    }

    /** Framebuffer keeps its contents, as memory does that stays powered. */
    private void resetNow() {
        enabling++;
        functionsReady = false;
        dropFunctions();
        gsp.powerOff();
        registers.reset();
        boardRegisters.reset();
        agenda.clear();
        config.reset(ResetKind.FUNCTION_LEVEL);
    }

    static void check(long offset, int width, long length) {
        boolean known = width == 1 || width == 2 || width == 4 || width == 8;
        if (!known || offset < 0 || offset > length - width || offset % width != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "access at 0x%x, width %d: expected an aligned access of 1, 2, 4 or 8"
                                    + " bytes below 0x%x",
                            offset, width, length));
        }
    }

    static void checkConfig(int offset, int width, int length) {
        boolean known = width == 1 || width == 2 || width == 4;
        if (!known || offset < 0 || offset > length - width || offset % width != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "configuration access at 0x%x, width %d: expected an aligned access of"
                                    + " 1, 2 or 4 bytes below 0x%x",
                            offset, width, length));
        }
    }

    @Override
    public String toString() {
        return model.title() + " (fake)";
    }

    /** Builds a {@link FakeAda}. Not safe for use by multiple threads. */
    public static final class Builder {

        private final AdaModel model;
        private MediationClock clock = MediationClock.system();
        private boolean errorCorrecting;
        private SliceLimits sliceLimits = SliceLimits.DEFAULT;
        private long mappedBytes;
        private SharedMemory.Allocator mappedMemory = SharedMemory.Allocator.inProcess();

        private Builder(AdaModel model) {
            this.model = Objects.requireNonNull(model, "model");
        }

        /**
         * Sets the board's clock, the system's unless said otherwise. A {@link SteppedClock} is
         * moved by whoever waits for the board.
         */
        public Builder clock(MediationClock newClock) {
            clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /**
         * Lets drivers map the first bytes of each virtual function's framebuffer and instance
         * windows (BAR 1 and 3); none unless said otherwise, as framebuffer takes memory only where
         * something was written, and mapped bytes always do.
         *
         * @param bytes of each window, a multiple of 4 KiB, at most 32 MiB; 0 for none
         * @param memory makes the memory, for each mapping anew
         * @throws IllegalArgumentException if {@code bytes} is not as said
         */
        public Builder mappable(long bytes, SharedMemory.Allocator memory) {
            if (bytes < 0 || bytes > AdaConfig.INSTANCE_BYTES || bytes % 4096 != 0) {
                throw new IllegalArgumentException(
                        "mappable "
                                + bytes
                                + ": expected a multiple of 4096, 0 to "
                                + AdaConfig.INSTANCE_BYTES);
            }
            mappedBytes = bytes;
            mappedMemory = Objects.requireNonNull(memory, "memory");
            return this;
        }

        /** Switches error correction on. */
        public Builder errorCorrecting() {
            errorCorrecting = true;
            return this;
        }

        /** Sets what lengths the scheduler's firmware can do. */
        public Builder sliceLimits(SliceLimits limits) {
            sliceLimits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** Builds the board. */
        public FakeAda build() {
            return new FakeAda(this);
        }
    }
}
