package org.gpumediator.testkit.haswell;

import java.util.List;
import org.gpumediator.api.MediationClock;
import org.jspecify.annotations.Nullable;

/**
 * Everything inside the fake GPU. Not safe for use by multiple threads: the owner's lock guards it.
 */
final class Chip {

    /** Period of the timestamp counters: 12.5 MHz. */
    private static final long NANOS_PER_TICK = 80;

    /**
     * With modelled time engines take turns often, so that they see each other's effects in order.
     */
    private static final int TIMED_SLICE = 16;

    private static final int CURSOR_LIVE = 0x7_00ac;
    private static final int PIPE_STRIDE = 0x1000;
    private static final int PCH_PP_STATUS = 0xc_7200;
    private static final int PCH_PP_CONTROL_ON = 1;
    private static final int GMBUS2 = 0xc_5108;
    private static final int GMBUS_READY = 1 << 11;
    private static final int GMBUS_NAK = 1 << 10;
    private static final int GMBUS_CYCLE = 7 << 25;
    private static final int RC_ENABLE = 1 << 31 | 1 << 30;
    private static final int THREADS_ASLEEP = 3;

    final RegisterFile registers = new RegisterFile();
    final GlobalGtt gtt = new GlobalGtt();
    final BusSpace bus = new BusSpace();
    final InterruptTree interrupts = new InterruptTree();
    final Display display = new Display(this);
    final Monitors monitors = new Monitors(this);
    final Engine[] engines = new Engine[HaswellEngine.values().length];
    final Translator apertureTranslator = new Translator(gtt, bus, null);
    final Aperture aperture;
    final boolean timed;
    final boolean surfaceWrites;
    final boolean emptyBatchesEnd;
    private final int core;

    /** Width and height of the monitors at the GPU, pipe after pipe. */
    private List<int[]> plugged = List.of();

    private final @Nullable MediationClock clock;
    private final @Nullable Engine[] engineByPage = new Engine[RegisterFile.LENGTH >>> 12];
    private long now;
    private long earlier;
    private long stamped;
    private int turn;
    boolean resetStuck;

    /** The engine time at which the last command was done. */
    long horizon;

    long gttUpdatesByCommand;
    long snapshotResets;

    Chip(
            @Nullable MediationClock clock,
            boolean timed,
            long apertureBytes,
            int core,
            boolean surfaceWrites,
            boolean emptyBatchesEnd) {
        this.clock = clock;
        this.timed = timed;
        this.core = core;
        this.surfaceWrites = surfaceWrites;
        this.emptyBatchesEnd = emptyBatchesEnd;
        for (HaswellEngine id : HaswellEngine.values()) {
            Engine engine = new Engine(this, id);
            engines[id.ordinal()] = engine;
            engineByPage[id.mmioBase() >>> 12] = engine;
        }
        aperture = new Aperture(apertureTranslator, apertureBytes);
        Registers.powerOn(registers);
    }

    void powerOn() {
        Registers.powerOn(registers);
        gtt.clear();
        interrupts.reset();
        stamped = 0;
        gttUpdatesByCommand = 0;
        snapshotResets = 0;
        display.reset();
        monitors.reset();
        lightMonitors();
        aperture.reset();
        resetStuck = false;
        for (Engine engine : engines) {
            engine.powerOn();
        }
        for (Engine engine : engines) {
            engine.memory.invalidate();
        }
        apertureTranslator.invalidate();
    }

    /** Puts monitors at the first pipes, width and height of each, and lights them. */
    void plug(List<int[]> monitorSizes) {
        plugged = List.copyOf(monitorSizes);
        lightMonitors();
    }

    private void lightMonitors() {
        for (int pipe = 0; pipe < plugged.size(); pipe++) {
            monitors.light(pipe, plugged.get(pipe)[0], plugged.get(pipe)[1]);
        }
    }

    long now() {
        return now;
    }

    /** Returns the time before the last step of time: until then everything has been executed. */
    long earlier() {
        return earlier;
    }

    /** Lets time pass; it never falls. */
    void tick(long nowNanos) {
        if (nowNanos > now) {
            earlier = now;
            now = nowNanos;
        }
        display.tick();
    }

    void tickFromClock() {
        if (clock != null) {
            tick(clock.nanoTime());
        }
    }

    /** Returns the time in ticks; while work takes no time, later than all that was written. */
    long timestamp() {
        return Math.max(now / NANOS_PER_TICK, stamped);
    }

    /** Returns the next time stamp that a command writes, while work takes no time. */
    long nextTimestamp() {
        stamped = Math.max(now / NANOS_PER_TICK, stamped + 1);
        return stamped;
    }

    static long timestampAt(long nanos) {
        return nanos / NANOS_PER_TICK;
    }

    int readRegister(int offset) {
        return Registers.RULES.read(this, offset);
    }

    /** Writes a register, from the processor or from a command alike. */
    void writeRegister(int offset, int value) {
        Registers.RULES.write(this, offset, value);
    }

