package org.gpumediator.api.schedule;

/**
 * Decides who runs next on a group of engines, and for how long.
 *
 * <p>The mediator keeps the accounts; a policy only reads them. It asks whenever a slice ends, the
 * running virtual GPU falls idle, or another one wakes while nobody runs.
 */
public interface SchedulingPolicy {

    /** Returns the policy's name, as an operator writes it: lower-case letters and dashes. */
    String name();

    /**
     * Chooses.
     *
     * @param queue everybody who may run on the group, with their accounts
     * @return whom to run and for how long
     * @implSpec A pure function of its argument. Called with a lock of the backend held: must not
     *     block and must not call back. Must return a client of the queue, or {@link Slice#idle}. A
     *     slice for a client without work leaves the engines idle for its length (what fixed shares
     *     mean).
     */
    Slice next(RunQueue queue);
}
