package org.gpumediator.intel.gen7.gtt;

import java.util.concurrent.atomic.AtomicBoolean;
import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * The physical global GTT, written through the upper half of BAR0. Safe for use by multiple threads
 * as long as each entry has one writer.
 *
 * <p>Source: Haswell BAR0 layout (2 MiB of registers, then one 4-byte entry per 4 KiB page);
 * GFX_FLSH_CNTL of Linux i915.
 */
public final class GlobalGtt {

    /** Entries of the table: 2 GiB of graphics address space. */
    public static final int ENTRIES = 524_288;

    /** BAR0 offset of the first entry. */
    public static final int WINDOW = 0x20_0000;

    private static final int GFX_FLSH_CNTL = 0x10_1008;

    private final PhysicalGpu gpu;

    /** Entries were written since the last flush: the GPU may still use those before. */
    private final AtomicBoolean changed = new AtomicBoolean();

    /** Creates the view. */
    public GlobalGtt(PhysicalGpu gpu) {
        this.gpu = gpu;
    }

    /** Writes one entry. */
    public void set(int index, int entry) {
        gpu.write(0, WINDOW + 4L * index, 4, Integer.toUnsignedLong(entry));
        changed.setRelease(true); // after the entry: a flush in between leaves one more to do
    }

    /** Makes entries written before take effect for what the GPU does next. */
    public void flush() {
        changed.set(false);
        gpu.write(0, GFX_FLSH_CNTL, 4, 1);
    }

    /** Does so if any were written since the last time. */
    public void flushChanges() {
        if (changed.getAcquire()) {
            flush();
        }
    }
}
