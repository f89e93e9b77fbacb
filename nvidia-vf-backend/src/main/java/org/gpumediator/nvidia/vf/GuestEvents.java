package org.gpumediator.nvidia.vf;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.nvidia.vf.bar.VfGate;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;

/**
 * What the firmware says of one virtual GPU: its guest's faults are counted, and one that has
 * failed is kept off the hardware.
 */
final class GuestEvents implements ManagedVgpu.Listener {

    private final String name;
    private final FaultBook faults;
    private final VfGate gate;
    private final MediationListener listener;
    private final Runnable reclaimed;

    /**
     * Creates the events of one virtual GPU.
     *
     * @param reclaimed told when a share that was lost is safe again
     */
    GuestEvents(
            String name,
            FaultBook faults,
            VfGate gate,
            MediationListener listener,
            Runnable reclaimed) {
        this.name = name;
        this.faults = faults;
        this.gate = gate;
        this.listener = listener;
        this.reclaimed = reclaimed;
    }

    FaultBook faults() {
        return faults;
    }

    VfGate gate() {
        return gate;
    }

    @Override
    public void onException(int exception) {
        faults.count(GuestFaultKind.HANG, "exception", exception);
    }

    @Override
    public void onFailed(String why) {
        gate.quarantine();
        listener.hardwareReset(why, name);
    }

    @Override
    public void onReclaimed() {
        reclaimed.run();
    }
}
