package org.gpumediator.api.spi;

/**
 * The ability of a backend to put its GPU down while the host sleeps, and to take it up again. Safe
 * for use by multiple threads.
 *
 * <p>What a GPU holds does not survive a sleep, and virtual GPUs do not outlive it: an embedder
 * that wants to keep them saves each one through {@link org.gpumediator.api.vmm.Snapshottable},
 * closes it, and makes and restores it after the sleep. A backend does not do that by itself: only
 * the embedder can stop the guests.
 */
public interface HostPower {

    /**
     * Puts the GPU down: nothing of it is used any more. No effect if it is down.
     *
     * @throws IllegalStateException if virtual GPUs live; the message names them, nothing has
     *     changed
     * @throws org.gpumediator.api.GpuMediationException if it cannot be put down in an orderly way;
     *     it is down all the same
     */
    void sleep();

    /**
     * Takes the GPU up as it was before, whatever state it has come back in. No effect if it is up.
     *
     * @throws org.gpumediator.api.GpuMediationException if it does not come up; it stays down
     */
    void wake();
}
