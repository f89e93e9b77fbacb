package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.testkit.FakeGpu;
import org.gpumediator.testkit.SteppedClock;
import org.jspecify.annotations.Nullable;

/**
 * A board of the Ada family in software: a physical function with SR-IOV, its virtual functions,
 * its firmware, a copy engine, and framebuffer that takes memory only where something was written.
 *
 * <p>BAR 0 is 16 MiB of registers, BAR 1 shows the whole framebuffer, BAR 3 the last 32 MiB of it;
 * both of a virtual function show its own from the start.
 *
 * <p>It has no thread. Whatever takes time happens inside {@link #advance}, or when a driver waits
 * for it: a read of a register that drivers poll brings the board up to its clock, and moves a
 * stepped clock. Safe for use by multiple threads; listeners are called with no lock held.
 *
 * <p>Not as on the chip: the firmware image is not looked at, work of the graphics engine is a
 * length of time, the interrupt tree has one level less, and only the window to instance memory
 * goes through a guest's page tables.
 */
public final class FakeAda implements FakeGpu {

    private final Board board;
    private final PhysicalFunction function;

    /** Guarded by the board's lock. */
    private @Nullable Registration reaching;

    private FakeAda(Board board) {
        this.board = board;
        function = board.physical();
    }

    /** Returns a builder of a board. */
    public static Builder builder(AdaModel model) {
        return new Builder(model);
    }

    /** Returns a board on the clock of the Java virtual machine. */
    public static FakeAda create(AdaModel model) {
        return builder(model).build();
    }

    // ---- time

    @Override
    public long advance(long nowNanos) {
        return board.advance(nowNanos);
    }

    @Override
    public long nextWorkNanos() {
        return board.locked(() -> board.agenda().nextDue());
    }

    @Override
    public void setWorkListener(@Nullable Runnable listener) {
        Runnable told = listener == null ? () -> {} : listener;
        board.locked(() -> board.agenda().onPlanned(told));
    }

    // ---- what tests see

    /** Returns the graphics engine: work for guests, and what each has had of it. */
    public GraphicsEngine engine() {
        return board.engine();
    }

    /** Returns the faults that wait to happen. */
    public GspFaults faults() {
        return board.faults();
    }

    /**
     * Returns what the host has ordered since this was last asked, oldest first, at most the latest
     * 1024 orders: {@code call N} and {@code control 0xN} of the firmware, {@code message N to G}
     * to the task of a guest function, {@code clear OFFSET BYTES} of the copy engine, {@code reset}
     * and {@code bus master on} or {@code off} of {@code function G}.
     */
    public List<String> takeOrders() {
        return board.orders().take();
    }

    /** Returns where the firmware is in its life. */
    public FakeGsp.State firmware() {
        return board.locked(() -> board.gsp().stateNow());
    }

    /** Returns what the board is occupied with, by name. */
    public Map<String, Long> occupation() {
        return board.locked(
                () -> {
                    Map<String, Long> all = new TreeMap<>();
                    all.put("plugins", (long) board.gsp().plugins().size());
                    all.put("clients", (long) board.gsp().clients());
                    all.put("channels", (long) board.copyEngine().channels());
                    all.put("dma.mappings", (long) board.dma().mapped());
                    all.put("dma.faults", board.dma().faults());
                    all.put("framebuffer.resident", board.framebuffer().residentBytes());
                    all.put("framebuffer.scrubbed", board.copyEngine().scrubbedBytes());
                    all.put("doorbells.refused", board.engine().strangers());
                    all.put("rpc.commands", board.gsp().commands());
                    all.put("scheduler.policy", (long) board.gsp().schedulerPolicy());
                    return all;
                });
    }

    /**
     * Returns the state of a virtual GPU's firmware task, such as {@code ACTIVE}; {@code FREE} if
     * there is none.
     *
     * @param gfid 1 to 32
     */
    public String plugin(int gfid) {
        return board.locked(
                () -> {
                    PluginTask task = task(gfid);
                    return task == null ? "FREE" : task.state().name();
                });
    }

    /** Returns whether a virtual GPU's firmware task was told that it may access memory. */
    public boolean isBusMaster(int gfid) {
        return board.locked(
                () -> {
                    PluginTask task = task(gfid);
                    return task != null && task.isBusMaster();
                });
    }

    private @Nullable PluginTask task(int gfid) {
        return board.gsp().plugins().get(gfid);
    }

    /** Returns how many requests of a guest's driver its firmware task has answered. */
    public long guestRequests(int gfid) {
        return board.locked(
                () -> {
                    PluginTask task = task(gfid);
                    return task == null ? 0 : task.guest().requests();
                });
    }

