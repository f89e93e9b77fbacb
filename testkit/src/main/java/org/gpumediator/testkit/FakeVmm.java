package org.gpumediator.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.vmm.BarRouter;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.jspecify.annotations.Nullable;

/**
 * A VMM with one guest and one slot for a virtual GPU, all in the test's own thread.
 *
 * <pre>{@code
 * FakeVmm vmm = FakeVmm.create();
 * vmm.plug(mediator.create(..., vmm.port()));
 * vmm.enumerate();                        // what the guest's firmware does
 * int value = vmm.bar(0).read32(0x2030);  // a processor of the guest reads a register
 * }</pre>
 *
 * <p>Acts on what configuration writes bring about as a VMM must: moves BARs, switches decoding,
 * carries out resets. Its own picture of where the BARs are comes from those effects alone; {@link
 * #assertPlacementAgrees} compares it with what the configuration space says.
 *
 * <p>Not safe for use by multiple threads, but for {@link #memory} and {@link #interrupts}.
 */
public final class FakeVmm implements GuestMachine, AutoCloseable {

    private static final int SLOTS = 7;

    private final FakeGuestMemory memory;
    private final InterruptRecorder interrupts = new InterruptRecorder();
    private final boolean mapsDirectWindows;
    private final VmmPort port;
    private final List<ConfigWriteEffect> effects = new ArrayList<>();
    private final @Nullable GuestBar[] reached = new GuestBar[SLOTS];
    private BarRouter router = new BarRouter(List.of());
    private @Nullable VirtualGpu gpu;

    private FakeVmm(Builder builder) {
        memory =
                builder.tracksWrites
                        ? new FakeGuestMemory()
                        : FakeGuestMemory.withoutWriteTracking();
        if (builder.ramBytes > 0) {
            memory.addRam(0, builder.ramBytes);
        }
        mapsDirectWindows = builder.mapsDirectWindows;
        port =
                new VmmPort(
                        memory,
                        interrupts,
                        builder.wiresLine ? interrupts : InterruptLine.none(),
                        builder.masking,
                        SharedMemory.Allocator.inProcess());
    }

    /** Creates a VMM with 16 MiB of guest memory at address 0, write tracking and an INTx pin. */
    public static FakeVmm create() {
        return builder().build();
    }

    /** Returns a builder with the settings of {@link #create}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Settings of a {@link FakeVmm}. */
    public static final class Builder {

        private long ramBytes = 16L << 20;
        private boolean tracksWrites = true;
        private boolean mapsDirectWindows;
        private boolean wiresLine = true;
        private VmmPort.MessageMasking masking = VmmPort.MessageMasking.DEVICE;

        private Builder() {}

        /**
         * Sets how much memory the guest has at address 0.
         *
         * @param bytes a multiple of 4 KiB; {@code 0} for none
         */
        public Builder ram(long bytes) {
            ramBytes = bytes;
            return this;
        }

        /** Leaves write tracking out, as a VMM in another process does. */
        public Builder withoutWriteTracking() {
            tracksWrites = false;
            return this;
        }

        /** Lets the guest reach direct windows without a trap. */
        public Builder mappingDirectWindows() {
            mapsDirectWindows = true;
            return this;
        }

        /** Leaves the INTx pin unconnected. */
        public Builder withoutLine() {
            wiresLine = false;
            return this;
        }

        /** Sets who keeps the MSI-X table; the device unless set. */
        public Builder masking(VmmPort.MessageMasking who) {
            masking = Objects.requireNonNull(who, "who");
            return this;
        }

        /**
         * Builds the VMM.
         *
         * @throws IllegalArgumentException if the memory size is not a multiple of 4 KiB
         */
        public FakeVmm build() {
            return new FakeVmm(this);
        }
    }

    /** Returns what a mediator needs to create this VMM's virtual GPU. */
    public VmmPort port() {
        return port;
    }

    /** Returns the guest's memory. */
    public FakeGuestMemory memory() {
        return memory;
    }