    Engine engineAt(int offset) {
        Engine engine = engineByPage[offset >>> 12];
        if (engine == null) {
            throw new IllegalStateException(String.format("no engine at 0x%x", offset));
        }
        return engine;
    }

    /**
     * Writes an entry of the global table; translations made before stay until they are flushed.
     */
    void writeGtt(int index, int value) {
        gtt.setEntry(index, value);
    }

    /** GFX_FLSH_CNTL: forgets what everybody remembers of the global table. */
    int flushGlobal(int value) {
        for (Engine engine : engines) {
            engine.memory.invalidate(Translator.GLOBAL);
        }
        apertureTranslator.invalidate();
        return value;
    }

    int setFence(int offset, int value) {
        aperture.setFence(offset - Registers.FENCE, value);
        return value;
    }

    int resetEngines(int bits) {
        if (resetStuck) {
            return bits;
        }
        boolean whole = (bits & Registers.GDRST_FULL) != 0;
        for (Engine engine : engines) {
            if (whole || (bits & engine.id.resetBit()) != 0) {
                engine.reset(whole);
            }
        }
        if (whole) {
            loseFencesAndForceWake();
        }
        return 0;
    }

    /**
     * What a reset of everything takes along besides the engines. Source: Linux i915, which puts
     * both back after each.
     */
    private void loseFencesAndForceWake() {
        aperture.reset();
        for (int i = 0; i < 2 * Registers.FENCES; i++) {
            registers.set(Registers.FENCE + 4 * i, 0);
        }
        registers.set(Registers.FORCEWAKE_MT, 0);
        registers.set(Registers.FORCEWAKE, 0);
    }

    /**
     * Returns how far behind its address a store of so many bytes goes. Source: Haswell PRM volume
     * 2a, core mode enable.
     */
    long coreOffset(boolean coreMode, int bytes) {
        return coreMode ? (long) core * bytes : 0;
    }

    /** Runs a slice of up to {@code limit} commands on one engine that can run; 0 if none can. */
    int slice(int limit) {
        int tried = 0;
        for (int i = 0; i < engines.length; i++) {
            Engine next = next(tried);
            if (next == null) {
                return 0;
            }
            int done = next.run(timed ? Math.min(limit, TIMED_SLICE) : limit);
            if (done > 0) {
                turn = (next.id.ordinal() + 1) % engines.length;
                return done;
            }
            tried |= 1 << next.id.ordinal();
        }
        return 0;
    }

    /** Returns whose turn it is: with modelled time, who is furthest behind. */
    private @Nullable Engine next(int tried) {
        Engine next = null;
        for (int i = 0; i < engines.length; i++) {
            Engine engine = engines[(turn + i) % engines.length];
            if ((tried >>> engine.id.ordinal() & 1) == 0
                    && engine.ready()
                    && (next == null || timed && engine.time() < next.time())) {
                next = engine;
            }
        }
        return next;
    }

    /** Returns when there will be something to execute: now or before, or later, or never. */
    long nextWorkNanos() {
        long next = display.nextVblankNanos();
        for (Engine engine : engines) {
            next = Math.min(next, engine.nextWorkNanos());
        }
        return next;
    }

    long nextVblankNanos() {
        return display.nextVblankNanos();
    }

    Engine engineOfFault(int offset) {
        return engines[engineIndexOfFault(offset)];
    }

    private static int engineIndexOfFault(int offset) {
        int status = offset - 0x14;
        for (HaswellEngine engine : HaswellEngine.values()) {
            if (engine.statusPageRegister() == status) {
                return engine.ordinal();
            }
        }
        throw new IllegalStateException(String.format("no fault register at 0x%x", offset));
    }

    int clearFault(int offset, int value) {
        engineOfFault(offset).memory.setLastFault(value);
        return value;
    }

    int powerStatus() {
        boolean awake =
                (registers.get(Registers.FORCEWAKE_MT) & 0xffff) != 0
                        || (registers.get(Registers.FORCEWAKE) & 1) != 0
                        || (registers.get(Registers.RC_CONTROL) & RC_ENABLE) == 0;
        return awake ? 0 : THREADS_ASLEEP;
    }

    int panelPower(int value) {
        registers.set(PCH_PP_STATUS, (value & PCH_PP_CONTROL_ON) << 31);
        return value;
    }

    /** The I2C bus has nobody on it: a cycle ends at once, not acknowledged. */
    int monitorBusControl(int value) {
        boolean cycle = (value & GMBUS_CYCLE) != 0;
        registers.set(GMBUS2, GMBUS_READY | (cycle ? GMBUS_NAK : 0));
        return value & ~(1 << 30);
    }

    int trainingControl(int offset, int value) {
        boolean idlePattern = (value >>> 8 & 7) == 2;
        if (idlePattern) {
            registers.set(offset + 4, registers.get(offset + 4) | 1 << 25);
        }
        return value;
    }

    int moveCursor(int pipe, int surface) {
        registers.set(CURSOR_LIVE + pipe * PIPE_STRIDE, surface);
        monitors.arm(pipe, 2);
        return surface;
    }
}
