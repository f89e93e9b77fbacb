package org.gpumediator.nvidia.vf.sriov;

import static org.gpumediator.nvidia.vf.sriov.SriovRegisters.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.BarKind;

/**
 * The SR-IOV capability of a physical function as a driver reads and writes it. Holds nothing but
 * where the capability is: every answer is read from the device.
 */
final class SriovView {

    /** More extended capabilities than fit the space mean a list that runs in a circle. */
    private static final int MAX_CAPABILITIES = (0x1000 - EXTENDED_FIRST) / 8;

    private final PhysicalGpu gpu;
    private final int offset;

    private SriovView(PhysicalGpu gpu, int offset) {
        this.gpu = gpu;
        this.offset = offset;
    }

    /** Finds the capability, or empty if the function has none or its list is damaged. */
    static Optional<SriovView> find(PhysicalGpu gpu) {
        OptionalInt offset = findExtended(gpu, SRIOV_ID);
        return offset.isPresent() && offset.getAsInt() <= gpu.configLength() - SRIOV_LENGTH
                ? Optional.of(new SriovView(gpu, offset.getAsInt()))
                : Optional.empty();
    }

    /** Finds an extended capability by its identifier. */
    static OptionalInt findExtended(PhysicalGpu gpu, int id) {
        int at = EXTENDED_FIRST;
        for (int i = 0; i < MAX_CAPABILITIES; i++) {
            if (at < EXTENDED_FIRST || at > gpu.configLength() - 4 || (at & 3) != 0) {
                return OptionalInt.empty();
            }
            int header = gpu.readConfig(at, 4);
            if (header == -1) {
                return OptionalInt.empty();
            }
            if (EXTENDED_HEADER_ID.get(header) == id) {
                return OptionalInt.of(at);
            }
            at = EXTENDED_HEADER_NEXT.get(header);
        }
        return OptionalInt.empty();
    }

    int offset() {
        return offset;
    }

    int read16(int register) {
        return gpu.readConfig(offset + register, 2) & 0xffff;
    }

    int read32(int register) {
        return gpu.readConfig(offset + register, 4);
    }

    /** Returns whether the device has gone: its configuration space reads as ones. */
    boolean isLost() {
        return read32(0) == -1;
    }

    int totalVfs() {
        return read16(SRIOV_TOTAL_VFS);
    }

    int initialVfs() {
        return read16(SRIOV_INITIAL_VFS);
    }

    int numVfs() {
        return read16(SRIOV_NUM_VFS);
    }

    void setNumVfs(int count) {
        gpu.writeConfig(offset + SRIOV_NUM_VFS, 2, count);
    }

    boolean migrates() {
        return SRIOV_CAPABILITIES_MIGRATION.isSet(read32(SRIOV_CAPABILITIES));
    }

    boolean isEnabled() {
        return SRIOV_CONTROL_VF_ENABLE.isSet(read16(SRIOV_CONTROL));
    }

    boolean hasAriHierarchy() {
        return SRIOV_CONTROL_ARI_HIERARCHY.isSet(read16(SRIOV_CONTROL));
    }

    /** Says that the port above forwards any device number; only while nothing is enabled. */
    void setAriHierarchy() {
        writeControl(SRIOV_CONTROL_ARI_HIERARCHY.set(read16(SRIOV_CONTROL)));
    }

    /** Switches virtual functions and their memory space on, in one write. */
    void enable() {
        int control = SRIOV_CONTROL_VF_MEMORY_ENABLE.set(read16(SRIOV_CONTROL));
        writeControl(SRIOV_CONTROL_VF_ENABLE.set(control));
    }

    /** Switches virtual functions and their memory space off, in one write. */
    void disable() {
        int control = SRIOV_CONTROL_VF_MEMORY_ENABLE.clear(read16(SRIOV_CONTROL));
        writeControl(SRIOV_CONTROL_VF_ENABLE.clear(control));
    }

    private void writeControl(int value) {
        gpu.writeConfig(offset + SRIOV_CONTROL, 2, value);
    }

    /** Returns where virtual functions are; to be read after their number is set. */
    VfRouting routing(int pfRoutingId) {
        return new VfRouting(pfRoutingId, read16(SRIOV_FIRST_VF_OFFSET), read16(SRIOV_VF_STRIDE));
    }

    /** Returns whether exactly one system page size is chosen, and the device supports it. */
    boolean hasPageSize() {
        int chosen = read32(SRIOV_SYSTEM_PAGE_SIZE);
        return Integer.bitCount(chosen) == 1 && (chosen & read32(SRIOV_SUPPORTED_PAGE_SIZES)) != 0;
    }

    boolean memoryEnabled() {
        return COMMAND_MEMORY.isSet(gpu.readConfig(COMMAND, 2));
    }

    /**
     * Returns the BARs of the virtual functions. Sizes are found by writing ones, so this is only
     * done while no virtual function is enabled; the bases are put back.
     */
    List<VfBar> bars() {
        List<VfBar> bars = new ArrayList<>();
        for (int i = 0; i < BARS; i++) {
            int low = read32(barOffset(i));
            int sizeLow = probe(i, low);
            boolean wide = BAR_TYPE.get(sizeLow) == BAR_TYPE_64 && i + 1 < BARS;
            long mask = 0xffff_ffff_0000_0000L | sizeLow & ~BAR_FLAGS & 0xffff_ffffL;
            long base = Integer.toUnsignedLong(low & ~BAR_FLAGS);
            if (wide) {
                int high = read32(barOffset(i + 1));
                int sizeHigh = probe(i + 1, high);
                mask = (long) sizeHigh << 32 | sizeLow & ~BAR_FLAGS & 0xffff_ffffL;
                base |= (long) high << 32;
            }
            if ((sizeLow & ~BAR_FLAGS) != 0 || (wide && mask != 0)) {
                bars.add(new VfBar(i, kind(sizeLow), -mask, base));
            }
            i += wide ? 1 : 0;
        }
        return List.copyOf(bars);
    }

    private int probe(int bar, int old) {
        gpu.writeConfig(offset + barOffset(bar), 4, -1);
        int size = read32(barOffset(bar));
        gpu.writeConfig(offset + barOffset(bar), 4, old);
        return size;
    }

    private static int barOffset(int bar) {
        return SRIOV_VF_BAR_0 + 4 * bar;
    }

    private static BarKind kind(int flags) {
        boolean prefetchable = BAR_PREFETCHABLE.isSet(flags);
        if (BAR_TYPE.get(flags) == BAR_TYPE_64) {
            return prefetchable ? BarKind.MEMORY_64_PREFETCHABLE : BarKind.MEMORY_64;
        }
        return prefetchable ? BarKind.MEMORY_32_PREFETCHABLE : BarKind.MEMORY_32;
    }

    /** Gives a BAR of the virtual functions its base; only while none is enabled. */
    void assign(VfBar bar, long base) {
        gpu.writeConfig(offset + barOffset(bar.index()), 4, (int) base);
        if (bar.kind().is64Bit()) {
            gpu.writeConfig(offset + barOffset(bar.index() + 1), 4, (int) (base >>> 32));
        }
    }
}