    /** Returns the interrupts that the guest has got. */
    public InterruptRecorder interrupts() {
        return interrupts;
    }

    /**
     * Puts a virtual GPU into the slot. It was created with this VMM's {@link #port}.
     *
     * @return this
     */
    public FakeVmm plug(VirtualGpu virtualGpu) {
        gpu = Objects.requireNonNull(virtualGpu, "virtualGpu");
        Arrays.fill(reached, null);
        for (TrapRegion region : gpu.regions()) {
            reached[region.index()] = new GuestBar(region, mapsDirectWindows);
        }
        router = new BarRouter(virtualGpu);
        return this;
    }

    /**
     * Returns the virtual GPU in the slot.
     *
     * @throws IllegalStateException if the slot is empty
     */
    public VirtualGpu gpu() {
        if (gpu == null) {
            throw new IllegalStateException("the slot is empty: plug a virtual GPU first");
        }
        return gpu;
    }

    // ---- BARs ----------------------------------------------------------------------------------

    /**
     * Returns a BAR by its number, wherever it is placed.
     *
     * @throws IllegalArgumentException if the function has no such BAR
     */
    public GuestBar bar(int index) {
        return new GuestBar(gpu().bar(index), mapsDirectWindows);
    }

    /**
     * Returns where this VMM has a BAR placed.
     *
     * @param index BAR number, 6 for the expansion ROM
     * @return its base, or {@code -1} while it is not decoded
     */
    public long placement(int index) {
        return router.base(index);
    }

    /**
     * Reads by guest-physical address, from memory or from the BAR that decodes there.
     *
     * @param width 1, 2, 4 or 8 bytes
     * @return the value, zero-extended; all ones where nothing answers
     */
    @Override
    public long read(long guestPhysicalAddress, int width) {
        Route route = router.memory(guestPhysicalAddress);
        return route == null
                ? memory.cpuRead(guestPhysicalAddress, width)
                : reach(route).read(route.offset(guestPhysicalAddress), width);
    }

    /**
     * Writes by guest-physical address, to memory or to the BAR that decodes there; dropped where
     * nothing answers.
     *
     * @param width 1, 2, 4 or 8 bytes
     */
    @Override
    public void write(long guestPhysicalAddress, int width, long value) {
        Route route = router.memory(guestPhysicalAddress);
        if (route == null) {
            memory.cpuWrite(guestPhysicalAddress, width, value);
        } else {
            reach(route).write(route.offset(guestPhysicalAddress), width, value);
        }
    }

    /**
     * Reads an I/O port.
     *
     * @param port 16 bits
     * @param width 1, 2 or 4 bytes
     * @return the value, zero-extended; all ones where nothing answers
     */
    @Override
    public long readPort(int port, int width) {
        Route route = router.port(port);
        return route == null
                ? AccessWidth.ones(width)
                : reach(route).read(route.offset(port), width);
    }

    /**
     * Writes an I/O port; dropped where nothing answers.
     *
     * @param port 16 bits
     * @param width 1, 2 or 4 bytes
     */
    @Override
    public void writePort(int port, int width, long value) {
        Route route = router.port(port);
        if (route != null) {
            reach(route).write(route.offset(port), width, value);
        }
    }

    private GuestBar reach(Route route) {
        return reach(route.region().index());
    }

    private GuestBar reach(int index) {
        GuestBar bar = reached[index];
        if (bar == null) {
            throw new AssertionError("BAR " + index + ": the function has none");
        }
        return bar;
    }

    // ---- as its guest sees it ------------------------------------------------------------------

    @Override
    public List<Ram> ram() {
        return memory.regions().stream()
                .filter(region -> region.writable() && memory.regionAt(region.start()) == region)
                .map(region -> new Ram(region.start(), region.length()))
                .toList();
    }

    @Override
    public int readConfig(int offset, int width) {
        return configRead(offset, width);
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        configWrite(offset, width, value);
    }

    @Override
    public boolean takeMessage(int vector) {
        return interrupts.take(vector);
    }

