package org.gpumediator.intel.gen7;

import com.google.common.collect.Lists;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.Abilities;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.contain.GuardedVmm;
import org.gpumediator.core.contain.GuestFailure;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.observe.RateLimit;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.schedule.SchedulingAttributes;
import org.gpumediator.intel.gen7.bar.ApertureBar;
import org.gpumediator.intel.gen7.bar.HostRegisters;
import org.gpumediator.intel.gen7.bar.PortBar;
import org.gpumediator.intel.gen7.bar.RegisterBar;
import org.gpumediator.intel.gen7.bar.TableWindow;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.intel.gen7.display.GraphicsMemory;
import org.gpumediator.intel.gen7.display.GuestDisplays;
import org.gpumediator.intel.gen7.display.PanelGuest;
import org.gpumediator.intel.gen7.display.PortOptions;
import org.gpumediator.intel.gen7.display.Ports;
import org.gpumediator.intel.gen7.display.PrecisionPalette;
import org.gpumediator.intel.gen7.display.SideBand;
import org.gpumediator.intel.gen7.display.VirtualDisplay;
import org.gpumediator.intel.gen7.engine.EngineMediation;
import org.gpumediator.intel.gen7.engine.GuestEngines;
import org.gpumediator.intel.gen7.gtt.Fences;
import org.gpumediator.intel.gen7.gtt.GlobalGtt;
import org.gpumediator.intel.gen7.gtt.GuestDma;
import org.gpumediator.intel.gen7.gtt.GuestGtt;
import org.gpumediator.intel.gen7.gtt.Ppgtt;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ShadowTable;
import org.gpumediator.intel.gen7.gtt.Slice;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;
import org.jspecify.annotations.Nullable;

/**
 * One virtual Haswell: its PCI function, its registers, its slice of graphics memory, its fences,
 * its interrupts and its place on the engines.
 */
public final class Gen7Vgpu implements DeviceModel, PanelGuest {

    /*
     * Concurrency: `lock` guards the slice, the fences and the interrupts. Order: the lock of the engines (physical) before this
     * one (virtual) before that of the PCI function. Whoever holds this one must not ask for the engines'.
     */
    private final Object lock = new Object();

    /** Many times what a driver at work gets; keeps a guest from flooding its VMM. */
    private static final long MESSAGES_PER_SECOND = 50_000;

    private static final int MESSAGE_BURST = 1000;

    /** Interrupts that a thread tells a VMM of before it goes on with what else it is there for. */
    private static final int CALLS_AT_ONCE = 16;

    /** Tables whose entries are redirected in one go. */
    private static final int TABLES_AT_ONCE = 64;

    private final Gen7Backend backend;
    private final VgpuBlueprint blueprint;
    private final long visibleAperture;
    private final FaultBook faults;
    private final GuestFailure failure;
    private final PciFunction function;
    private final RegisterFile<Gen7Hooks> registers;
    private final ShadowRegisters shadow;
    private final VirtualDisplay display;
    private final Ports displayPorts;
    private final SideBand sideBand = new SideBand();
    private final PrecisionPalette precisePalette = new PrecisionPalette();
    private final GuestDisplays displays;
    private final Abilities abilities;
    private final PortBar ports;
    private final ApertureBar aperture;
    private final List<TrapRegion> regions;
    private final Registration memoryRegistration;
    private final @Nullable SharedMemory tableMemory;
    private final @Nullable SharedMemory captureMemory;

    @GuardedBy("lock")
    private final GuestGtt gtt;

    @GuardedBy("lock")
    private final GuestDma dma;

    @GuardedBy("lock")
    private final Ppgtt ppgtt;

    @GuardedBy("lock")
    private final Fences fences;

    @GuardedBy("lock")
    private final WorkBudget flushing = new WorkBudget();

    private final DmaPages scratchPage;
    private final VirtualInterrupts interrupts;
    private final GuestEngines engines;
    private final RateLimit messages = new RateLimit(MESSAGES_PER_SECOND, MESSAGE_BURST);

    @GuardedBy("lock")
    private boolean messageWaits;

    private volatile boolean touched;
    private boolean closed;

