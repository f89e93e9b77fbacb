package org.gpumediator.testkit.plain;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.observe.UnmodelledBook;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;

/**
 * One plain virtual GPU. BAR 0: bytes that store; a 32-bit write at {@link #DOORBELL} signals that
 * vector; everything from {@link #UNMODELLED} on is counted as unmodelled. BAR 2: an MSI-X table.
 */
final class PlainModel implements DeviceModel {

    static final int DOORBELL = 0x100;
    static final int UNMODELLED = 0x8000;

    private static final int TABLE = 0;
    private static final int PENDING = 0x800;

    private final PciFunction function;
    private final FaultBook faults;
    private final UnmodelledBook unmodelled = new UnmodelledBook();
    private final byte[] bytes = new byte[PlainGpu.BAR_0];
    private final byte[] aroundTable = new byte[4096];
    private final List<TrapRegion> regions;
    private volatile boolean touched;

    PlainModel(VgpuBlueprint blueprint, MediationListener listener) {
        faults = new FaultBook(blueprint.name(), listener);
        function =
                PciFunction.builder()
                        .identity(PlainGpu.IDENTITY)
                        .interruptPin(1)
                        .bar(0, BarKind.MEMORY_64, PlainGpu.BAR_0)
                        .bar(2, BarKind.MEMORY_32, 4096)
                        .capability(Capability.msi(4))
                        .capability(Capability.msiX(4, new MsixPlace(2, TABLE, 2, PENDING)))
                        .capability(Capability.powerManagement(Capability.D3Exit.KEEPS_STATE))
                        .build(blueprint.vmm());
        TrapHandler table = function.msixTable().over(2, new Storage(aroundTable, false));
        regions =
                List.of(
                        TrapRegion.trapped(
                                0, BarKind.MEMORY_64, bytes.length, new Storage(bytes, true)),
                        TrapRegion.trapped(2, BarKind.MEMORY_32, 4096, table));
    }

    private final class Storage implements TrapHandler {

        private final byte[] stored;
        private final boolean registers;

        Storage(byte[] stored, boolean registers) {
            this.stored = stored;
            this.registers = registers;
        }

        private boolean refused(long offset, int width) {
            touched = true;
            if (width < 1 || width > 8 || Integer.bitCount(width) != 1) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, "width", width);
                return true;
            }
            if (offset < 0 || offset > stored.length - width) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, "offset", offset);
                return true;
            }
            return false;
        }

        @Override
        public long read(long offset, int width) {
            if (refused(offset, width)) {
                return width < 1 || width > 8 ? -1 : -1L >>> (64 - 8 * width);
            }
            if (registers && offset >= UNMODELLED) {
                unmodelled.read((int) offset & ~3);
                faults.count(GuestFaultKind.UNMODELLED_REGISTER, "read", offset);
            }
            long value = 0;
            for (int i = 0; i < width; i++) {
                value |= (stored[(int) offset + i] & 0xffL) << 8 * i;
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            if (refused(offset, width)) {
                return;
            }
            if (registers && offset >= UNMODELLED) {
                unmodelled.write((int) offset & ~3);
                faults.count(GuestFaultKind.UNMODELLED_REGISTER, "write", offset);
            }
            for (int i = 0; i < width; i++) {
                stored[(int) offset + i] = (byte) (value >>> 8 * i);
            }
            if (registers && offset == DOORBELL && width == 4) {
                function.signal((int) value & 3);
            }
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
    public boolean touched() {
        return touched;
    }

    @Override
    public boolean failed() {
        return false;
    }

    @Override
    public void reset(ResetKind kind) {
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(aroundTable, (byte) 0);
        function.reset(kind);
        touched = false;
    }

    @Override
    public void quiesce() {}

    @Override
    public void resume() {}

    @Override
    public VgpuStatistics statistics() {
        return new VgpuStatistics(faults.counts(), new TreeMap<>());
    }

    @Override
    public <T> Optional<T> ability(Class<T> ability) {
        return ability == UnmodelledBook.class
                ? Optional.of(ability.cast(unmodelled))
                : Optional.empty();
    }

    @Override
    public void close() {}
}
