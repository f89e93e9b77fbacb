package org.gpumediator.testkit.haswell;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.testkit.FakeGpu;
import org.jspecify.annotations.Nullable;

/**
 * A Haswell GPU in software, good enough that a driver does not tell it from a real one: registers,
 * a global translation table of 2 GiB, per-process translation, four engines that fetch and execute
 * commands, interrupts, fences, resets, an aperture, and a bus address space of its own.
 *
 * <p>BAR 0 is 4 MiB: registers, then the translation table. BAR 2 is the aperture. BAR 4 is a pair
 * of ports, index and data, into BAR 0.
 *
 * <p>It has no thread. Engines execute only inside {@link #advance}, and only while bus mastering
 * is on, as the machine's firmware leaves it; registers answer at any time. Safe for use by
 * multiple threads; listeners are called with no lock held, on the thread whose call had the
 * effect.
 *
 * <p>Not as on the chip: no kernel runs and nothing is drawn; monitors run at 60 Hz, are lit from
 * power-on on, and answer nobody. Translations are remembered until they are invalidated, as on the
 * chip.
 *
 * <p>What is counted although nothing is drawn ("null 3D"), all of it from commands and state:
 *
 * <ul>
 *   <li>IA_VERTICES_COUNT and IA_PRIMITIVES_COUNT, while 3DSTATE_VF_STATISTICS has them on:
 *       vertices and whole objects of the topology, times instances; of indirect draws, of draws up
 *       to 3DPRIM_END_OFFSET, and not of those that a predicate turns off. Restart indices are not
 *       looked for.
 *   <li>VS_INVOCATION_COUNT: each vertex, if the shader and its statistics are on; a chip, which
 *       remembers vertices it has shaded, may count fewer.
 *   <li>HS_ and GS_INVOCATION_COUNT: each object, if the stage is on. What these stages would make
 *       of it is unknown: with one of them on, nothing gets any further.
 *   <li>SO_PRIM_STORAGE_NEEDED, SO_NUM_PRIMS_WRITTEN and SO_WRITE_OFFSET of stream 0: whole
 *       objects, while each buffer that the stream goes to has room.
 *   <li>CL_INVOCATION_COUNT and CL_PRIMITIVES_COUNT: each object that gets there; none is clipped
 *       unless all are to be rejected.
 *   <li>The invocations of compute (0x2290): channels of all threads of a GPGPU_WALKER, with the
 *       masks of the last row and column.
 *   <li>PS_INVOCATION_COUNT and PS_DEPTH_COUNT stand still.
 *   <li>Time stamps that commands write are later each time, even while work takes no time.
 * </ul>
 */
public final class FakeHaswell implements FakeGpu {

    /** What executing a command costs. */
    public enum CommandTiming {
        /** Nothing: work is done as soon as there is a call to {@link #advance}. */
        INSTANT,
        /** A modelled duration: engines get as far as the time given allows. */
        MODELLED
    }

    /** How many commands are executed before others get a chance to take the lock. */
    private static final int SLICE = 256;

    private static final int COMMANDS_PER_ADVANCE = 10_000;

    // Fair: an engine that always has work must not keep registers from being answered.
    private final ReentrantLock lock = new ReentrantLock(true);
    private final List<InterruptListener> listeners = new CopyOnWriteArrayList<>();
    private final HaswellConfig config;
    private final Chip chip;
    private final BarAccess bars;
    private final GpuIdentity identity;
    private final SharedMemory.@Nullable Allocator tableMemory;
    private volatile @Nullable Runnable workListener;

    // Guarded by the lock.
    private @Nullable Registration reaching;
    private @Nullable SharedMemory mappedTable;
    private int interruptsToLose;
    private long interruptsSent;
    private volatile boolean gone;

    private FakeHaswell(Builder builder) {
        config = new HaswellConfig(builder.deviceId, builder.apertureBytes, builder.stolenBytes);
        tableMemory = builder.tableMemory;
        chip =
                new Chip(
                        builder.clock,
                        builder.timing == CommandTiming.MODELLED,
                        builder.apertureBytes,
                        builder.core,
                        builder.surfaceWrites,
                        builder.emptyBatchesEnd);
        chip.plug(builder.monitors);
        bars = new BarAccess(chip);
        identity =
                new GpuIdentity(
                        config.read(0, 2),
                        config.read(2, 2),
                        config.read(0x2c, 2),
                        config.read(0x2e, 2),
                        config.read(8, 1),
                        config.read(8, 4) >>> 8);
    }