    public Gen7Vgpu(Gen7Backend backend, VgpuBlueprint blueprint, VgpuOptions options) {
        this.backend = backend;
        this.blueprint = blueprint;
        visibleAperture = options.visibleAperture();
        PhysicalGpu gpu = backend.gpu();
        faults = new FaultBook(blueprint.name(), backend.listener());
        failure = new GuestFailure(blueprint.name(), backend.engines()::wantStep);
        VmmPort vmm = GuardedVmm.of(blueprint.vmm(), failure);
        GuestMemory memory = vmm.memory();
        Slice slice =
                new Slice(
                        blueprint.partition().range(Gen7Resources.APERTURE),
                        blueprint.partition().range(Gen7Resources.HIDDEN));
        function =
                HaswellFunction.build(
                        backend.device(),
                        backend.resources().aperture(),
                        vmm,
                        this::commandWritten);
        Hooks hooks = new Hooks(this);
        registers =
                new RegisterFile<>(
                        backend.catalogue(),
                        backend.resetImage(),
                        hooks,
                        backend.registers(),
                        faults);
        shadow = new Storage(registers);
        interrupts = new VirtualInterrupts(lock, shadow, new Output());
        display =
                new VirtualDisplay(
                        shadow, interrupts, backend.clock(), backend.engines()::wantStep);
        displayPorts =
                new Ports(
                        shadow,
                        interrupts,
                        PortOptions.ofType(
                                options.display(),
                                blueprint.type().maxWidth(),
                                blueprint.type().maxHeight()));
        displays =
                new GuestDisplays(
                        shadow, displayPorts, display, precisePalette, new ScannedOut(), faults);
        abilities =
                Abilities.none().with(Displays.class, displays).with(RegisterFile.class, registers);
        scratchPage = new DmaPages(gpu, Pte.PAGE, DmaAccess.READ_WRITE);
        // As long as the BAR and with the table at the same offset: a VMM in another process maps
        // both alike. What is in front of the table is never touched.
        tableMemory =
                options.relaxedTable()
                        ? blueprint
                                .vmm()
                                .sharedMemory()
                                .allocate(blueprint.name() + " BAR0", RegisterBar.LENGTH)
                        : null;
        captureMemory =
                options.relaxedTable()
                        ? blueprint
                                .vmm()
                                .sharedMemory()
                                .allocateWindow(
                                        blueprint.name() + " capture page",
                                        Pte.PAGE,
                                        slice.apertureStart())
                        : null;
        dma = new GuestDma(gpu, memory, failure);
        gtt =
                new GuestGtt(
                        slice,
                        backend.physicalTable(),
                        memory,
                        dma,
                        faults,
                        scratchPage.busAddress(),
                        tableMemory == null
                                ? null
                                : tableMemory
                                        .segment()
                                        .asSlice(GlobalGtt.WINDOW, TableWindow.LENGTH));
        if (captureMemory != null) {
            gtt.mapFirstPage(captureMemory.segment());
        }
        ppgtt =
                new Ppgtt(
                        gpu,
                        gtt,
                        memory,
                        dma,
                        faults,
                        backend.area(),
                        backend.places(),
                        scratchPage.busAddress(),
                        options.trackedTables() ? memory.writeTracking().orElse(null) : null);
        fences = fences(slice);
        engines =
                new GuestEngines(
                        blueprint.id(),
                        lock,
                        gpu,
                        backend.area(),
                        shadow,
                        gtt,
                        ppgtt,
                        interrupts,
                        faults,
                        failure);
        hooks.bind();
        RegisterBar bar0 = new RegisterBar(view(), new TableWindow(lock, gtt, faults));
        ports = new PortBar(bar0);
        aperture = new ApertureBar(lock, gpu, slice, faults);
        List<DirectWindow> direct =
                tableMemory == null
                        ? List.of()
                        : List.of(
                                new DirectWindow(
                                        GlobalGtt.WINDOW,
                                        TableWindow.LENGTH,
                                        tableMemory,
                                        GlobalGtt.WINDOW));
        regions =
                List.of(
                        new TrapRegion(0, BarKind.MEMORY_64, RegisterBar.LENGTH, bar0, direct),
                        new TrapRegion(
                                2,
                                BarKind.MEMORY_64_PREFETCHABLE,
                                backend.resources().aperture(),
                                aperture,
                                captureMemory == null
                                        ? List.of()
                                        : List.of(
                                                new DirectWindow(
                                                        slice.apertureStart(),
                                                        Pte.PAGE,
                                                        captureMemory,
                                                        0))),
                        TrapRegion.trapped(4, BarKind.PORT_IO, PortBar.LENGTH, ports));
        fillIn();
        memoryRegistration = memory.listen(new MemoryListener());
        backend.engines()
                .attach(
                        engines,
                        SchedulingAttributes.read(
                                blueprint.name(), blueprint.type().name(), blueprint.attributes()));
    }

    private TrapHandler view() {
        return blueprint.role() == Role.HOST
                ? new HostRegisters(registers, backend.registers(), backend.catalogue())
                : registers;
    }

