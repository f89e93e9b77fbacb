package org.gpumediator.testkit;

import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * A GPU in software that stands still until it is told to move. It starts no thread; whoever uses
 * it moves it, together with the clock and the mediator.
 */
public interface FakeGpu extends PhysicalGpu {

    /**
     * Lets time pass and does the work that is due. Interrupt listeners are called from here.
     *
     * @param nowNanos the time; one before an earlier one counts as that one
     * @param commandBudget how many commands to execute at most, not negative
     * @return how many were executed; less than the budget if nothing is left to do at this time
     */
    long advance(long nowNanos, long commandBudget);
}
