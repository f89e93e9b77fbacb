package org.gpumediator.testkit.guest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gpumediator.testkit.GuestMachine;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.jspecify.annotations.Nullable;

/**
 * A guest with an i915-like driver, written in Java and run by the test: it finds its slice, maps
 * its memory, starts the four engines, submits work, handles interrupts and recovers from hangs, as
 * the Linux driver is seen to do it.
 *
 * <pre>{@code
 * ScriptedHaswellGuest guest =
 *         ScriptedHaswellGuest.on(vmm).stepping(() -> mediator.step(clock.advanceNanos(100_000))).build();
 * guest.boot();
 * GuestObject target = guest.allocate(4096);
 * Request request = guest.submit(HaswellEngine.BCS,
 *         Batch.user().storeDword(target.graphicsAddress(), 42));
 * guest.await(request);
 * assertEquals(42, target.read32(0));
 * }</pre>
 *
 * <p>Whenever the driver has to wait it runs the stepping callback, which moves the fake GPU, the
 * mediator and the clock; then it handles the interrupts that have come. It never sleeps and starts
 * no thread. What a real driver would only warn of is in {@link #complaints}; what would make it
 * give up is thrown as a {@link GuestTroubleException}.
 *
 * <p>Not safe for use by multiple threads.
 */
public final class ScriptedHaswellGuest {

    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 0x2;
    private static final int CONTEXT_BYTES = 17 * GuestPages.PAGE;
    private static final int RING_CONTROL = GuestRing.SIZE - GuestPages.PAGE | Mmio.CTL_VALID;
    private static final int STOP_POLLS = 20;

    private final GuestMachine machine;
    private final Runnable step;
    private final int patience;
    private final Consumer<String> progress;
    private final GuestBus bus;
    private final GuestPages pages;
    private final List<String> complaints = new ArrayList<>();
    private final GuestInterrupts interrupts;
    private final DriverProbe probe;
    private final Map<DriverEngine, GuestRing> rings = new EnumMap<>(DriverEngine.class);
    private final Deque<Borrowed> batches = new ArrayDeque<>();
    private GraphicsSpace space;
    private int fences;
    private @Nullable DisplayDriver display;

    private record Borrowed(Request request, GuestObject object) {}

    @SuppressWarnings("NullAway.Init") // the graphics space is known once the guest has booted
    private ScriptedHaswellGuest(Builder builder) {
        machine = builder.machine;
        step = builder.step;
        patience = builder.patience;
        progress = builder.progress;
        if ((machine.readConfig(COMMAND, 2) & COMMAND_MEMORY) == 0) {
            machine.enumerate();
        }
        bus = new GuestBus(machine);
        pages = new GuestPages(machine);
        interrupts = new GuestInterrupts(machine, bus, complaints);
        probe = new DriverProbe(machine, bus, complaints, this::step);
    }

    /** Returns a builder of a guest that runs on a machine with a virtual GPU in it. */
    public static Builder on(GuestMachine machine) {
        return new Builder(machine);
    }

    /** Settings of a {@link ScriptedHaswellGuest}. */
    public static final class Builder {

        private final GuestMachine machine;
        private Runnable step = () -> {};
        private int patience = 20_000;
        private Consumer<String> progress = stage -> {};

        private Builder(GuestMachine machine) {
            this.machine = Objects.requireNonNull(machine, "machine");
        }

        /** Sets what moves the world a little while the driver waits; nothing unless set. */
        public Builder stepping(Runnable worldStep) {
            step = Objects.requireNonNull(worldStep, "worldStep");
            return this;
        }

        /**
         * Sets how many steps the driver waits for one thing before it calls it hung; 20,000 unless
         * set.
         */
        public Builder patience(int steps) {
            patience = steps;
            return this;
        }

        /** Sets who is told what the driver has reached, in a few words; nobody unless set. */
        public Builder progress(Consumer<String> listener) {
            progress = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Builds the guest. The firmware has run when this returns.
         *
         * @throws AssertionError if the function does not behave as PCI says
         */
        public ScriptedHaswellGuest build() {
            return new ScriptedHaswellGuest(this);
        }
    }

    // ---- life of the driver --------------------------------------------------------------------

