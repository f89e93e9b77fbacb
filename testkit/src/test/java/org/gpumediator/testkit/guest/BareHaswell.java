package org.gpumediator.testkit.guest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;

/**
 * A whole fake Haswell in a VMM's slot with no mediator between: shows that the scripted driver and
 * the fake, written apart, agree. Guest-physical addresses are bus addresses; a page that says how
 * large the slice is lies over the registers.
 */
final class BareHaswell implements VirtualGpu {

    static final long RAM = 0x1_0000_0000L;
    static final int MIB = 1 << 20;

    private static final int BUS_MASTER_AND_DECODE = 7;

    final FakeHaswell gpu;
    final FakeVmm vmm = FakeVmm.builder().ram(0).build();
    private final PciFunction function;
    private final List<TrapRegion> regions;
    private final int[] page = new int[1024];

    BareHaswell(FakeHaswell gpu) {
        this.gpu = gpu;
        long bus =
                gpu.mapForDma(vmm.memory().addRam(RAM, 16 * MIB).segment(), DmaAccess.READ_WRITE);
        if (bus != RAM) {
            throw new AssertionError("first mapping at 0x" + Long.toHexString(bus));
        }
        gpu.writeConfig(4, 2, BUS_MASTER_AND_DECODE);
        function =
                PciFunction.builder()
                        .identity(gpu.identity())
                        .interruptPin(1)
                        .bar(0, BarKind.MEMORY_64, gpu.barLength(0))
                        .bar(2, BarKind.MEMORY_64_PREFETCHABLE, gpu.barLength(2))
                        .bar(4, BarKind.PORT_IO, gpu.barLength(4))
                        .capability(0x90, Capability.msi(1))
                        .register("GGC", 0x50, 2, 0x0200, 0, 0)
                        .build(vmm.port());
        gpu.onInterrupt(vector -> function.signal(0));
        regions =
                List.of(
                        TrapRegion.trapped(0, BarKind.MEMORY_64, gpu.barLength(0), new Registers()),
                        TrapRegion.trapped(
                                2,
                                BarKind.MEMORY_64_PREFETCHABLE,
                                gpu.barLength(2),
                                new Through(2)),
                        TrapRegion.trapped(4, BarKind.PORT_IO, gpu.barLength(4), new Through(4)));
        page[0] = (int) Mmio.PVINFO_MAGIC;
        page[1] = (int) (Mmio.PVINFO_MAGIC >>> 32);
        page[2] = 1;
        page[4] = Mmio.PVINFO_CAPS_FULL_PPGTT;
        page[0x10] = 0;
        page[0x11] = 96 * MIB;
        page[0x12] = 512 * MIB;
        page[0x13] = 384 * MIB;
        page[0x14] = 4;
        vmm.plug(this);
    }

    private class Through implements TrapHandler {

        private final int bar;

        Through(int bar) {
            this.bar = bar;
        }

        @Override
        public long read(long offset, int width) {
            return gpu.read(bar, offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            gpu.write(bar, offset, width, value);
        }
    }

    private final class Registers extends Through {

        Registers() {
            super(0);
        }

        @Override
        public long read(long offset, int width) {
            long within = offset - Mmio.PVINFO;
            return within >= 0 && within < 4096
                    ? page[(int) within / 4] & (-1L >>> (64 - 8 * width))
                    : super.read(offset, width);
        }
    }

    @Override
    public String name() {
        return "bare";
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public VgpuType type() {
        return new VgpuType("bare", "", "", Map.of(), 0, 0, 0, 1, Map.of());
    }

    @Override
    public ResourcePartition partition() {
        return ResourcePartition.of(Map.of(), Map.of());
    }

    @Override
    public VirtualGpuState state() {
        return VirtualGpuState.RUNNING;
    }

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
    public void reset(ResetKind kind) {
        gpu.reset();
        function.reset(kind);
    }

    @Override
    public void quiesce() {}

    @Override
    public void resume() {}

    @Override
    public VgpuStatistics statistics() {
        return new VgpuStatistics(Map.of(), new TreeMap<>());
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
