package org.gpumediator.core.schedule;

import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.jspecify.annotations.Nullable;

/** The running numbers of one client. */
final class Account {

    private static final long WHOLE = 100;

    /** More than this is neither owed nor owing, so that one hang does not count for ever. */
    private static final long MAX_OVERRUN_NANOS = 10_000_000_000L;

    final int id;
    SchedulingParameters parameters;
    boolean hasWork;

    /** Has woken since the policy was last asked whether it preempts. */
    boolean woke;

    long virtualRuntime;
    long waitingSince;
    long drainedAt;

    /** Has had work before, which ended at {@link #drainedAt} if it has none now. */
    boolean hasDrained;

    long lastRan = Long.MIN_VALUE;
    long switches;

    /** Time it had by leaving late that the others have not had since. */
    long owed;

    /** Owes so much to others that are there that it may not run. */
    boolean inDebt;

    private long runtime;
    private long windowRuntime;
    private long overrun;
    private long waits;
    private long waitNanos;
    private long worstWait;
    private RunQueue.@Nullable Client told;

    Account(int id, SchedulingParameters parameters) {
        this.id = id;
        this.parameters = parameters;
    }

    void ran(long nanos) {
        runtime += nanos;
        windowRuntime += nanos;
        int weight = parameters.weight();
        virtualRuntime += (nanos + weight / 2) / weight;
    }

    /**
     * Starts a new window.
     *
     * @param windows how many have begun since
     * @param alreadyRan how long it has run in the new one
     */
    void windowsPassed(long windows, long alreadyRan) {
        long debt = windowRuntime - windowBudget() * windows;
        windowRuntime = isCapped() ? Math.max(alreadyRan, debt) : alreadyRan;
    }

    private boolean isCapped() {
        return parameters.capPercent() < WHOLE;
    }

    private long windowBudget() {
        return EngineGroupScheduler.WINDOW_NANOS * parameters.capPercent() / WHOLE;
    }

    boolean isThrottled() {
        return isCapped() && windowRuntime >= windowBudget();
    }

    boolean isRunnable() {
        return hasWork && !isThrottled() && !inDebt;
    }

    /** Returns how long it may run before its cap stops it. */
    long capLeft() {
        return isCapped() ? Math.max(1, windowBudget() - windowRuntime) : Long.MAX_VALUE;
    }

    void overrun(long nanos) {
        overrun = Math.clamp(overrun + nanos, -MAX_OVERRUN_NANOS, MAX_OVERRUN_NANOS);
    }

    void owes(long nanos) {
        owed = Math.min(owed + nanos, MAX_OVERRUN_NANOS);
    }

    /** Takes what others could have had meanwhile off what it owes; a credit is at most so much. */
    void pays(long nanos, long mostCredit) {
        owed = Math.max(owed - nanos, Math.min(owed, -mostCredit));
    }

    void waited(long nanos) {
        waits++;
        waitNanos += nanos;
        worstWait = Math.max(worstWait, nanos);
    }

    /** Returns what a policy is told of it; the same object while nothing has changed. */
    RunQueue.Client client() {
        RunQueue.Client client = told;
        if (client == null || !isStill(client)) {
            client =
                    new RunQueue.Client(
                            id,
                            isRunnable(),
                            parameters,
                            runtime,
                            virtualRuntime,
                            windowRuntime,
                            waitingSince,
                            lastRan,
                            overrun);
            told = client;
        }
        return client;
    }

    private boolean isStill(RunQueue.Client client) {
        return client.hasWork() == isRunnable()
                && client.parameters().equals(parameters)
                && client.runtimeNanos() == runtime
                && client.virtualRuntimeNanos() == virtualRuntime
                && client.windowRuntimeNanos() == windowRuntime
                && client.waitingSinceNanos() == waitingSince
                && client.lastRanNanos() == lastRan
                && client.overrunNanos() == overrun;
    }

    EngineGroupScheduler.ClientStatistics statistics(long waitingNanos) {
        return new EngineGroupScheduler.ClientStatistics(
                runtime, waits, waitNanos, Math.max(worstWait, waitingNanos), switches);
    }
}
