package org.gpumediator.nvidia.vf.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;

/**
 * A window of a virtual function, limited to the length its guest was told: what lies behind that
 * in the real BAR is not reachable.
 */
public final class VfWindow implements TrapHandler {

    private final VfGate gate;
    private final int bar;
    private final long length;
    private final FaultBook faults;
    private final Runnable onTouch;
    private final String name;

    public VfWindow(VfGate gate, int bar, long length, FaultBook faults, Runnable onTouch) {
        this.gate = gate;
        this.bar = bar;
        this.length = length;
        this.faults = faults;
        this.onTouch = onTouch;
        name = "BAR " + bar;
    }

    private boolean isInside(long offset, int width) {
        if (AccessWidth.isLegal(width) && offset >= 0 && offset <= length - width) {
            return true;
        }
        faults.count(GuestFaultKind.REFUSED_ACCESS, name, offset);
        return false;
    }

    @Override
    public long read(long offset, int width) {
        if (!isInside(offset, width)) {
            return AccessWidth.ones(width);
        }
        onTouch.run();
        return gate.read(bar, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (isInside(offset, width)) {
            onTouch.run();
            gate.write(bar, offset, width, value);
        }
    }
}
