package org.gpumediator.core;

import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.MediationListener;

/** Keeps what a listener throws away from the mediator; counts it. */
final class GuardedListener implements MediationListener {

    private final MediationListener listener;
    private final LongAdder errors = new LongAdder();

    GuardedListener(MediationListener listener) {
        this.listener = listener;
    }

    long errors() {
        return errors.sum();
    }

    @Override
    public void guestFault(GuestFault fault, long count) {
        guard(() -> listener.guestFault(fault, count));
    }

    @Override
    public void stateChanged(String vgpu, VirtualGpuState from, VirtualGpuState to) {
        guard(() -> listener.stateChanged(vgpu, from, to));
    }

    @Override
    public void vgpuReset(String vgpu, ResetKind kind) {
        guard(() -> listener.vgpuReset(vgpu, kind));
    }

    @Override
    public void hardwareReset(String what, String offender) {
        guard(() -> listener.hardwareReset(what, offender));
    }

    private void guard(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException | AssertionError | LinkageError | StackOverflowError dropped) {
            errors.increment();
        }
    }
}
