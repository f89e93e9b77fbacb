package org.gpumediator.intel.gen7.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.gtt.GuestGtt;

/**
 * The upper half of BAR0: entries of the graphics translation table, 4 bytes each. Takes aligned
 * accesses of 4 and 8 bytes, the wider one as two entries; refuses any other.
 */
public final class TableWindow implements TrapHandler {

    public static final long LENGTH = 2L << 20;

    private final Object lock;
    private final GuestGtt gtt;
    private final FaultBook faults;

    public TableWindow(Object lock, GuestGtt gtt, FaultBook faults) {
        this.lock = lock;
        this.gtt = gtt;
        this.faults = faults;
    }

    @Override
    public long read(long offset, int width) {
        if (refused(offset, width)) {
            return AccessWidth.lowBytes(width);
        }
        int index = (int) (offset / Integer.BYTES);
        synchronized (lock) {
            long low = Integer.toUnsignedLong(gtt.read(index));
            return width == 4 ? low : low | (long) gtt.read(index + 1) << 32;
        }
    }

    @Override
    public void write(long offset, int width, long value) {
        if (refused(offset, width)) {
            return;
        }
        int index = (int) (offset / Integer.BYTES);
        synchronized (lock) {
            gtt.write(index, (int) value);
            if (width == 8) {
                gtt.write(index + 1, (int) (value >>> 32));
            }
        }
    }

    private boolean refused(long offset, int width) {
        if ((width == 4 || width == 8)
                && (offset & width - 1) == 0
                && offset >= 0
                && offset <= LENGTH - width) {
            return false;
        }
        faults.count(GuestFaultKind.REFUSED_ACCESS, "GGTT window", offset);
        return true;
    }
}