    @Override
    public boolean lineActive() {
        return interrupts.lineActive();
    }

    /** Reads from a BAR also while it is not decoded: the test's short way. */
    @Override
    public long readBar(int index, long offset, int width) {
        return reach(index).read(offset, width);
    }

    /** Writes to a BAR also while it is not decoded: the test's short way. */
    @Override
    public void writeBar(int index, long offset, int width, long value) {
        reach(index).write(offset, width, value);
    }

    @Override
    public long barLength(int index) {
        return gpu().regions().stream()
                .filter(region -> region.index() == index)
                .mapToLong(TrapRegion::length)
                .findFirst()
                .orElse(0);
    }

    // ---- configuration space -------------------------------------------------------------------

    /** Reads the function's configuration space: 1, 2 or 4 bytes at any offset. */
    public int configRead(int offset, int width) {
        return gpu().configSpace().read(offset, width);
    }

    /**
     * Writes the function's configuration space and acts on what that brings about.
     *
     * @return what it brought about, in order
     */
    public List<ConfigWriteEffect> configWrite(int offset, int width, int value) {
        List<ConfigWriteEffect> now = gpu().configSpace().write(offset, width, value);
        effects.addAll(now);
        now.forEach(this::act);
        return now;
    }

    private void act(ConfigWriteEffect effect) {
        router.apply(effect);
        if (effect instanceof ConfigWriteEffect.ResetRequested(ResetKind kind)) {
            reset(kind);
        }
    }

    /** Returns everything configuration writes have brought about since the VMM was made. */
    public List<ConfigWriteEffect> effects() {
        return List.copyOf(effects);
    }

    /** Resets the virtual GPU and forgets where its BARs were. */
    public void reset(ResetKind kind) {
        gpu().reset(kind);
        router.forget();
    }

    /**
     * Does what a PC's firmware does with a new function: sizes its BARs, places them, switches
     * decoding and bus mastering on.
     *
     * @return what the firmware has found
     * @throws AssertionError if the function's BARs do not behave as PCI says, or are not those
     *     that {@link VirtualGpu#regions} describes
     */
    @Override
    public PciFirmware.Function enumerate() {
        PciFirmware.Function found = new PciFirmware(this).enumerate();
        compare(found.bars());
        assertPlacementAgrees();
        return found;
    }

    private void compare(List<PciFirmware.Bar> sized) {
        List<TrapRegion> described = gpu().regions();
        if (sized.size() != described.size()) {
            throw new AssertionError(
                    String.format(
                            "sizing finds %d BARs, the virtual GPU describes %d",
                            sized.size(), described.size()));
        }
        for (int i = 0; i < sized.size(); i++) {
            PciFirmware.Bar bar = sized.get(i);
            TrapRegion region = described.get(i);
            if (bar.index() != region.index()
                    || bar.length() != region.length()
                    || bar.typeBits() != region.kind().typeBits()) {
                throw new AssertionError(
                        String.format(
                                "sizing finds %s, the virtual GPU describes BAR %d of %d bytes, %s",
                                bar, region.index(), region.length(), region.kind()));
            }
        }
    }

    /**
     * Checks that effects and configuration space tell the same story.
     *
     * @throws AssertionError naming the BAR on which they differ
     */
    public void assertPlacementAgrees() {
        for (int index = 0; index < SLOTS; index++) {
            long said = gpu().configSpace().barAddress(index).orElse(-1);
            if (said != placement(index)) {
                throw new AssertionError(
                        "BAR "
                                + index
                                + ": configuration space says 0x"
                                + hex(said)
                                + ", its effects said 0x"
                                + hex(placement(index)));
            }
        }
    }

    private static String hex(long value) {
        return Long.toHexString(value);
    }

    /** Closes the virtual GPU, if there is one, then takes the guest's memory away. Idempotent. */
    @Override
    public void close() {
        if (gpu != null) {
            gpu.close();
        }
        memory.close();
    }
}
