package org.gpumediator.intel.gen7.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.gtt.Slice;

/**
 * BAR2: the aperture. The guest sees the whole of it, as ballooning wants, and reaches its own
 * share; the hardware translates and detiles. Elsewhere reads answer ones and writes are dropped.
 */
public final class ApertureBar implements TrapHandler {

    private static final int BAR = 2;

    private final Object lock;
    private final PhysicalGpu gpu;
    private final Slice slice;
    private final FaultBook faults;

    private boolean closed;

    /** Creates the BAR; {@code lock} is that of the virtual GPU. */
    public ApertureBar(Object lock, PhysicalGpu gpu, Slice slice, FaultBook faults) {
        this.lock = lock;
        this.gpu = gpu;
        this.slice = slice;
        this.faults = faults;
    }

    @Override
    public long read(long offset, int width) {
        if (refused(offset, width)) {
            return AccessWidth.lowBytes(width);
        }
        synchronized (lock) {
            return closed ? AccessWidth.lowBytes(width) : get(offset, width);
        }
    }

    private long get(long offset, int width) {
        if ((offset & width - 1) == 0) {
            return gpu.read(BAR, offset, width);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= gpu.read(BAR, offset + i, 1) << 8 * i;
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (refused(offset, width)) {
            return;
        }
        synchronized (lock) {
            if (!closed) {
                set(offset, width, value);
            }
        }
    }

    /** Ends it: an access that is still on its way does not reach what is another's by now. */
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    private void set(long offset, int width, long value) {
        if ((offset & width - 1) == 0) {
            gpu.write(BAR, offset, width, value);
            return;
        }
        for (int i = 0; i < width; i++) {
            gpu.write(BAR, offset + i, 1, value >>> 8 * i & 0xff);
        }
    }

    private boolean refused(long offset, int width) {
        boolean legal = width == 1 || width == 2 || width == 4 || width == 8;
        if (legal && offset >= slice.apertureStart() && offset <= slice.apertureEnd() - width) {
            return false;
        }
        faults.count(
                legal ? GuestFaultKind.OUT_OF_PARTITION : GuestFaultKind.REFUSED_ACCESS,
                "aperture",
                offset);
        return true;
    }
}
