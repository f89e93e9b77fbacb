package org.gpumediator.core.hardware;

import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * The registers of a physical GPU: BAR0 by dword. A value is an {@code int} as the register holds
 * it, so one that reads as ones is {@code -1}. Stateless, for any thread.
 */
public final class Mmio {

    private static final int ALL_ONES = -1;

    private final PhysicalGpu gpu;

    /** Creates the view. */
    public Mmio(PhysicalGpu gpu) {
        this.gpu = gpu;
    }

    /** Reads the dword at a BAR0 offset, a multiple of 4 inside the BAR. */
    public int read(int offset) {
        return (int) gpu.read(0, offset, Integer.BYTES);
    }

    /** Writes the dword at a BAR0 offset, a multiple of 4 inside the BAR. */
    public void write(int offset, int value) {
        gpu.write(0, offset, Integer.BYTES, Integer.toUnsignedLong(value));
    }

    /** Writes some of the low 16 bits of a masked register: those set in {@code mask}. */
    public void writeMasked(int offset, int mask, int bits) {
        write(offset, mask << 16 | bits & mask);
    }

    /**
     * Looks whether the GPU is on its bus still: one that is not reads as ones everywhere.
     *
     * @param register BAR0 offset of one that never holds all ones
     */
    public boolean isPresent(int register) {
        return read(register) != ALL_ONES;
    }
}