    private Fences fences(Slice slice) {
        List<ResourceRange> share = blueprint.partition().ranges(Gen7Resources.FENCES);
        int first = share.isEmpty() ? 0 : (int) share.getFirst().start();
        int count = share.isEmpty() ? 0 : (int) share.getFirst().length();
        return new Fences(backend.mmio(), slice, shadow, faults, first, count);
    }

    private void fillIn() {
        synchronized (lock) {
            ParavirtualPage.fill(
                    shadow, blueprint.id(), gtt.slice(), visibleAperture, fences.count());
        }
        displayPorts.reset();
    }

    private void commandWritten(int before, int after) {
        touched = true;
    }

    private final class Output implements VirtualInterrupts.Output {

        @Override
        public void level(boolean active) {
            synchronized (lock) { // held already: levels change under it
                if (!active) {
                    messageWaits = false;
                } else if (function.mode() != MessageInterrupts.Mode.NONE) {
                    message(backend.clock().nanoTime());
                }
                function.level(active);
            }
        }

        @Override
        public void tell() {
            if (!function.hasToTell()) {
                return;
            }
            if (Thread.holdsLock(lock) || !backend.engines().mayTell(engines)) {
                backend.interruptsWait();
            } else if (tellSome()) {
                backend.interruptsWait();
                backend.engines().wantStep();
            }
        }
    }

    /**
     * Tells the VMM of interrupts, with no lock held.
     *
     * @return whether something is left over for the next step
     */
    boolean tellSome() {
        return function.tell(CALLS_AT_ONCE);
    }

    @GuardedBy("lock")
    private void message(long now) {
        messageWaits = !messages.take(now);
        if (messageWaits) {
            backend.engines().wantStep();
            faults.count(GuestFaultKind.RATE_LIMITED, "message interrupt", 0);
        } else {
            function.signal(0);
        }
    }

    /**
     * Does what is due: vertical blanks, and a message that came too soon after others.
     *
     * @return when to come again
     */
    long step(long now) {
        try {
            return due(now);
        } catch (Throwable thrown) {
            failure.report(thrown);
            return Long.MAX_VALUE;
        }
    }

    private long due(long now) {
        long next = display.step(now);
        synchronized (lock) {
            if (messageWaits && messages.nextNanos(now) <= now) {
                message(now);
                backend.interruptsWait();
            }
            return messageWaits ? Math.min(next, messages.nextNanos(now)) : next;
        }
    }

    // ---- what the hooks of the registers need

    VgpuBlueprint blueprint() {
        return blueprint;
    }

    RegisterFile<Gen7Hooks> registers() {
        return registers;
    }

    GuestEngines engines() {
        return engines;
    }

    EngineMediation mediation() {
        return backend.engines();
    }

    VirtualInterrupts virtualInterrupts() {
        return interrupts;
    }

    @Override
    public VirtualDisplay display() {
        return display;
    }

    FaultBook faults() {
        return faults;
    }

    @Override
    public ShadowRegisters shadow() {
        return shadow;
    }

    Ports ports() {
        return displayPorts;
    }

    @Override
    public PrecisionPalette precisePalette() {
        return precisePalette;
    }

    @Override
    public String name() {
        return blueprint.name();
    }

    @Override
    public boolean owns(long graphicsAddress, long length) {
        synchronized (lock) {
            return gtt.slice().contains(graphicsAddress, length);
        }
    }

    @Override
    public void planeRefused(int pipe, long graphicsAddress) {
        faults.count(
                GuestFaultKind.OUT_OF_PARTITION,
                "plane of pipe " + (char) ('A' + pipe),
                graphicsAddress);
    }

    SideBand sideBand() {
        return sideBand;
    }

    /** What planes show, read under the lock: its memory stays there as long. */
    private final class ScannedOut implements GraphicsMemory {

        @Override
        public boolean readRow(long address, int dwords, int[] target, int at) {
            synchronized (lock) {
                return gtt.readRow(address, dwords, target, at);
            }
        }

        @Override
        public boolean readTiles(
                long address, int rows, int dwords, int[] target, int at, int pitch) {
            synchronized (lock) {
                return gtt.readTiles(address, rows, dwords, target, at, pitch);
            }
        }
    }

    void tableFlushed() {
        synchronized (lock) {
            gtt.beginLook();
        }
        for (boolean done = false; !done; ) {
            synchronized (lock) { // let go of in between: others may need it
                flushing.begin();
                done = gtt.look(flushing);
                if (done) {
                    gtt.copyFirstPage();
                }
            }
        }
        backend.physicalTable().flush();
    }

    boolean ownsFence(int fence) {
        synchronized (lock) {
            return fences.owns(fence);
        }
    }

    void fenceWritten(int fence) {
        synchronized (lock) {
            fences.written(fence);
        }
    }