    /**
     * Loads the driver: from probing the function to one completed request on each engine.
     *
     * @return this
     * @throws GuestTroubleException if a real driver would give up, or declare the GPU wedged
     */
    public ScriptedHaswellGuest boot() {
        probe.checkFunction();
        probe.detect();
        progress.accept("virtual GPU detected");
        interrupts.choose();
        probe.survey();
        probe.resetGpu(Mmio.GDRST_FULL);
        fences = probe.clearFences();
        probe.surveyDisplay();
        interrupts.reset();
        interrupts.install();
        space = probe.balloon(pages);
        progress.accept("slice found");
        space.scratchEverything();
        progress.accept("table written");
        probe.tune();
        makeRings();
        startEngines();
        progress.accept("engines started");
        for (DriverEngine engine : DriverEngine.values()) {
            firstRequest(engine);
            progress.accept(engine + " answers");
        }
        bus.write(Mmio.PVINFO_DISPLAY_READY, 1);
        park();
        return this;
    }

    private void makeRings() {
        space.createProcessSpace();
        GuestObject scratch = allocate(GuestPages.PAGE);
        GuestObject context = allocate(CONTEXT_BYTES);
        for (DriverEngine engine : DriverEngine.values()) {
            GuestObject status = allocate(GuestPages.PAGE);
            GuestObject ring = allocate(GuestRing.SIZE);
            rings.put(engine, new GuestRing(engine, machine, ring, status, scratch, context));
        }
    }

    private void startEngines() {
        for (DriverEngine engine : DriverEngine.values()) {
            stop(engine);
        }
        probe.resetGpu(Mmio.GDRST_FULL);
        for (DriverEngine engine : DriverEngine.values()) {
            start(engine, 0, ring(engine).tail());
        }
    }

    private void firstRequest(DriverEngine engine) {
        long before = interrupts.userInterrupts(engine);
        Request first = submitCommands(engine);
        if (!await(() -> first.completed(), engine)) {
            throw new GuestTroubleException(
                    engine
                            + ": the first request's sequence number never appeared in the status"
                            + " page; "
                            + describe(engine)
                            + ". The driver declares the GPU wedged");
        }
        if (!awaitInterrupt(engine, before)) {
            complaints.add(engine + ": the first request completed without a user interrupt");
        }
    }

    /** Brings a driver that has nothing to do to rest. */
    public void park() {
        bus.write(Mmio.POWER_WELL_DRIVER, 0);
        bus.write(Mmio.PMINTRMSK, ~0);
    }

    /**
     * Unloads the driver: stops the engines, resets the GPU, masks every interrupt. The guest can
     * {@link #boot} again.
     */
    public void unload() {
        display = null;
        for (DriverEngine engine : DriverEngine.values()) {
            stop(engine);
        }
        probe.resetGpu(Mmio.GDRST_FULL);
        interrupts.reset();
        space.scratchEverything();
        rings.clear();
        batches.clear();
    }

    private void stop(DriverEngine engine) {
        bus.write(engine.register(Mmio.RING_MI_MODE), Mmio.MI_MODE_STOP);
        for (int i = 0; i < STOP_POLLS; i++) {
            if ((bus.read(engine.register(Mmio.RING_MI_MODE)) & Mmio.MI_MODE_IDLE) != 0) {
                break;
            }
            step();
        }
        bus.write(engine.register(Mmio.RING_HEAD), bus.read(engine.register(Mmio.RING_TAIL)));
        bus.write(engine.register(Mmio.RING_CTL), 0);
        bus.write(engine.register(Mmio.RING_HEAD), 0);
        bus.write(engine.register(Mmio.RING_TAIL), 0);
        int head = bus.read(engine.register(Mmio.RING_HEAD));
        if ((head & Mmio.HEAD_OFFSET) != 0) {
            complaints.add(String.format("%s: HEAD reads 0x%x after it was cleared", engine, head));
        }
    }

