package org.gpumediator.api.schedule;

/**
 * Decides who runs next on a group of engines, and for how long.
 *
 * <p>The mediator keeps the accounts; a policy only reads them. It asks whenever a slice ends, the
 * running virtual GPU falls idle, another one wakes while nobody runs, or one wakes that {@link
 * #preempts preempts} the running one.
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

    /**
     * Returns whether a virtual GPU that wakes ends the slice of another: if so, {@link #next} is
     * asked at once. Otherwise it waits for the end of the slice.
     *
     * @param woken the one that has work from now on
     * @param running the one that has the engines; its waiting and last run are those before this
     *     slice
     * @param sinceNanos when the slice of the running one began
     * @return {@code false} unless overridden
     * @implSpec As for {@link #next}.
     */
    default boolean preempts(RunQueue.Client woken, RunQueue.Client running, long sinceNanos) {
        return false;
    }

    /**
     * Returns whether what a virtual GPU overruns its slices by is the policy's own affair, because
     * it takes it off later ones or promises nothing. If not, who leaves later than its slice
     * allows is kept off the engines until the others could have had as much. Either way that is
     * done with whoever leaves later by a whole slice and more.
     *
     * @return {@code false} unless overridden
     */
    default boolean settlesOverruns() {
        return false;
    }
}