    /** Returns how many doorbells of a guest's driver led to nothing that could be served. */
    public long guestRefusals(int gfid) {
        return board.locked(
                () -> {
                    PluginTask task = task(gfid);
                    return task == null ? 0 : task.guest().refused();
                });
    }

    /** Returns how often the channels of a virtual GPU were rung. */
    public long doorbells(int gfid) {
        return board.locked(() -> board.engine().rung(gfid));
    }

    /** Returns whether a range of whole pages of the framebuffer holds only zeros. */
    public boolean isZero(long offset, long bytes) {
        return board.framebuffer().isZero(offset, bytes);
    }

    // ---- what tests do

    /** Stops the firmware for good, until the board is reset. */
    public void crashFirmware() {
        board.locked(() -> board.gsp().crash());
    }

    /** Stops one firmware task; the firmware tells the driver. */
    public void crashPlugin(int gfid) {
        board.lockedThenDeliver(
                () -> {
                    PluginTask task = task(gfid);
                    if (task != null) {
                        task.crash();
                        board.gsp().pluginCrashed(gfid);
                    }
                });
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
        board.lockedThenDeliver(() -> board.gsp().robustChannel(gfid, channel, exception, level));
    }

    /** Raises an interrupt of a virtual function: leaf 0 to 7, bit 0 to 31. */
    public void raise(int function, int leaf, int bit) {
        board.lockedThenDeliver(
                () -> {
                    FakeVf target = board.functions().enabled(function);
                    if (target != null) {
                        target.raise(leaf, bit);
                    }
                });
    }

    /** Takes the board off the bus: everything reads as ones. */
    public void remove() {
        board.locked(function::remove);
    }

    /**
     * Lets fewer virtual functions come up than are enabled.
     *
     * @param count how many come up at most
     */
    public void limitVirtualFunctions(int count) {
        board.locked(() -> board.functions().limit(count));
    }

    // ---- the physical function

    @Override
    public GpuIdentity identity() {
        return function.identity();
    }

    @Override
    public int configLength() {
        return function.configLength();
    }

    @Override
    public int readConfig(int offset, int width) {
        Accesses.checkConfig(offset, width, configLength());
        return board.locked(() -> function.readConfig(offset, width));
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        Accesses.checkConfig(offset, width, configLength());
        board.locked(() -> function.writeConfig(offset, width, value));
    }

    @Override
    public Optional<PhysicalGpu> virtualFunction(int index) {
        board.poll();
        return board.locked(() -> board.functions().onBus(index).map(PhysicalGpu.class::cast));
    }

    @Override
    public long barLength(int bar) {
        return function.barLength(bar);
    }

    @Override
    public long read(int bar, long offset, int width) {
        Accesses.check(offset, width, barLength(bar));
        if (bar == 0 && BoardRegisters.isPolled((int) offset)) {
            board.poll();
        }
        return board.locked(() -> function.read(bar, offset, width));
    }

    @Override
    public void readBlock(int bar, long offset, MemorySegment target) {
        if (bar == 0) {
            FakeGpu.super.readBlock(bar, offset, target);
        } else {
            Accesses.checkBlock(offset, target.byteSize(), barLength(bar));
            board.locked(() -> function.readBlock(bar, offset, target));
        }
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        Accesses.check(offset, width, barLength(bar));
        board.lockedThenDeliver(() -> function.write(bar, offset, width, value));
    }

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        return board.dma().map(segment, access);
    }

    @Override
    public void unmapForDma(long busAddress) {
        board.dma().unmap(busAddress);
    }

    @Override
    public boolean canReachGuest() {
        return true;
    }

    @Override
    public void reachGuest(GuestMemory memory) {
        boolean nobody = memory == GuestMemory.none();
        // Who accesses memory holds the lock: once it was free, nobody uses the region any more.
        Registration next = nobody ? null : memory.listen(region -> board.locked(() -> {}));
        Registration old =
                board.locked(
                        () -> {
                            Registration before = reaching;
                            reaching = next;
                            board.dma().reach(nobody ? null : memory);
                            return before == null ? () -> {} : before;
                        });
        old.close();
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        return function.onInterrupt(listener);
    }

    @Override
    public void reset() {
        board.locked(board::reset);
    }

    @Override
    public String toString() {
        return board.toString();
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
         * something was written, and mapped bytes always do. What is mapped shows framebuffer from
         * its start, however the guest binds the window.
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
            return new FakeAda(
                    new Board(
                            new Board.Settings(
                                    model,
                                    clock,
                                    errorCorrecting,
                                    sliceLimits,
                                    mappedBytes,
                                    mappedMemory)));
        }
    }
}