    private void start(DriverEngine engine, int head, int tail) {
        GuestRing ring = ring(engine);
        bus.write(engine.statusPageRegister(), (int) ring.status().graphicsAddress());
        bus.read(engine.statusPageRegister());
        bus.write(engine.register(Mmio.RING_HWSTAM), ~0);
        if ((bus.read(engine.register(Mmio.RING_MI_MODE)) & Mmio.MI_MODE_IDLE) == 0) {
            complaints.add(engine + ": not idle before the start of its ring");
        }
        bus.write(engine.register(Mmio.RING_INSTPM), Mmio.INSTPM_FLUSH_TLB);
        if (!probe.poll(engine.register(Mmio.RING_INSTPM), Mmio.INSTPM_SYNC_FLUSH, 0)) {
            complaints.add(engine + ": INSTPM: the sync flush does not finish");
        }
        bus.write(engine.register(Mmio.RING_IMR), engine.idleMask());
        bus.write(engine.register(Mmio.RING_START), (int) ring.ring().graphicsAddress());
        bus.write(engine.register(Mmio.RING_PP_DIR_DCLV), ~0);
        bus.write(engine.register(Mmio.RING_PP_DIR_BASE), space.directoryBase());
        bus.write(engine.register(Mmio.RING_GFX_MODE), Mmio.GFX_MODE_PPGTT);
        bus.write(engine.register(Mmio.RING_HEAD), head);
        bus.write(engine.register(Mmio.RING_TAIL), head);
        bus.read(engine.register(Mmio.RING_TAIL));
        bus.write(engine.register(Mmio.RING_CTL), RING_CONTROL);
        int control = bus.read(engine.register(Mmio.RING_CTL));
        DriverProbe.require(
                (control & Mmio.CTL_VALID) != 0,
                "%s initialization failed: CTL reads 0x%08x, not valid; START 0x%08x, HEAD 0x%08x",
                engine,
                control,
                bus.read(engine.register(Mmio.RING_START)),
                bus.read(engine.register(Mmio.RING_HEAD)));
        bus.write(engine.register(Mmio.RING_MI_MODE), Mmio.MI_MODE_GO);
        if (tail != head) {
            bus.write(engine.register(Mmio.RING_TAIL), tail);
        }
    }

    // ---- work ----------------------------------------------------------------------------------

    /** Submits a request that carries nothing but its sequence number. */
    public Request submit(HaswellEngine engine) {
        return submitCommands(engine);
    }

    /**
     * Submits a batch. Its memory is freed some time after the request is complete.
     *
     * @throws GuestTroubleException if the guest has not booted, or the ring stays full
     */
    public Request submit(HaswellEngine engine, Batch batch) {
        DriverEngine own = DriverEngine.of(engine);
        reclaimBatches();
        GuestObject object = allocate(batch.lengthBytes());
        int[] dwords = batch.at(own, object.graphicsAddress());
        for (int i = 0; i < dwords.length; i++) {
            object.write32(4L * i, dwords[i]);
        }
        Request request = submitCommands(own, batch.start(own), (int) object.graphicsAddress());
        batches.add(new Borrowed(request, object));
        return request;
    }

    /**
     * Submits commands that stand in the ring itself, where a kernel's commands are.
     *
     * @throws GuestTroubleException if the guest has not booted, or the ring stays full
     */
    public Request submitCommands(HaswellEngine engine, int... commands) {
        return submitCommands(DriverEngine.of(engine), commands);
    }

    private Request submitCommands(DriverEngine engine, int... commands) {
        GuestRing ring = ring(engine);
        if (!await(() -> ring.space() >= GuestRing.worstCase(commands.length), engine)) {
            throw new GuestTroubleException(engine + ": the ring stays full; " + describe(engine));
        }
        Request request = ring.put(space.directoryBase(), commands);
        bus.write(engine.register(Mmio.RING_TAIL), ring.tail());
        return request;
    }

    private void reclaimBatches() {
        batches.removeIf(
                borrowed -> {
                    boolean done = borrowed.request().completed();
                    if (done) {
                        space.free(borrowed.object());
                    }
                    return done;
                });
    }

    /**
     * Waits for a request, with its engine's user interrupt let through as long as it lasts.
     *
     * @return whether it completed before the driver's patience ended
     */
    public boolean waitFor(Request request) {
        return await(request::completed, request.driverEngine());
    }

    /**
     * Waits for a request that must complete.
     *
     * @throws GuestTroubleException if it does not
     */
    public void await(Request request) {
        if (!waitFor(request)) {
            throw new GuestTroubleException(
                    request + " does not complete; " + describe(request.driverEngine()));
        }
    }

    private boolean await(BooleanSupplier condition, DriverEngine engine) {
        if (condition.getAsBoolean()) {
            return true;
        }
        interrupts.unmask(engine);
        boolean happened = false;
        for (int i = 0; i < patience && !happened; i++) {
            step();
            happened = condition.getAsBoolean();
        }
        interrupts.mask(engine);
        return happened;
    }

    private boolean awaitInterrupt(DriverEngine engine, long before) {
        if (interrupts.userInterrupts(engine) > before) {
            return true;
        }
        // The request may have been finished inside the tail write, with its interrupt masked:
        // then only one that runs while somebody waits can show the interrupt.
        interrupts.unmask(engine);
        Request second = submitCommands(engine);
        for (int i = 0; i < patience && interrupts.userInterrupts(engine) == before; i++) {
            if (second.completed() && i > patience / 10) {
                break;
            }
            step();
        }
        interrupts.mask(engine);
        return interrupts.userInterrupts(engine) > before;
    }

    /** Moves the world a little, then handles the interrupts that have come. */
    public void step() {
        step.run();
        interrupts.service();
    }

