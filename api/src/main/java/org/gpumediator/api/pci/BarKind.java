package org.gpumediator.api.pci;

/**
 * Address space and width of a BAR. Source of the type bits: PCI Local Bus Specification 3.0,
 * section 6.2.5.1.
 */
public enum BarKind {
    MEMORY_32(0x0),
    MEMORY_32_PREFETCHABLE(0x8),
    MEMORY_64(0x4),
    MEMORY_64_PREFETCHABLE(0xc),
    PORT_IO(0x1),
    /** The expansion ROM: 32-bit memory with an enable bit of its own. */
    ROM(0x0);

    private final int typeBits;

    BarKind(int typeBits) {
        this.typeBits = typeBits;
    }

    /** Returns the read-only low bits of the BAR. */
    public int typeBits() {
        return typeBits;
    }

    /** Returns whether the BAR takes two slots. */
    public boolean is64Bit() {
        return this == MEMORY_64 || this == MEMORY_64_PREFETCHABLE;
    }

    /** Returns whether the BAR is in memory space. */
    public boolean isMemory() {
        return this != PORT_IO;
    }

    /** Returns whether the BAR is prefetchable. */
    public boolean isPrefetchable() {
        return this == MEMORY_32_PREFETCHABLE || this == MEMORY_64_PREFETCHABLE;
    }
}
