package org.gpumediator.intel.gen7.hardware;

import org.gpumediator.api.hardware.PhysicalGpu;

/** The registers of the physical GPU: the lower half of BAR0, by dword. */
public final class Mmio {

    private final PhysicalGpu gpu;

    /** Creates the view. */
    public Mmio(PhysicalGpu gpu) {
        this.gpu = gpu;
    }

    /** Reads the dword at a BAR0 offset. */
    public int read(int offset) {
        return (int) gpu.read(0, offset, 4);
    }

    /** Writes the dword at a BAR0 offset. */
    public void write(int offset, int value) {
        gpu.write(0, offset, 4, Integer.toUnsignedLong(value));
    }

    /** Writes some of the low 16 bits of a masked register: those set in {@code mask}. */
    public void writeMasked(int offset, int mask, int bits) {
        write(offset, mask << 16 | bits & mask);
    }
}