    // ---- hang and recovery ---------------------------------------------------------------------

    /** Submits a batch of a user that jumps to itself for ever. */
    public Request hang(HaswellEngine engine) {
        return submit(engine, Batch.user().noops(2).endless());
    }

    /**
     * Resets one engine as a driver does that has found it hung: the request it hangs in loses its
     * payload, the requests behind it are kept.
     */
    public void resetEngine(HaswellEngine engine) {
        resetEngine(DriverEngine.of(engine));
    }

    private void resetEngine(DriverEngine engine) {
        stop(engine);
        probe.resetGpu(engine.resetBit());
        GuestRing ring = ring(engine);
        Request guilty = ring.outstanding().peek();
        if (guilty == null) {
            start(engine, ring.tail(), ring.tail());
        } else {
            ring.blank(guilty);
            start(engine, guilty.head, ring.tail());
        }
    }

    // ---- memory --------------------------------------------------------------------------------

    /**
     * Returns fresh zeroed memory of the guest, bound in hidden graphics memory and in the
     * per-process address space.
     *
     * @param bytes positive; rounded up to pages
     */
    public GuestObject allocate(long bytes) {
        return space().allocate(bytes, GraphicsSpace.Place.HIDDEN);
    }

    /** Returns fresh zeroed memory of the guest, bound where BAR 2 reaches it. */
    public GuestObject allocateMappable(long bytes) {
        return space().allocate(bytes, GraphicsSpace.Place.MAPPABLE);
    }

    /** Unbinds memory and gives it back. */
    public void free(GuestObject object) {
        space().free(object);
    }

    /** Returns the guest-physical address of a fresh zeroed page, bound nowhere. */
    public long guestPage() {
        return pages.take();
    }

    // ---- what a test wants to know -------------------------------------------------------------

    /** Returns what a real driver would have warned of, in order. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Returns how many interrupts the driver has handled. */
    public long interruptsHandled() {
        return interrupts.handled();
    }

    /** Returns how many user interrupts of an engine the driver has seen. */
    public long userInterrupts(HaswellEngine engine) {
        return interrupts.userInterrupts(DriverEngine.of(engine));
    }

    /** Returns whether the driver gets message interrupts, not the line. */
    public boolean usesMessageInterrupts() {
        return interrupts.usesMessages();
    }

    /** Returns how many fences are the guest's. */
    public int fences() {
        return fences;
    }

    /** Returns the first graphics address of its part of the aperture. */
    public long mappableBase() {
        return space().mappableBase();
    }

    /** Returns the length of its part of the aperture in bytes. */
    public long mappableSize() {
        return space().mappableSize();
    }

    /** Returns the first graphics address of its hidden graphics memory. */
    public long hiddenBase() {
        return space().hiddenBase();
    }

    /** Returns the length of its hidden graphics memory in bytes. */
    public long hiddenSize() {
        return space().hiddenSize();
    }

    /** Returns how many registers the driver has read. */
    public long registerReads() {
        return bus.reads();
    }

    /** Returns how many registers the driver has written. */
    public long registerWrites() {
        return bus.writes();
    }

    /** Returns how many entries of the global table the driver has written. */
    public long tableWrites() {
        return bus.entries();
    }

    /** Returns what the ring registers of an engine say, in one line. */
    public String describe(HaswellEngine engine) {
        return describe(DriverEngine.of(engine));
    }

    private String describe(DriverEngine engine) {
        return String.format(
                "%s HEAD 0x%x TAIL 0x%x START 0x%x CTL 0x%x ACTHD 0x%x",
                engine,
                bus.read(engine.register(Mmio.RING_HEAD)),
                bus.read(engine.register(Mmio.RING_TAIL)),
                bus.read(engine.register(Mmio.RING_START)),
                bus.read(engine.register(Mmio.RING_CTL)),
                bus.read(engine.register(Mmio.RING_ACTHD)));
    }

    /** Returns the driver's display part; the first call makes it listen for plugs. */
    public DisplayDriver displays() {
        if (display == null) {
            display = new DisplayDriver(bus, interrupts, this::step);
        }
        return display;
    }

    /** Returns ways to misbehave. */
    public HostileActions hostile() {
        return new HostileActions(this, machine, bus);
    }

    GraphicsSpace space() {
        DriverProbe.require(space != null, "the guest has not booted");
        return space;
    }

    GuestRing ring(DriverEngine engine) {
        GuestRing ring = rings.get(engine);
        if (ring == null) {
            throw new GuestTroubleException(engine + ": the guest has not booted");
        }
        return ring;
    }
}
