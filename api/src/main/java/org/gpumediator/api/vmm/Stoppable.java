package org.gpumediator.api.vmm;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.VirtualGpuState;

/**
 * A virtual GPU that its host can stop without closing it. Obtained by {@link VirtualGpu#ability}.
 */
public interface Stoppable {

    /**
     * Stops it: ends its work, and keeps its guest off the GPU, until it is reset. It keeps its
     * partition, and is {@link VirtualGpuState#FAILED} meanwhile. Unlike {@link VirtualGpu#quiesce}
     * there is no way on but a reset, and nothing is kept of what the guest has done. What a VMM
     * has mapped straight into the guest still shows the guest's own memory. No effect if it is
     * stopped already.
     *
     * @throws IllegalStateException if the virtual GPU is closed
     * @throws GpuMediationException if the GPU does not confirm that its work has ended; its guest
     *     is kept off all the same
     */
    void stop();
}
