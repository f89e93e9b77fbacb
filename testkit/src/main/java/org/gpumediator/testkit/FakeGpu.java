package org.gpumediator.testkit;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.jspecify.annotations.Nullable;

/**
 * A GPU in software that stands still until it is told to move. It starts no thread; whoever uses
 * it moves it, together with the clock and the mediator.
 */
public interface FakeGpu extends PhysicalGpu {

    /**
     * Lets time pass and does the work that is due, a bounded part of it at a time. Interrupt
     * listeners are called from here.
     *
     * @param nowNanos the time; one before an earlier one counts as that one
     * @return when to call again, as {@link #nextWorkNanos}
     */
    long advance(long nowNanos);

    /**
     * Returns when {@link #advance} should next be called, in nanoseconds: a time not after the
     * last one given if there is work now, {@link Long#MAX_VALUE} if there is nothing to wait for.
     */
    long nextWorkNanos();

    /**
     * Sets who hears that {@link #nextWorkNanos} may be earlier than before. Called on the thread
     * that brought the work; must not block and must not call the GPU.
     *
     * @param listener the listener, or {@code null} for none
     */
    void setWorkListener(@Nullable Runnable listener);
}
