package org.gpumediator.intel.gen7.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * BAR4: an index port and a data port into BAR0, for code that runs before memory is decoded. An
 * access through them is an access to BAR0, with the same policy.
 *
 * <p>Source: Haswell I/O BAR: MMIO_INDEX at 0, MMIO_DATA at 4.
 */
public final class PortBar implements TrapHandler {

    public static final long LENGTH = 64;

    private static final int INDEX = 0;
    private static final int DATA = 4;
    private static final int INDEX_MASK = 0x3f_fffc;

    private final TrapHandler memory;
    private volatile int index;

    public PortBar(TrapHandler memory) {
        this.memory = memory;
    }

    @Override
    public long read(long offset, int width) {
        if (offset == DATA && width == 4) {
            return memory.read(index, 4);
        }
        boolean narrow = width == 1 || width == 2 || width == 4;
        if (narrow && offset >= INDEX && offset <= INDEX + Integer.BYTES - width) {
            return Integer.toUnsignedLong(index) >>> 8 * offset & AccessWidth.ones(width);
        }
        return AccessWidth.ones(width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset == INDEX && width == 4) {
            index = (int) value & INDEX_MASK;
        } else if (offset == DATA && width == 4) {
            memory.write(index, 4, value);
        }
    }

    public void reset() {
        index = 0;
    }
}
