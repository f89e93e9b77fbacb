package org.gpumediator.api.spi;

import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;

/**
 * The ability of a backend whose engines are time-sliced by the mediator. Safe for use by multiple
 * threads.
 */
public interface SchedulingControl {

    /**
     * Replaces the policy, from the next decision on.
     *
     * @throws IllegalArgumentException if the GPU cannot share its time so; the message names what
     *     and the limit
     * @throws org.gpumediator.api.GpuMediationException if its firmware refuses or does not answer;
     *     the policy stays
     */
    void policy(SchedulingPolicy policy);

    /** Returns the policy. */
    SchedulingPolicy policy();

    /**
     * Sets the parameters of one virtual GPU, from the next decision on.
     *
     * @param id number of the virtual GPU
     * @throws IllegalArgumentException if there is none of that number, or a length is out of the
     *     GPU's limits; the message names both
     */
    void parameters(int id, SchedulingParameters parameters);
}
