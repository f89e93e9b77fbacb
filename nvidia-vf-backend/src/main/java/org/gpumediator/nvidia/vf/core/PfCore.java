package org.gpumediator.nvidia.vf.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.gsp.BoardFacts;
import org.gpumediator.nvidia.vf.gsp.Dialect570;
import org.gpumediator.nvidia.vf.gsp.GspBoot;
import org.gpumediator.nvidia.vf.gsp.GspClient;
import org.gpumediator.nvidia.vf.gsp.GspControls;
import org.gpumediator.nvidia.vf.gsp.GspDialect;
import org.gpumediator.nvidia.vf.gsp.GspRpc;
import org.gpumediator.nvidia.vf.gsp.GspTimeoutException;
import org.gpumediator.nvidia.vf.gsp.Waiter;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.sriov.VfActivation;
import org.gpumediator.nvidia.vf.sriov.VfActivationException;
import org.gpumediator.nvidia.vf.sriov.VfProbe;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.wire.BoardStructures.Features;
import org.gpumediator.nvidia.vf.wire.BoardStructures.SegmentSize;
import org.gpumediator.nvidia.vf.wire.VgpuStructures.Heterogeneous;
import org.jspecify.annotations.Nullable;

/**
 * The driver of one board's physical function: boots its firmware, switches its virtual functions
 * on, and gives the manager what it needs of both.
 *
 * <p>The connection to the firmware is replaced as a whole by {@link #restart}. Safe for use by
 * multiple threads.
 */
public final class PfCore implements AutoCloseable {

    /** The open vGPU manager series packs domain 0 always. */
    private static final int DOMAIN = 0;

    private static final long SWITCH_NANOS = 5_000_000_000L;
    private static final int SEGMENT_LEAST = 32;
    private static final int SEGMENT_MOST = 512;

    private final PhysicalGpu gpu;
    private final Waiter waiter;
    private final GspBoot boot;
    private final AdaBoard board;
    private final GspRpc.EventListener listener;
    private final VfActivation functions;
    private final SavedConfiguration saved;
    private final Scrubber scrubber;
    private final GspDialect dialect = Dialect570.INSTANCE;
    private final Registration interrupts;
    private final int wantedFunctions;
    private final PlacementMode placementMode;
    private final LongAdder restarts = new LongAdder();
    private final Object restarting = new Object();

    private volatile @Nullable FirmwareRun run;

    @GuardedBy("restarting")
    private boolean closed;

    private volatile boolean asleep;

    /**
     * Takes a board over.
     *
     * @param host where its physical function is
     * @param vfs how many virtual functions there shall be
     * @param autoprobe whether virtual functions are taken as they come up
     * @param mode whether sizes are mixed
     * @param listener hears of the firmware's events
     * @throws GpuMediationException if it cannot be taken over; it is left off
     */
    public PfCore(
            PhysicalGpu gpu,
            AdaBoard board,
            MediationClock clock,
            VfActivation.Host host,
            int vfs,
            VfActivation.Autoprobe autoprobe,
            PlacementMode mode,
            GspRpc.EventListener listener) {
        this.gpu = gpu;
        this.board = board;
        this.listener = listener;
        wantedFunctions = vfs;
        placementMode = mode;
        waiter = new Waiter(clock, this::isPresent);
        functions = new VfActivation(gpu, host, this::probe, clock, VfActivation.Listener.none());
        functions.setAutoprobe(autoprobe);
        saved = new SavedConfiguration(gpu, functions);
        boot = new GspBoot(gpu, waiter, functions.bars());
        scrubber = new Scrubber(gpu, waiter);
        interrupts = gpu.onInterrupt(vector -> serviceInterrupt());
        try {
            start();
        } catch (RuntimeException failure) {
            interrupts.close();
            throw failure;
        }
    }

    /** Looks at the board: one that has left the bus reads as ones everywhere. */
    private boolean isPresent() {
        return new Mmio(gpu).isPresent(BoardRegisters.CPU_CONTROL);
    }

    private void serviceInterrupt() {
        FirmwareRun now = run;
        if (now != null) {
            now.rpc().service();
        }
    }

