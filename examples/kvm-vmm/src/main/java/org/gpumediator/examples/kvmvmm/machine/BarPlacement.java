package org.gpumediator.examples.kvmvmm.machine;

import java.util.List;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.TrapRegion;

/**
 * Gives BARs their first addresses, as a PC's firmware does; a guest may move them. Large ones
 * first, so that little is lost to alignment; what finds no room below 4 GiB goes above if it can.
 */
final class BarPlacement {

    /** The windows of the root bus; the firmware's tables name the same. */
    static final long LOW = 0xc000_0000L;

    static final long LOW_END = 0xfe00_0000L;
    static final long HIGH = 0x40_0000_0000L;
    static final long HIGH_END = 0x80_0000_0000L;
    static final int PORTS = 0xc000;
    static final int PORTS_END = 0x1_0000;

    private static final int BAR_0 = 0x10;
    private static final int ROM = 0x30;
    private static final long PAGE = 4096;

    private long low = LOW;
    private long high = HIGH;
    private long port = PORTS;

    /**
     * Writes addresses into the BARs of a function. One that finds no room keeps address 0: Linux
     * then says so and leaves it off.
     */
    void place(PciSlot slot) {
        List<TrapRegion> regions =
                slot.regions().stream()
                        .sorted((one, other) -> Long.compare(other.length(), one.length()))
                        .toList();
        for (TrapRegion region : regions) {
            long base = allocate(region);
            if (base == 0) {
                continue;
            }
            int at = region.index() == TrapRegion.EXPANSION_ROM ? ROM : BAR_0 + 4 * region.index();
            slot.write(at, 4, (int) base);
            if (region.kind().is64Bit()) {
                slot.write(at + 4, 4, (int) (base >>> 32));
            }
        }
    }

    private long allocate(TrapRegion region) {
        long length = region.length();
        if (region.kind() == BarKind.PORT_IO) {
            long base = align(port, length);
            boolean fits = base + length <= PORTS_END;
            port = fits ? base + length : port;
            return fits ? base : 0;
        }
        long size = Math.max(length, PAGE);
        long base = align(low, size);
        if (base + size <= LOW_END) {
            low = base + size;
            return base;
        }
        base = align(high, size);
        if (region.kind().is64Bit() && base + size <= HIGH_END) {
            high = base + size;
            return base;
        }
        return 0;
    }

    private static long align(long address, long length) {
        return address + length - 1 & -length;
    }
}