    /** Returns a builder for a desktop GT2 with an aperture of 512 MiB. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a desktop GT2 with an aperture of 512 MiB, whose commands take no time. */
    public static FakeHaswell create() {
        return builder().build();
    }

    // ---- configuration

    @Override
    public GpuIdentity identity() {
        return identity;
    }

    @Override
    public int configLength() {
        return HaswellConfig.LENGTH;
    }

    @Override
    public int readConfig(int offset, int width) {
        lock.lock();
        try {
            config.setInterruptStatus(chip.interrupts.asserted());
            int value = config.read(offset, width);
            return gone ? -1 >>> 32 - 8 * width : value;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        boolean begins;
        lock.lock();
        try {
            boolean was = config.busMaster();
            config.write(offset, width, value);
            begins = !was && hasWorkLocked();
        } finally {
            lock.unlock();
        }
        Runnable hearsOfWork = workListener;
        if (begins && hearsOfWork != null) {
            hearsOfWork.run();
        }
    }

    // ---- BARs

    @Override
    public long barLength(int bar) {
        if (bar < 0 || bar > 5) {
            throw new IllegalArgumentException("BAR " + bar + ": expected 0 to 5");
        }
        return switch (bar) {
            case 0 -> BarAccess.REGISTERS_LENGTH;
            case 2 -> chip.aperture.length();
            case 4 -> BarAccess.PORTS_LENGTH;
            default -> 0;
        };
    }

    @Override
    public long read(int bar, long offset, int width) {
        check(bar, offset, width);
        lock.lock();
        try {
            if (gone) {
                return AccessWidth.ones(width);
            }
            return bars.read(bar, offset, width);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        check(bar, offset, width);
        if (BarAccess.isTable(bar, offset) && !gone) {
            bars.write(bar, offset, width, value); // no lock: seen by all from the next flush on
            return;
        }
        Runnable hearsOfWork = workListener;
        boolean wakes;
        int messages;
        lock.lock();
        try {
            if (gone) {
                return;
            }
            if (bar == 2) {
                bars.write(bar, offset, width, value);
                return;
            }
            boolean wasWorking = hearsOfWork == null || hasWorkLocked();
            bars.write(bar, offset, width, value);
            wakes = !wasWorking && hasWorkLocked();
            messages = takeMessages();
        } finally {
            lock.unlock();
        }
        deliver(messages);
        if (wakes && hearsOfWork != null) {
            hearsOfWork.run();
        }
    }

    private void check(int bar, long offset, int width) {
        boolean known = width == 1 || width == 2 || width == 4 || width == 8;
        if (!known || offset < 0 || offset > barLength(bar) - width || (offset & width - 1) != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "BAR %d at 0x%x, width %d: expected an aligned access of 1, 2, 4 or 8"
                                    + " bytes below 0x%x",
                            bar, offset, width, barLength(bar)));
        }
    }