    private void start() {
        GspBoot.Booted booted = boot.boot(listener);
        try {
            GspControls controls = new GspControls(booted.rpc());
            run = new FirmwareRun(booted, controls, attach(controls, booted.facts()));
            switchFunctions(wantedFunctions);
        } catch (RuntimeException failure) {
            run = null;
            try {
                boot.unload(booted);
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    private VfProbe.Answer probe(int index, int routingId) {
        return gpu.virtualFunction(index).isPresent() ? VfProbe.Answer.READY : VfProbe.Answer.RETRY;
    }

    /**
     * Switches virtual functions on or off and waits until that is done.
     *
     * @throws VfActivationException if it cannot be done; none is on then
     */
    private void switchFunctions(int count) {
        CompletableFuture<Integer> done = functions.setNumVfs(count);
        waiter.until(
                SWITCH_NANOS,
                () -> {
                    functions.step(waiter.nanoTime());
                    return done.isDone();
                });
        if (done.isCompletedExceptionally()
                && done.exceptionNow() instanceof VfActivationException refused) {
            throw refused;
        }
        if (!done.isDone()) {
            throw new GspTimeoutException(
                    count + " virtual functions: not within " + SWITCH_NANOS + " ns");
        }
    }

    /** What the manager does first: a client, the firmware's release, the segment, the types. */
    private GspClient attach(GspControls controls, BoardFacts facts) {
        GspClient client = controls.newClient("client of the manager");
        WireView features = Features.LAYOUT.allocate();
        controls.control("firmware version", client, GspControls.FEATURES, features);
        String version = features.text(Features.FIRMWARE_VERSION);
        if (!version.startsWith(dialect.release())) {
            throw new GpuMediationException(
                    "firmware " + version + ": expected release " + dialect.release() + "x");
        }
        WireView segment = SegmentSize.LAYOUT.allocate();
        controls.control("segment size", client, GspControls.SEGMENT_BYTES, segment);
        long bytes = segment.get(SegmentSize.VMMU_SEGMENT_SIZE);
        long mebibytes = bytes / AdaBoard.MIB;
        boolean legal =
                Long.bitCount(bytes) == 1
                        && mebibytes >= SEGMENT_LEAST
                        && mebibytes <= SEGMENT_MOST;
        if (!legal || board.segmentBytes() % bytes != 0) {
            throw new GpuMediationException(
                    "segment of "
                            + bytes
                            + " bytes: expected a divisor of "
                            + board.segmentBytes());
        }
        if (facts.framebufferBytes() < board.framebufferBytes() / 2
                || facts.channels() != AdaBoard.TOTAL_CHANNELS) {
            throw new GpuMediationException(
                    "firmware reports " + facts + ": not a " + board.title());
        }
        controls.control(
                "types",
                client,
                GspControls.ADD_TYPES,
                dialect.types(TypeCatalogue.shipped().types(board)));
        boolean mixed = placementMode == PlacementMode.HETEROGENEOUS;
        controls.control(
                "placement mode",
                client,
                GspControls.HETEROGENEOUS,
                Heterogeneous.LAYOUT
                        .allocate()
                        .put(Heterogeneous.HETEROGENEOUS_MODE, mixed ? 1 : 0));
        return client;
    }

    // ---- what the manager uses

    /** Returns the board. */
    public AdaBoard board() {
        return board;
    }

    /** Returns the physical function. */
    public PhysicalGpu gpu() {
        return gpu;
    }

    /** Returns who waits. */
    public Waiter waiter() {
        return waiter;
    }

    /** Returns the firmware's layouts. */
    public GspDialect dialect() {
        return dialect;
    }

    /** Returns the virtual functions. */
    public VfActivation functions() {
        return functions;
    }

    /**
     * Returns one of the virtual functions for its driver. One that nobody has taken yet is taken.
     *
     * @param index from 0
     * @throws GpuMediationException if it does not exist
     */
    public PhysicalGpu takeFunction(int index) {
        functions.bind(index);
        return gpu.virtualFunction(index)
                .orElseThrow(
                        () ->
                                new GpuMediationException(
                                        "virtual function " + index + " does not exist"));
    }

    /** Returns domain, bus, device and function of a virtual function as firmware packs them. */
    public int routing(int index) {
        return functions
                .routing()
                .map(routing -> routing.dbdf(DOMAIN, index))
                .orElseThrow(() -> new GpuMediationException("virtual functions are off"));
    }

    /**
     * Returns the firmware's present run.
     *
     * @throws DeviceLostException if it is off
     */
    public FirmwareRun run() {
        FirmwareRun now = run;
        if (now == null) {
            throw new DeviceLostException(
                    gpu.identity() + (asleep ? ": asleep" : ": firmware is off"));
        }
        return now;
    }

    /** Returns whether a run is not over: what was made in it may still be there. */
    public boolean isCurrent(FirmwareRun which) {
        return run == which;
    }

    /** Returns what scrubs. */
    public Scrubber scrubber() {
        return scrubber;
    }

    /** Returns what the firmware says the board has. */
    public BoardFacts facts() {
        return run().booted().facts();
    }

    /** Returns the firmware's controls. */
    public GspControls controls() {
        return run().controls();
    }

    /** Returns the manager's own client. */
    public GspClient client() {
        return run().client();
    }

    /** Returns why the firmware no longer answers, or null. Does not look at the board. */
    public @Nullable String lost() {
        FirmwareRun now = run;
        return now == null ? "the firmware is off" : now.rpc().lost();
    }

    /** Looks at the board: whether the firmware still runs. */
    public boolean isAlive() {
        FirmwareRun now = run;
        return now != null && now.rpc().isAlive();
    }

    /**
     * Resets the board and boots its firmware anew: every virtual GPU's task is gone then, the
     * framebuffer's contents are not.
     *
     * @return whether it was; not while the board is asleep
     * @throws GpuMediationException if it does not boot; the firmware stays off
     */
    public boolean restart() {
        synchronized (restarting) {
            if (asleep) {
                return false;
            }
            startAnew();
            return true;
        }
    }

    @GuardedBy("restarting")
    private void startAnew() {
        if (closed) {
            throw new IllegalStateException("the board is closed");
        }
        FirmwareRun old = run;
        run = null;
        if (old != null) {
            old.rpc().markLost("the board is being reset");
        }
        gpu.reset();
        functions.deviceReset();
        saved.restore(functions);
        if (old != null) {
            old.booted().close();
        }
        restarts.increment();
        start();
    }

    /**
     * Puts the board down: virtual functions off, firmware unloaded. No effect if it is.
     *
     * @throws GpuMediationException if that is not orderly; it is down all the same
     */
    public void sleep() {
        synchronized (restarting) {
            if (!asleep && !closed) {
                asleep = true;
                putDown();
            }
        }
    }

    /** Returns whether the board was put down by {@link #sleep}. */
    public boolean isAsleep() {
        return asleep;
    }

    /**
     * Takes the board up after {@link #sleep}. No effect if it is up.
     *
     * @throws GpuMediationException if it does not boot; it stays down
     */
    public void wake() {
        synchronized (restarting) {
            if (asleep) {
                startAnew();
                asleep = false;
            }
        }
    }

    /** Adds counters to a map. */
    public void count(Map<String, Long> counters) {
        counters.put("gsp.restarts", restarts.sum());
        counters.put("scrub.bytes", scrubber.scrubbedBytes());
        counters.put("functions.present", (long) functions.numVfs());
        counters.put("functions.bound", (long) functions.bound());
        FirmwareRun now = run;
        if (now != null) {
            now.rpc().count(counters);
        }
    }

    private void putDown() {
        FirmwareRun old = run;
        run = null;
        try {
            switchFunctions(0);
        } catch (VfActivationException gone) {
            if (gone.reason() != VfActivationException.Reason.LOST
                    && gone.reason() != VfActivationException.Reason.NOT_SUPPORTED) {
                throw gone;
            }
        } finally {
            if (old != null) {
                boot.unload(old.booted());
            }
        }
    }

    @Override
    public void close() {
        synchronized (restarting) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                putDown();
            } finally {
                interrupts.close();
                scrubber.close();
            }
        }
    }
}
