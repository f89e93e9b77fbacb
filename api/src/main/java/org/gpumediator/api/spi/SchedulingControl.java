package org.gpumediator.api.spi;

import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;

/**
 * The ability of a backend whose engines are time-sliced by the mediator. Safe for use by multiple
 * threads.
 */
public interface SchedulingControl {

    /** Replaces the policy, from the next decision on. */
    void policy(SchedulingPolicy policy);

    /** Returns the policy. */
    SchedulingPolicy policy();

    /**
     * Sets the parameters of one virtual GPU, from the next decision on.
     *
     * @param id number of the virtual GPU
     * @throws IllegalArgumentException if there is none of that number
     */
    void parameters(int id, SchedulingParameters parameters);
}
