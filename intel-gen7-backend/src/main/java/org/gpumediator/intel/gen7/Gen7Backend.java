package org.gpumediator.intel.gen7;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.gpumediator.api.DeviceLostException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.Registration;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.Abilities;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.PanelSharing;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.ResetImage;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.core.observe.DeferredListener;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.core.schedule.EngineGroupScheduler;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.intel.gen7.display.PageFlip;
import org.gpumediator.intel.gen7.display.RealPanels;
import org.gpumediator.intel.gen7.engine.EngineEvents;
import org.gpumediator.intel.gen7.engine.EngineMediation;
import org.gpumediator.intel.gen7.engine.GuestEngines;
import org.gpumediator.intel.gen7.engine.HangRule;
import org.gpumediator.intel.gen7.engine.RenderState;
import org.gpumediator.intel.gen7.engine.SubmissionEffects;
import org.gpumediator.intel.gen7.gtt.DirectoryPlaces;
import org.gpumediator.intel.gen7.gtt.GlobalGtt;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.ForceWake;
import org.gpumediator.intel.gen7.irq.PhysicalInterrupts;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;
import org.gpumediator.intel.gen7.registers.Gen7Registers;
import org.gpumediator.intel.gen7.registers.MovedRegisters;

/** Mediated pass-through on one Haswell GPU. */
final class Gen7Backend implements GpuBackend, SchedulingControl {

    private static final int APERTURE_BAR = 2;
    private static final int VENDOR = 0x00;
    private static final int NOBODY = 0xffff;

    /** How often it is looked whether the GPU is still there. */
    private static final long WATCH_NANOS = 1_000_000_000L;

    /**
     * For how many guests the engines are laid out where shares are fixed. Source: the slots of
     * GVT-g.
     */
    private static final int ENGINE_SLOTS = 8;

    private static final String TABLE_OPTION = "gtt";

    private final PhysicalGpu gpu;
    private final MediationClock clock;
    private final DeferredListener listener;
    private final Mmio mmio;
    private final ForceWake forceWake;
    private final GlobalGtt physicalTable;
    private final Gen7Resources resources;
    private final DmaPages scratch;
    private final ReservedArea area;
    private final DirectoryPlaces places = new DirectoryPlaces();
    private final RegisterCatalogue<Gen7Hooks> catalogue = Gen7Registers.catalogue();
    private final HardwarePort registers;
    private final ResetImage resetImage;
    private final EngineMediation engines;
    private final PhysicalInterrupts interrupts;
    private final Registration interruptRegistration;
    private final boolean relaxedByDefault;
    private final RealPanels panels;
    private final Abilities abilities;
    private final Map<Integer, Gen7Vgpu> vgpus = new ConcurrentHashMap<>();

    /** The same, to go through at each step. */
    private volatile Gen7Vgpu[] living = {};

    private volatile boolean gone;
    private volatile boolean interruptsWait;

    Gen7Backend(BackendContext context) {
        gpu = context.gpu();
        clock = context.clock();
        listener = new DeferredListener(context.listener());
        relaxedByDefault = relaxedByDefault(context.options());
        mmio = new Mmio(gpu);
        forceWake = new ForceWake(mmio);
        registers = registers(gpu);
        resetImage = Gen7Registers.image(catalogue, registers);
        physicalTable = new GlobalGtt(gpu);
        resources = new Gen7Resources(gpu.barLength(APERTURE_BAR));
        scratch = new DmaPages(gpu, Pte.PAGE, DmaAccess.READ_WRITE);
        for (int i = 0; i < GlobalGtt.ENTRIES; i++) {
            physicalTable.set(i, scratchEntry());
        }
        area = new ReservedArea(physicalTable, resources.reservedStart(), scratch.busAddress());
        engines =
                new EngineMediation(
                        gpu,
                        mmio,
                        clock,
                        area,
                        new RenderState(mmio, MovedRegisters.of(catalogue), area),
                        new EngineGroupScheduler(new RoundRobin(), ENGINE_SLOTS),
                        new Effects(),
                        new HangRule(this::engineReset),
                        this::deviceWasReset,
                        this::serviceInterrupts,
                        context.stepNeeded());
        panels = new RealPanels(mmio, engines::wantStep);
        abilities =
                Abilities.none()
                        .with(SchedulingControl.class, this)
                        .with(PanelSharing.class, panels);
        interrupts =
                new PhysicalInterrupts(
                        mmio, EngineEvents.GT, EngineEvents.PM, engines::engineEvents);
        interruptRegistration =
                gpu.onInterrupt(
                        vector -> {
                            engines.exclusively(this::serviceInterrupts);
                            tellOfInterrupts();
                            engines.wantStep();
                        });
    }