    /** Puts the fences back after a reset of the whole device. */
    void putFencesBack() {
        synchronized (lock) {
            fences.putBack();
        }
    }

    // ---- guest memory that comes and goes

    private final class MemoryListener implements GuestMemory.RegionListener {

        @Override
        public void regionRemoved(Region region) {
            synchronized (lock) {
                dma.hide(region);
            }
            redirect(region, false);
            backend.engines().exclusively(() -> letGo(region));
        }

        @Override
        public void regionAdded(Region region) {
            redirect(region, true);
        }
    }

    private void letGo(Region region) {
        synchronized (lock) {
            backend.engines().forgetTranslations(engines);
            dma.drop(region);
        }
    }

    /** In pieces: there are as many entries as a guest likes. */
    private void redirect(Region region, boolean present) {
        List<ShadowTable> tables = new ArrayList<>();
        backend.engines().exclusively(() -> tables.addAll(regionChanged(region, present)));
        for (List<ShadowTable> some : Lists.partition(tables, TABLES_AT_ONCE)) {
            backend.engines().exclusively(() -> redirect(some, region, present));
        }
        int next = 0;
        while (next >= 0) {
            synchronized (lock) { // let go of in between: others may need it
                next = gtt.redirect(region, present, next);
            }
        }
    }

    private List<ShadowTable> regionChanged(Region region, boolean present) {
        synchronized (lock) {
            return ppgtt.regionChanged(region, present);
        }
    }

    private void redirect(List<ShadowTable> some, Region region, boolean present) {
        synchronized (lock) {
            ppgtt.redirect(some, region, present);
        }
    }

    // ---- the device model

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
        return backend.isGone() || backend.engines().hasFailed(engines);
    }

    /**
     * Not with the engines locked for all of it: the table is as long as the slice. The guest stays
     * off them until it is done. What its processors still write meanwhile is as if written after.
     */
    @Override
    public void reset(ResetKind kind) {
        if (backend.isGone()) { // nothing is left to be reset but what the bus sees of it
            function.reset(kind);
            interrupts.tell();
            return;
        }
        backend.engines()
                .resetAll(engines, kind != ResetKind.FUNCTION_LEVEL, () -> resetRegisters(kind));
        clearTable();
        synchronized (lock) {
            if (kind == ResetKind.LOST_CLIENT) {
                dma.dropAll();
            }
        }
        backend.engines().comeBack(engines);
        interrupts.tell();
    }

    private void resetRegisters(ResetKind kind) {
        failure.clear();
        registers.reset();
        display.reset();
        sideBand.reset();
        precisePalette.reset();
        ports.reset();
        synchronized (lock) {
            fences.clear();
            scratchPage.segment().fill((byte) 0);
        }
        fillIn();
        interrupts.reset();
        function.reset(kind);
        touched = false;
    }

    private void clearTable() {
        for (boolean done = false; !done; ) {
            synchronized (lock) { // let go of in between: others may need it
                done = gtt.clear();
            }
        }
    }

    @Override
    public void quiesce() {
        backend.engines().hold(engines);
    }

    @Override
    public void resume() {
        backend.engines().release(engines);
    }

    @Override
    public VgpuStatistics statistics() {
        SortedMap<String, Long> counters = new TreeMap<>();
        backend.engines().statistics(engines).addTo(counters);
        counters.put("interrupts.raised", interrupts.raised());
        counters.put("failures", failure.count());
        counters.putAll(backend.engines().ringCounters(engines));
        synchronized (lock) {
            counters.put("ggtt.writes", gtt.writes());
            counters.put("ggtt.synchronised", gtt.synchronised());
            counters.put("ppgtt.writes", ppgtt.trackedWrites());
        }
        return new VgpuStatistics(faults.counts(), counters);
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return abilities.find(ability);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        function.silence();
        aperture.close();
        backend.leavePanels(this);
        backend.engines().detach(engines);
        synchronized (lock) {
            fences.release();
            gtt.release(backend.scratchEntry());
            dma.dropAll();
        }
        memoryRegistration.close();
        scratchPage.close();
        if (tableMemory != null) {
            tableMemory.close();
        }
        if (captureMemory != null) {
            captureMemory.close();
        }
        backend.closed(this);
    }

    /** The stored registers as the rest of the model sees them. */
    private record Storage(RegisterFile<Gen7Hooks> file) implements ShadowRegisters {

        @Override
        public int get(int offset) {
            return file.shadow(offset);
        }

        @Override
        public void set(int offset, int value) {
            file.shadow(offset, value);
        }

        @Override
        public void setBits(int offset, int bits) {
            file.shadowSet(offset, bits);
        }

        @Override
        public void clearBits(int offset, int bits) {
            file.shadowClear(offset, bits);
        }
    }
}
