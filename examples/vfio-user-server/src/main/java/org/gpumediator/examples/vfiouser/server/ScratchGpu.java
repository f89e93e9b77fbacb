package org.gpumediator.examples.vfiouser.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
import org.gpumediator.core.pci.ExpressCapability;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;

/**
 * A PCI function without a GPU behind it: BAR0 is 64 KiB of trapped words, of which the last 8 KiB
 * hold the MSI-X table; BAR2 is 1 MiB, of which a client can map the second and fourth 64 KiB; BAR4
 * is 64 bytes of port I/O; the ROM has 4 KiB. For trying the server out, and for measuring what the
 * socket costs.
 */
public final class ScratchGpu implements VirtualGpu {

    public static final int BAR0_LENGTH = 64 * 1024;
    public static final int BAR2_LENGTH = 1024 * 1024;
    public static final int BAR4_LENGTH = 64;
    public static final int ROM_LENGTH = 4096;
    public static final int WINDOW_LENGTH = 64 * 1024;
    public static final int MSI_VECTORS = 4;
    public static final int MSIX_VECTORS = 8;

    /** The MSI-X table has the last but one page of BAR0, its pending bits the last. */
    public static final int MSIX_TABLE = BAR0_LENGTH - 8192;

    private static final VgpuType TYPE =
            new VgpuType("scratch", "", "no GPU", Map.of(), 0, 0, 0, 1, Map.of());

    private final String name;
    private final VmmPort port;
    private final PciFunction function;
    private final SharedMemory mapped;
    private final List<TrapRegion> regions;
    private final List<ResetKind> resets = new ArrayList<>();
    private volatile boolean closed;

    /** Trapped words that keep what was written, at any width and alignment. */
    private static final class Words implements TrapHandler {

        private final byte[] bytes;

        Words(int length) {
            bytes = new byte[length];
        }

        @Override
        public long read(long offset, int width) {
            long value = 0;
            for (int i = width - 1; i >= 0; i--) {
                long at = offset + i;
                long piece = at >= 0 && at < bytes.length ? bytes[(int) at] & 0xff : 0xff;
                value = value << 8 | piece;
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            for (int i = 0; i < width; i++) {
                long at = offset + i;
                if (at >= 0 && at < bytes.length) {
                    bytes[(int) at] = (byte) (value >>> 8 * i);
                }
            }
        }
    }

    /** Creates one for a VMM. */
    public ScratchGpu(String name, VmmPort port) {
        this.name = name;
        this.port = port;
        function =
                PciFunction.builder()
                        .identity(0x1234, 0x5678)
                        .classCode(0x03_8000)
                        .interruptPin(1)
                        .extendedSpace()
                        .bar(0, BarKind.MEMORY_32, BAR0_LENGTH)
                        .bar(2, BarKind.MEMORY_64_PREFETCHABLE, BAR2_LENGTH)
                        .bar(4, BarKind.PORT_IO, BAR4_LENGTH)
                        .expansionRom(ROM_LENGTH)
                        .capability(Capability.msi(MSI_VECTORS))
                        .capability(
                                Capability.msiX(
                                        MSIX_VECTORS,
                                        MsixPlace.in(0, MSIX_TABLE, MSIX_TABLE + 4096)))
                        .capability(
                                ExpressCapability.of(ExpressCapability.Type.ENDPOINT)
                                        .functionLevelReset()
                                        .build())
                        .build(port);
        mapped = port.sharedMemory().allocate(name + " window", 4L * WINDOW_LENGTH);
        regions =
                List.of(
                        TrapRegion.trapped(
                                0,
                                BarKind.MEMORY_32,
                                BAR0_LENGTH,
                                function.msixTable().over(0, new Words(BAR0_LENGTH))),
                        new TrapRegion(
                                2,
                                BarKind.MEMORY_64_PREFETCHABLE,
                                BAR2_LENGTH,
                                new Words(BAR2_LENGTH),
                                List.of(window(1), window(3))),
                        TrapRegion.trapped(4, BarKind.PORT_IO, BAR4_LENGTH, new Words(BAR4_LENGTH)),
                        TrapRegion.trapped(
                                TrapRegion.EXPANSION_ROM,
                                BarKind.ROM,
                                ROM_LENGTH,
                                new Words(ROM_LENGTH)));
    }

    private DirectWindow window(int number) {
        long at = (long) number * WINDOW_LENGTH;
        return new DirectWindow(at, WINDOW_LENGTH, mapped, at);
    }

    /** Returns the function, to signal interrupts with. */
    public PciFunction function() {
        return function;
    }

    /** Returns what its VMM has given it. */
    public VmmPort port() {
        return port;
    }

    /** Returns the memory behind the windows of BAR2; window {@code n} is at {@code n} windows. */
    public SharedMemory mapped() {
        return mapped;
    }

    /** Returns the resets so far, in their order. */
    public List<ResetKind> resets() {
        synchronized (resets) {
            return List.copyOf(resets);
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
        return TYPE;
    }

    @Override
    public ResourcePartition partition() {
        return ResourcePartition.of(Map.of(), Map.of());
    }

    @Override
    public VirtualGpuState state() {
        return closed ? VirtualGpuState.CLOSED : VirtualGpuState.RUNNING;
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
        checkOpen();
        function.reset(kind);
        synchronized (resets) {
            resets.add(kind);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public void quiesce() {
        checkOpen();
    }

    @Override
    public void resume() {
        checkOpen();
    }

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
        closed = true;
        mapped.close();
    }
}