    private static HardwarePort registers(PhysicalGpu gpu) {
        return new HardwarePort() {
            @Override
            public long read(int offset, int width) {
                return gpu.read(0, offset, width);
            }

            @Override
            public void write(int offset, int width, long value) {
                gpu.write(0, offset, width, value);
            }
        };
    }

    private static boolean relaxedByDefault(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!name.equals(TABLE_OPTION)) {
                throw new IllegalArgumentException("option " + name + ": expected " + TABLE_OPTION);
            }
        }
        return VgpuOptions.of(options, false).relaxedTable();
    }

    private void serviceInterrupts() {
        interrupts.service();
    }

    private void deviceWasReset() {
        forceWake.wake();
        vgpus.values().forEach(Gen7Vgpu::putFencesBack);
    }

    private void engineReset(Engine engine, int guest) {
        Gen7Vgpu offender = vgpus.get(guest);
        listener.hardwareReset(engine.name(), offender == null ? "" : offender.blueprint().name());
    }

    /** What commands do besides drawing. */
    private final class Effects implements SubmissionEffects {

        @Override
        public void pageFlip(GuestEngines guest, int dw0, int dw1, int dw2) {
            Gen7Vgpu vgpu = vgpus.get(guest.id());
            if (vgpu != null) {
                PageFlip.show(vgpu.shadow(), vgpu.display(), dw0, dw1, dw2);
            }
        }

        @Override
        public void registerEmulated(GuestEngines guest, int offset, int value) {
            Gen7Vgpu vgpu = vgpus.get(guest.id());
            if (vgpu != null) {
                vgpu.registers().write(offset, 4, Integer.toUnsignedLong(value));
            }
        }
    }

    // ---- what the virtual GPUs share

    PhysicalGpu gpu() {
        return gpu;
    }

    MediationClock clock() {
        return clock;
    }

    /** Takes note that a VMM is to be told of interrupts when no lock is held. Any thread. */
    void interruptsWait() {
        interruptsWait = true;
    }

    /**
     * Tells VMMs of interrupts that came up while the lock of the physical GPU was held, on a
     * thread that is there for all guests.
     *
     * @return whether something is left over for the next step
     */
    private boolean tellOfInterrupts() {
        if (!interruptsWait || engines.isHeldHere()) {
            return false;
        }
        interruptsWait = false;
        boolean left = false;
        for (Gen7Vgpu vgpu : vgpus.values()) {
            left |= vgpu.tellSome();
        }
        interruptsWait |= left;
        return left;
    }

    MediationListener listener() {
        return listener;
    }

    GpuIdentity device() {
        return gpu.identity();
    }

    Mmio mmio() {
        return mmio;
    }

    GlobalGtt physicalTable() {
        return physicalTable;
    }

    Gen7Resources resources() {
        return resources;
    }

    ReservedArea area() {
        return area;
    }

    DirectoryPlaces places() {
        return places;
    }

    RegisterCatalogue<Gen7Hooks> catalogue() {
        return catalogue;
    }

    HardwarePort registers() {
        return registers;
    }

    /** Returns the values of a guest's registers after reset, with those that the GPU had. */
    ResetImage resetImage() {
        return resetImage;
    }

    EngineMediation engines() {
        return engines;
    }

    /** Returns the entry of graphics addresses that are nobody's. */
    int scratchEntry() {
        return Pte.of(scratch.busAddress());
    }

    /** Takes a virtual GPU off the GPU's monitors that goes. */
    void leavePanels(Gen7Vgpu vgpu) {
        panels.leave(vgpu);
    }

    void closed(Gen7Vgpu vgpu) {
        vgpus.remove(vgpu.blueprint().id());
        noteLiving();
    }

    private synchronized void noteLiving() {
        living = vgpus.values().toArray(new Gen7Vgpu[0]);
    }

    // ---- the backend

    @Override
    public GpuInventory capacity() {
        return resources.capacity();
    }

    @Override
    public List<VgpuType> types() {
        return resources.typesOnOffer();
    }

    @Override
    public Optional<VgpuType> hostType() {
        return Optional.of(resources.hostType());
    }

    @Override
    public VgpuType anonymousType(Map<ResourceKind, Long> quotas) {
        return resources.anonymousType(quotas);
    }

    @Override
    public void checkAttributes(Map<String, String> attributes) {
        VgpuOptions ignored = VgpuOptions.of(attributes, relaxedByDefault);
    }

    @Override
    public PartitionPolicy defaultPolicy() {
        return new FirstFit();
    }

    /** Returns whether the GPU has gone off its bus, for good: virtual GPUs have failed then. */
    boolean isGone() {
        return gone;
    }

    /** Asks the bus: where nobody answers, it reads as ones. */
    private boolean hasGone() {
        if (!gone && (gpu.readConfig(VENDOR, 2) & NOBODY) == NOBODY) {
            gone = true;
            listener.hardwareReset("GPU has fallen off the bus", "");
        }
        return gone;
    }

    @Override
    public DeviceModel create(VgpuBlueprint blueprint) {
        if (hasGone()) {
            throw new DeviceLostException(blueprint.name() + ": the GPU has fallen off the bus");
        }
        Gen7Vgpu vgpu =
                new Gen7Vgpu(
                        this, blueprint, VgpuOptions.of(blueprint.attributes(), relaxedByDefault));
        vgpu.display().onPlanesChanged(panels::planesChanged);
        vgpus.put(blueprint.id(), vgpu);
        noteLiving();
        engines.wantStep(); // the GPU is watched from now on
        return vgpu;
    }

    @Override
    public long step(long nowNanos) {
        if (hasGone()) {
            listener.deliver();
            return Long.MAX_VALUE;
        }
        Gen7Vgpu[] all = living;
        long watch = all.length == 0 ? Long.MAX_VALUE : nowNanos + WATCH_NANOS;
        long next = Math.min(watch, engines.step(nowNanos));
        for (Gen7Vgpu vgpu : all) {
            next = Math.min(next, vgpu.step(nowNanos));
        }
        next = Math.min(next, panels.step(nowNanos, vgpus.values()));
        if (tellOfInterrupts()) {
            next = nowNanos;
        }
        listener.deliver();
        return next;
    }

    @Override
    public Map<String, Long> counters() {
        return new TreeMap<>(engines.counters());
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return abilities.find(ability);
    }

    @Override
    public void policy(SchedulingPolicy policy) {
        engines.policy(policy);
    }

    @Override
    public SchedulingPolicy policy() {
        return engines.policy();
    }

    @Override
    public void parameters(int id, SchedulingParameters parameters) {
        engines.parameters(id, parameters);
    }

    @Override
    public void close() {
        for (Gen7Vgpu vgpu : Set.copyOf(vgpus.values())) {
            vgpu.close();
        }
        panels.close();
        interruptRegistration.close();
        interrupts.close();
        engines.close();
        for (int i = 0; i < GlobalGtt.ENTRIES; i++) {
            physicalTable.set(i, 0);
        }
        scratch.close();
        forceWake.close();
        listener.deliver();
    }
}