    // ---- the bus

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        Objects.requireNonNull(segment, "segment");
        Objects.requireNonNull(access, "access");
        return locked(() -> chip.bus.map(segment, access));
    }

    @Override
    public void unmapForDma(long busAddress) {
        lock.lock();
        try {
            chip.bus.unmap(busAddress);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean canReachGuest() {
        return true;
    }

    /** Asks the guest for nothing before an engine, or the processor by the aperture, needs it. */
    @Override
    public void reachGuest(GuestMemory memory) {
        boolean nobody = memory == GuestMemory.none();
        // Who accesses memory holds the lock: once it was free, nobody uses the region any more.
        Registration next =
                nobody ? null : memory.listen(region -> exclusively(chip.bus::forgetGuestRegions));
        Registration old =
                locked(
                        () -> {
                            Registration before = reaching;
                            reaching = next;
                            chip.bus.reach(nobody ? null : memory);
                            return before == null ? () -> {} : before;
                        });
        old.close();
    }

    // ---- the table as memory

    @Override
    public long mappedFrom(int bar) {
        return bar == 0 ? BarAccess.GTT_OFFSET : 0;
    }

    /**
     * Maps the translation table, if the fake was built so: an entry that is written there is seen
     * as one that is written through BAR 0.
     */
    @Override
    public Optional<SharedMemory> mapBar(int bar) {
        SharedMemory.Allocator allocator = tableMemory;
        if (bar != 0 || allocator == null) {
            return Optional.empty();
        }
        lock.lock();
        try {
            if (mappedTable != null) {
                throw new IllegalStateException("BAR 0: mapped");
            }
            SharedMemory memory =
                    allocator.allocateWindow(
                            "translation table", 4L * GlobalGtt.ENTRIES, BarAccess.GTT_OFFSET);
            mappedTable = memory;
            chip.gtt.moveTo(memory.segment());
            return Optional.of(new MappedTable(memory));
        } finally {
            lock.unlock();
        }
    }

    /** The table while somebody else has it mapped as well. */
    private final class MappedTable implements SharedMemory {

        private final SharedMemory memory;

        MappedTable(SharedMemory memory) {
            this.memory = memory;
        }

        @Override
        public MemorySegment segment() {
            return memory.segment();
        }

        @Override
        public OptionalInt fileDescriptor() {
            return memory.fileDescriptor();
        }

        @Override
        public long fileOffset() {
            return memory.fileOffset();
        }

        @Override
        public boolean renew() {
            return memory.renew();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (mappedTable == memory) {
                    mappedTable = null;
                    chip.gtt.moveBack();
                    memory.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Returns the first accesses to memory that failed, at most 64. A mediator that keeps its
     * guests apart causes none.
     */
    public List<BusFault> busFaults() {
        return locked(chip.bus::faults);
    }

    /** Returns how many accesses to memory failed since the last clearing. */
    public long busFaultCount() {
        return locked(chip.bus::faultCount);
    }

    /** Forgets the failed accesses. */
    public void clearBusFaults() {
        lock.lock();
        try {
            chip.bus.clearFaults();
        } finally {
            lock.unlock();
        }
    }

    // ---- interrupts

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        Objects.requireNonNull(listener, "listener");
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Returns whether the device asks for attention: the level of its interrupt line. */
    public boolean interruptAsserted() {
        return locked(chip.interrupts::asserted);
    }

    /** Returns how many interrupts were sent. */
    public long interruptsSent() {
        return locked(() -> interruptsSent);
    }

    private int takeMessages() {
        int messages = chip.interrupts.takeMessages();
        if (messages != 0 && !config.messagesEnabled() && !config.lineEnabled()) {
            return 0;
        }
        int lost = Math.min(messages, interruptsToLose);
        interruptsToLose -= lost;
        interruptsSent += messages - lost;
        return messages - lost;
    }

    private void deliver(int messages) {
        for (int i = 0; i < messages; i++) {
            for (InterruptListener listener : listeners) {
                listener.interrupted(0);
            }
        }
    }

    // ---- life

    @Override
    public void reset() {
        lock.lock();
        try {
            chip.powerOn();
            config.reset();
            bars.reset();
        } finally {
            lock.unlock();
        }
    }

    // ---- execution

    /**
     * Lets time pass and executes commands, in short slices between which others may use the
     * device. Interrupt listeners are called from here.
     *
     * @param nowNanos the time, on the clock of the fake if it was given one; a time before an
     *     earlier one counts as that one
     * @param commandBudget how many commands to execute at most; a large blit counts as many
     * @return how many were executed; less than the budget if nothing is left to do at this time
     */
    public long advance(long nowNanos, long commandBudget) {
        long done = 0;
        int slice;
        do {
            int limit = (int) Math.min(SLICE, commandBudget - done);
            int messages;
            lock.lock();
            try {
                chip.tick(nowNanos);
                slice = limit > 0 && !gone && config.busMaster() ? chip.slice(limit) : 0;
                messages = takeMessages();
            } finally {
                lock.unlock();
            }
            deliver(messages);
            done += slice;
        } while (slice > 0);
        return done;
    }

    /** Executes at most {@value #COMMANDS_PER_ADVANCE} commands, so that an endless batch ends. */
    @Override
    public long advance(long nowNanos) {
        long ignored = advance(nowNanos, COMMANDS_PER_ADVANCE);
        return nextWorkNanos();
    }

    /** Returns whether an engine has something to execute now. */
    public boolean hasWork() {
        return locked(this::hasWorkLocked);
    }

    @Override
    public long nextWorkNanos() {
        return locked(() -> config.busMaster() ? chip.nextWorkNanos() : chip.nextVblankNanos());
    }

    @Override
    public void setWorkListener(@Nullable Runnable listener) {
        workListener = listener;
    }

    private boolean hasWorkLocked() {
        if (!config.busMaster()) {
            return false;
        }
        for (Engine engine : chip.engines) {
            if (engine.ready() && !engine.blocked()) {
                return true;
            }
        }
        return false;
    }

    // ---- faults on demand

    /**
     * Makes an engine stop for good in the middle of what it does; a reset of it helps. A mediator
     * cuts work off when it keeps somebody else waiting: with one guest alone nothing happens until
     * that guest's driver notices.
     */
    public void hang(HaswellEngine engine) {
        onEngine(engine, Engine::hang);
    }

    /**
     * Makes an engine stop and ignore its own reset; only a reset of the whole device helps. Its
     * ring never becomes idle.
     */
    public void stickRing(HaswellEngine engine) {
        onEngine(engine, Engine::stick);
    }

    /** Makes the reset register ignore what is written and never clear. */
    public void stickReset() {
        lock.lock();
        try {
            chip.resetStuck = true;
        } finally {
            lock.unlock();
        }
    }

    /** Loses the next interrupts between the device and its listeners. */
    public void loseInterrupts(int count) {
        lock.lock();
        try {
            interruptsToLose = count;
        } finally {
            lock.unlock();
        }
    }

    /** Makes an engine execute its next user interrupt commands without any effect. */
    public void loseUserInterrupts(HaswellEngine engine, int count) {
        onEngine(engine, e -> e.dropUserInterrupts(count));
    }

    /** Takes the device off the bus: from now on it reads as ones and does nothing. */
    public void disappear() {
        lock.lock();
        try {
            gone = true;
        } finally {
            lock.unlock();
        }
    }

    // ---- what is seen

    /**
     * Draws what the monitor at a pipe shows.
     *
     * @param pipe 0 for the first monitor, to 2
     * @return whether the pipe is on; the target is unchanged if it is not
     * @throws IllegalArgumentException if there is no such pipe
     */
    public boolean drawMonitor(int pipe, Picture target) {
        if (pipe < 0 || pipe >= Display.PIPES) {
            throw new IllegalArgumentException("pipe " + pipe + ": expected 0 to 2");
        }
        return locked(() -> chip.monitors.draw(pipe, target));
    }

    // ---- what happened

    /** Returns what an engine does and has done. */
    public EngineStatus status(HaswellEngine engine) {
        return locked(() -> engine(engine).status());
    }

    /**
     * Watches from now on that nobody rewrites what an engine has still to run: the commands
     * between head and tail of a ring, and the batches in the global table that they lead to. A
     * driver may do so at its own risk; a mediator that has looked at them may not.
     */
    public void watchCommands() {
        watchCommands(0, 0);
    }

    /**
     * As {@link #watchCommands()}, and the render contexts too that the ring loads by force from
     * given addresses: those of the mediator's own copies. A guest may change its own at any time.
     *
     * @param firstContext graphics address
     * @param endOfContexts graphics address of the first byte behind them
     */
    public void watchCommands(long firstContext, long endOfContexts) {
        for (HaswellEngine engine : HaswellEngine.values()) {
            onEngine(engine, each -> each.watch(firstContext, endOfContexts));
        }
    }

    /**
     * Returns how many commands and batches were not, when they were run, what they had been when
     * the tail passed them; 0 unless {@link #watchCommands} was called.
     */
    public long rewrittenCommands() {
        return locked(() -> Arrays.stream(chip.engines).mapToLong(Engine::rewritten).sum());
    }

    /** Returns how many entries of the global table commands have written. */
    public long gttUpdatesByCommand() {
        return locked(() -> chip.gttUpdatesByCommand);
    }

    /**
     * Returns how often commands of rings and privileged batches have set back the snapshot
     * counters of all units, which no product may. What a batch without privileges does, nobody can
     * look at before.
     */
    public long snapshotResets() {
        return locked(() -> chip.snapshotResets);
    }

    /** Sets who hears which memory the device accesses, or null for nobody. */
    public void watchMemory(@Nullable MemoryWatch watch) {
        lock.lock();
        try {
            chip.bus.watch = watch;
        } finally {
            lock.unlock();
        }
    }

    private Engine engine(HaswellEngine engine) {
        return chip.engines[engine.ordinal()];
    }

    private void onEngine(HaswellEngine engine, Consumer<Engine> action) {
        exclusively(() -> action.accept(engine(engine)));
    }

    private void exclusively(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "FakeHaswell " + identity;
    }

    /** Makes a {@link FakeHaswell}. */
    public static final class Builder {

        private int deviceId = 0x0412;
        private long apertureBytes = 512L << 20;
        private long stolenBytes = 32L << 20;
        private SharedMemory.@Nullable Allocator tableMemory;
        private CommandTiming timing = CommandTiming.INSTANT;
        private @Nullable MediationClock clock;
        private int core;
        private boolean surfaceWrites;
        private boolean emptyBatchesEnd;
        private final List<int[]> monitors = new ArrayList<>();

        private Builder() {}

        /**
         * Puts a monitor at the next pipe, which the firmware lights at power-on: black, 60 Hz.
         *
         * @param width in pixels, 64 to 4096
         * @param height in pixels, 64 to 4096
         * @throws IllegalArgumentException if it is none of these sizes, or there are three already
         */
        public Builder monitor(int width, int height) {
            if (width < 64 || width > 4096 || height < 64 || height > 4096) {
                throw new IllegalArgumentException(
                        width + "x" + height + ": expected sides of 64 to 4096 pixels");
            }
            if (monitors.size() == Display.PIPES) {
                throw new IllegalArgumentException("a fourth monitor: expected at most 3");
            }
            monitors.add(new int[] {width, height});
            return this;
        }

        /** Sets the PCI device id, 16 bits; {@code 0x0412} if not called. */
        public Builder deviceId(int id) {
            if (id >>> 16 != 0) {
                throw new IllegalArgumentException(
                        String.format("device id 0x%x: expected 16 bits", id));
            }
            deviceId = id;
            return this;
        }

        /** Sets the length of the aperture: 64, 128, 256 or 512 MiB. */
        public Builder apertureBytes(long bytes) {
            if (Long.bitCount(bytes) != 1 || bytes < 64L << 20 || bytes > 512L << 20) {
                throw new IllegalArgumentException(
                        "aperture of " + bytes + " bytes: expected 64, 128, 256 or 512 MiB");
            }
            apertureBytes = bytes;
            return this;
        }

        /**
         * Sets how much of the machine's memory its firmware has set aside for the GPU, "stolen":
         * from 0 to 512 MiB, a multiple of 32 MiB; 32 MiB if not called. A GPU that is handed to a
         * guest whole needs 0, as the guest has no memory there.
         */
        public Builder stolenBytes(long bytes) {
            if (bytes < 0 || bytes > 512L << 20 || bytes % (32L << 20) != 0) {
                throw new IllegalArgumentException(
                        "stolen memory of "
                                + bytes
                                + " bytes: expected a multiple of 32 MiB, 0 to 512 MiB");
            }
            stolenBytes = bytes;
            return this;
        }

        /**
         * Lets the translation table be mapped, {@link FakeHaswell#mapBar}; not if not called.
         *
         * @param memory makes the memory, for each mapping anew
         */
        public Builder mappableTable(SharedMemory.Allocator memory) {
            tableMemory = Objects.requireNonNull(memory, "memory");
            return this;
        }

        /** Sets what executing a command costs; nothing if not called. */
        public Builder timing(CommandTiming commandTiming) {
            timing = Objects.requireNonNull(commandTiming, "timing");
            return this;
        }

        /**
         * Sets the clock that registers which count time read. If not called they show the time
         * last given to {@link FakeHaswell#advance}.
         */
        public Builder clock(MediationClock mediationClock) {
            clock = Objects.requireNonNull(mediationClock, "clock");
            return this;
        }

        /**
         * Sets which of two cores the fake is, {@code 0} or {@code 1}; 0 if not called. On the
         * second, a store with core mode enabled goes to the place behind the one it names.
         */
        public Builder core(int number) {
            if (number >>> 1 != 0) {
                throw new IllegalArgumentException("core " + number + ": expected 0 or 1");
            }
            core = number;
            return this;
        }

        /**
         * Sets whether draws, walkers, media objects, video and enhancement write a mark into each
         * page of the surfaces that they would write, as far as these reach: to see what confines
         * them. They write nothing if not called.
         */
        public Builder surfaceWrites(boolean write) {
            surfaceWrites = write;
            return this;
        }

        /**
         * Sets whether a batch ends at once that begins with 64 bytes of zeros. Encoders have a
         * kernel write the commands of such a batch, and kernels do not run here: an engine would
         * go on through what lies behind, and hang. Not so if not called.
         */
        public Builder emptyBatchesEnd(boolean end) {
            emptyBatchesEnd = end;
            return this;
        }

        /** Makes the fake, as after power-on. */
        public FakeHaswell build() {
            return new FakeHaswell(this);
        }
    }
}
