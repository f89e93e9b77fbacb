package org.gpumediator.examples.kvmvmm;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;

/**
 * A function with every kind of region and interrupt. BAR 0, 64 KiB: memory that traps, of which
 * {@link #WINDOW} can be mapped, {@link #SIGNAL} and {@link #LEVEL} interrupt, {@link #FAIL}
 * throws, and {@link #TABLE} is the MSI-X table. BAR 2, 4 KiB below 4 GiB: memory. BAR 4: 32 ports.
 */
final class TestFunction implements VirtualGpu {

    static final int LENGTH = 0x1_0000;
    static final int WINDOW = 0x4000;
    static final int WINDOW_LENGTH = 0x4000;
    static final int TABLE = 0x8000;
    static final int SIGNAL = 0x100;
    static final int LEVEL = 0x104;
    static final int FAIL = 0x108;

    final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    final SharedMemory windowMemory;
    private final String name;
    private final PciFunction function;
    private final List<TrapRegion> regions;

    TestFunction(String name, VmmPort port) {
        this.name = name;
        function =
                PciFunction.builder()
                        .identity(0x1234, 0x5678)
                        .classCode(0x03_80_00)
                        .interruptPin(1)
                        .bar(0, BarKind.MEMORY_64, LENGTH)
                        .bar(2, BarKind.MEMORY_32, 4096)
                        .bar(4, BarKind.PORT_IO, 32)
                        .capability(Capability.msi(2))
                        .capability(Capability.msiX(3, MsixPlace.in(0, TABLE, 0x9000)))
                        .build(port);
        windowMemory = port.sharedMemory().allocate(name, WINDOW_LENGTH);
        TrapHandler bar0 = function.msixTable().over(0, new Memory("bar0", LENGTH));
        regions =
                List.of(
                        new TrapRegion(
                                0,
                                BarKind.MEMORY_64,
                                LENGTH,
                                bar0,
                                List.of(new DirectWindow(WINDOW, WINDOW_LENGTH, windowMemory, 0))),
                        TrapRegion.trapped(2, BarKind.MEMORY_32, 4096, new Memory("bar2", 4096)),
                        TrapRegion.trapped(4, BarKind.PORT_IO, 32, new Memory("bar4", 32)));
    }

    /** Bytes that write down every access. */
    private final class Memory implements TrapHandler {

        private final String label;
        private final MemorySegment bytes;

        Memory(String label, int length) {
            this.label = label;
            bytes =
                    MemorySegment.ofBuffer(
                            ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN));
        }

        @Override
        public long read(long offset, int width) {
            seen.add("%s r%d@%x".formatted(label, width, offset));
            return AccessWidth.get(bytes, offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            seen.add("%s w%d@%x=%x".formatted(label, width, offset, value));
            if (label.equals("bar0") && offset == SIGNAL) {
                function.signal((int) value);
            } else if (label.equals("bar0") && offset == LEVEL) {
                function.level(value != 0);
            } else if (label.equals("bar0") && offset == FAIL) {
                throw new IllegalStateException("as asked");
            } else {
                AccessWidth.put(bytes, offset, width, value);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public VgpuType type() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ResourcePartition partition() {
        throw new UnsupportedOperationException();
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
    public void close() {
        windowMemory.close();
    }
}
