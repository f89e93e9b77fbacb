package org.gpumediator.core.observe;

import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.MediationListener;

/** Keeps what an observer throws away from the mediator. Safe for use by multiple threads. */
public final class GuardedMediationListener implements MediationListener {

    private final MediationListener listener;
    private final LongAdder failures = new LongAdder();

    /** Guards a listener. */
    public GuardedMediationListener(MediationListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** Returns how often the listener has thrown. */
    public long failures() {
        return failures.sum();
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

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            failures.increment();
        }
    }
}
