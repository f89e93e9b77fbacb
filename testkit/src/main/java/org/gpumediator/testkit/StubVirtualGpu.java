package org.gpumediator.testkit;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;

/**
 * A virtual GPU without a GPU, to test a VMM with: a real PCI function whose BARs store what is
 * written, that interrupts when the test says so, and that writes down what its VMM does.
 *
 * <p>BAR 0 is 64 KiB of memory above 4 GiB, BAR 2 holds an MSI-X table of {@value #VECTORS}
 * vectors, BAR 4 is 64 ports. It has MSI, MSI-X, INTx, and power management: leaving D3hot asks for
 * a function-level reset.
 *
 * <p>Strict: what no VMM may do is in {@link #violations}. Safe for use by multiple threads.
 */
public final class StubVirtualGpu implements VirtualGpu {

    /** How many message vectors it has. */
    public static final int VECTORS = 4;

    private static final int MSIX_BAR = 2;
    private static final int MSIX_BAR_LENGTH = 8192;
    private static final VgpuType TYPE =
            new VgpuType("stub", "", "records its VMM", Map.of(), 0, 0, 0, 1, Map.of());

    /**
     * An access that reached a BAR.
     *
     * @param bar BAR number
     * @param isWrite whether it wrote
     * @param offset byte offset in the BAR
     * @param width bytes
     * @param value what was written or answered
     */
    public record Access(int bar, boolean isWrite, long offset, int width, long value) {

        @Override
        public String toString() {
            return String.format(
                    "%s of %d bytes at 0x%x of BAR %d: 0x%x",
                    isWrite ? "write" : "read", width, offset, bar, value);
        }
    }

    private final PciFunction function;
    private final List<TrapRegion> regions;
    private final List<Storage> storages = new ArrayList<>();

    // Guarded by "log"; nobody is called under it.
    private final Object log = new Object();
    private final List<Access> accesses = new ArrayList<>();
    private final List<ResetKind> resets = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private VirtualGpuState state = VirtualGpuState.CREATED;
    private Runnable onClose = () -> {};

    /** Creates one for a VMM. */
    public StubVirtualGpu(VmmPort port) {
        function =
                PciFunction.builder()
                        .identity(0x1234, 0x5678)
                        .classCode(0x030000)
                        .interruptPin(1)
                        .bar(0, BarKind.MEMORY_64, 64 << 10)
                        .bar(MSIX_BAR, BarKind.MEMORY_32, MSIX_BAR_LENGTH)
                        .bar(4, BarKind.PORT_IO, 64)
                        .capability(Capability.powerManagement(Capability.D3Exit.RESETS))
                        .capability(Capability.msi(VECTORS))
                        .capability(
                                Capability.msiX(
                                        VECTORS,
                                        new MsixPlace(MSIX_BAR, 0, MSIX_BAR, MSIX_BAR_LENGTH / 2)))
                        .build(port);
        TrapHandler table =
                function.msixTable().over(MSIX_BAR, new Storage(MSIX_BAR, MSIX_BAR_LENGTH));
        regions =
                List.of(
                        TrapRegion.trapped(
                                0, BarKind.MEMORY_64, 64 << 10, new Storage(0, 64 << 10)),
                        TrapRegion.trapped(MSIX_BAR, BarKind.MEMORY_32, MSIX_BAR_LENGTH, table),
                        TrapRegion.trapped(4, BarKind.PORT_IO, 64, new Storage(4, 64)));
    }

    // ---- what the test does --------------------------------------------------------------------

    /**
     * Raises an event, as a GPU does: a message if the guest has enabled messages, else the line.
     *
     * @param vector {@code 0} to {@code 3}
     */
    public void signal(int vector) {
        function.signal(vector);
    }

    /** Drives its INTx pin. */
    public void level(boolean active) {
        function.level(active);
    }

    /** Returns what reached its BARs, in order; accesses to the MSI-X table are left out. */
    public List<Access> accesses() {
        synchronized (log) {
            return List.copyOf(accesses);
        }
    }

    /** Forgets the accesses so far. */
    public void clearAccesses() {
        synchronized (log) {
            accesses.clear();
        }
    }

    /** Returns the resets it has got, in order. */
    public List<ResetKind> resets() {
        synchronized (log) {
            return List.copyOf(resets);
        }
    }

    /** Returns what its VMM did that no VMM may do, in order. */
    public List<String> violations() {
        synchronized (log) {
            return List.copyOf(violations);
        }
    }

    /** Sets what is run when it is closed, before it is. */
    public void onClose(Runnable action) {
        synchronized (log) {
            onClose = action;
        }
    }

    // ---- what its VMM sees ---------------------------------------------------------------------

    private final class Storage implements TrapHandler {

        private final int bar;
        private final byte[] bytes;

        Storage(int bar, int length) {
            this.bar = bar;
            bytes = new byte[length];
            storages.add(this);
        }

        private boolean isRefused(String what, long offset, int width) {
            boolean outside =
                    !AccessWidth.isLegal(width) || offset < 0 || offset > bytes.length - width;
            if (outside) {
                violate(
                        String.format(
                                "%s of %d bytes at 0x%x of BAR %d, which has 0x%x bytes",
                                what, width, offset, bar, bytes.length));
            } else if (function.barAddress(bar).isEmpty() && state != VirtualGpuState.CLOSED) {
                violate(
                        String.format(
                                "%s at 0x%x of BAR %d, which the guest has not decoded",
                                what, offset, bar));
            }
            return outside || state == VirtualGpuState.CLOSED;
        }

        @Override
        public long read(long offset, int width) {
            synchronized (log) {
                if (isRefused("read", offset, width)) {
                    return AccessWidth.isLegal(width) ? AccessWidth.ones(width) : -1;
                }
                long value = 0;
                for (int i = 0; i < width; i++) {
                    value |= (bytes[(int) offset + i] & 0xffL) << 8 * i;
                }
                accesses.add(new Access(bar, false, offset, width, value));
                return value;
            }
        }

        @Override
        public void write(long offset, int width, long value) {
            synchronized (log) {
                if (isRefused("write", offset, width)) {
                    return;
                }
                for (int i = 0; i < width; i++) {
                    bytes[(int) offset + i] = (byte) (value >>> 8 * i);
                }
                accesses.add(new Access(bar, true, offset, width, value & AccessWidth.ones(width)));
            }
        }
    }

    private void violate(String what) {
        if (violations.size() < 100) {
            violations.add(what);
        }
    }

    private void change(String what, VirtualGpuState to) {
        synchronized (log) {
            if (state == VirtualGpuState.CLOSED) {
                violate(what + " after it was closed");
                throw new IllegalStateException(what + ": the virtual GPU is closed");
            }
            state = to;
        }
    }

    @Override
    public String name() {
        return "stub";
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
        synchronized (log) {
            return state;
        }
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
        change("reset", VirtualGpuState.CREATED);
        function.level(false);
        function.reset(kind);
        synchronized (log) {
            storages.forEach(storage -> Arrays.fill(storage.bytes, (byte) 0));
            resets.add(kind);
        }
    }

    @Override
    public void quiesce() {
        change("quiesce", VirtualGpuState.QUIESCED);
    }

    @Override
    public void resume() {
        change("resume", VirtualGpuState.RUNNING);
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
        Runnable first;
        synchronized (log) {
            if (state == VirtualGpuState.CLOSED) {
                return;
            }
            first = onClose;
        }
        first.run();
        synchronized (log) {
            state = VirtualGpuState.CLOSED;
        }
    }
}
