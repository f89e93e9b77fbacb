package org.gpumediator.core.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whose work may be on one group of engines that change hands together, and keeps the
 * accounts a {@link SchedulingPolicy} decides by. It moves nothing itself: a backend says what
 * happens, asks {@link #step}, and carries the answer out.
 *
 * <p>How a backend uses it:
 *
 * <ul>
 *   <li>{@link #workArrived} when a guest's queue is no longer empty, {@link #workDrained} when it
 *       is empty and the engines have finished it; after either, {@link #step};
 *   <li>{@link #step} answers who may run. While that is another than {@link #onHardware} the
 *       backend submits nothing more of the old one, waits until its work has drained (until {@link
 *       #drainDeadline} at most), changes hands and calls {@link #switched}. The answer {@link
 *       #NOBODY} is carried out the same way, only that nothing is brought in;
 *   <li>{@link #switched} with {@link #NOBODY} may be called in between, when the old one is off
 *       and the new one not on yet: the time between is then charged to nobody;
 *   <li>{@link #step} again at {@link #nextDeadline}.
 * </ul>
 *
 * <p>Who has work and no competitor is never taken off, but for its cap or the policy's wish. When
 * nobody has work, the last one stays and nothing is due; should it wake first, within its slice,
 * that slice goes on. A slice's time begins when its owner is on the hardware.
 *
 * <p>A cap holds over windows of 100 ms: who has used its part of a window waits for the next; what
 * it takes beyond, because work cannot be stopped at once, comes off the windows that follow.
 *
 * <p>Who leaves later than its slice allows owes the others what it has had: it is kept off the
 * hardware, as if it had no work, until they could have had as much for their weights, and for as
 * long as one of them has work or has just run out of it. Nothing that a client does with its work
 * changes what it owes. A policy that takes overruns off later slices itself ({@link
 * SchedulingPolicy#settlesOverruns}) does so up to the length of a slice, or 10 ms; beyond that it
 * is owed.
 *
 * <p>A policy that throws, answers null, or names somebody who is not there, is counted, its first
 * fault is logged, and that decision is made by turns instead.
 *
 * <p>Not safe for use by multiple threads: a backend calls it under its own lock. Times are
 * nanoseconds on the mediator's clock; one that falls counts as no time passed.
 */
public final class EngineGroupScheduler {

    private static final Logger log = LoggerFactory.getLogger(EngineGroupScheduler.class);

    /** Nobody's number. */
    public static final int NOBODY = -1;

    /** Length of the window over which caps hold. */
    public static final long WINDOW_NANOS = 100_000_000L;

    /** So much later than its slice allows is nobody's fault. */
    static final long GRACE_NANOS = 1_000_000L;

    /** So much later at least is left to a policy that settles overruns itself. */
    static final long SETTLED_NANOS = 10_000_000L;

    /**
     * Who ran out of work so recently still counts as there: it may wait for the answer to what it
     * has just been told.
     */
    static final long PRESENCE_NANOS = 5_000_000L;

    private static final SchedulingPolicy FALLBACK = new RoundRobin();

    private final List<Account> accounts = new ArrayList<>();
    private SchedulingPolicy policy;
    private int capacity;

    private @Nullable Account hardware;
    private int granted = NOBODY;
    private int lastOnHardware = NOBODY;
    private boolean ask;

    /** Somebody has woken of whom the policy has not been asked whether it preempts. */
    private boolean woken;

    private boolean started;
    private long now;
    private long windowStart;
    private long floorVirtualRuntime;

    /** The decision in force or being carried out, and when its time began. */
    private @Nullable Slice slice;

    private long sliceStart;
    private long sliceEnd;
    private boolean allThrottled;

    /** The slice of who is on the hardware; another than {@link #slice} while hands change. */
    private long tenureStart;

    private long tenureLength;
    private long tenureTarget;

    private long drainSince;

    /** Somebody may owe something. */
    private boolean debts;

    /** So much is not worth being kept off for: half a slice, which comes with the next debt. */
    private long slackOfDebts;

    private long gapSince = Long.MIN_VALUE;
    private long decisions;
    private long switches;
    private long switchNanos;
    private long policyFaults;
    private boolean faultTold;
    private boolean chargesOverruns = true;

    /**
     * Creates a scheduler with no clients.
     *
     * @param policy decides
     * @param capacity for how many clients the engines are laid out, positive
     */
    public EngineGroupScheduler(SchedulingPolicy policy, int capacity) {
        this.policy = Objects.requireNonNull(policy, "policy");
        capacity(capacity);
    }

    /**
     * Leaves late leaving to the policy alone, as where the hardware itself ends work that stays
     * too long. By default who leaves late owes the others what it had.
     */
    public void leaveOverrunsToThePolicy() {
        chargesOverruns = false;
    }

    /** Replaces the policy, from the next decision on. */
    public void policy(SchedulingPolicy newPolicy) {
        policy = Objects.requireNonNull(newPolicy, "policy");
        faultTold = false;
    }

    /** Returns the policy. */
    public SchedulingPolicy policy() {
        return policy;
    }

    /**
     * Sets for how many clients the engines are laid out, from the next decision on.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public void capacity(int newCapacity) {
        if (newCapacity <= 0) {
            throw new IllegalArgumentException(
                    "capacity " + newCapacity + ": expected a positive number");
        }
        capacity = newCapacity;
    }

    /**
     * Adds a client, without work.
     *
     * @param id its number, not negative
     * @throws IllegalArgumentException if the number is negative or in use
     */
    public void add(int id, SchedulingParameters parameters) {
        Objects.requireNonNull(parameters, "parameters");
        int at = 0;
        while (at < accounts.size() && accounts.get(at).id < id) {
            at++;
        }
        if (id < 0 || at < accounts.size() && accounts.get(at).id == id) {
            throw new IllegalArgumentException(
                    "client " + id + ": expected a free number that is not negative");
        }
        Account account = new Account(id, parameters);
        account.virtualRuntime = floorVirtualRuntime;
        accounts.add(at, account);
    }

    /**
     * Removes a client; its work is off the hardware already.
     *
     * @throws IllegalArgumentException if there is none of that number
     */
    public void remove(int id, long nowNanos) {
        advance(nowNanos);
        Account account = account(id);
        accounts.remove(account);
        if (hardware == account) {
            hardware = null;
            gapSince = Long.MIN_VALUE;
        }
        if (lastOnHardware == id) {
            lastOnHardware = NOBODY;
        }
        if (granted == id) {
            granted = NOBODY;
        }
        ask |= granted == NOBODY;
    }

    /**
     * Sets a client's parameters, from the next decision on.
     *
     * @throws IllegalArgumentException if there is none of that number
     */
    public void parameters(int id, SchedulingParameters parameters) {
        account(id).parameters = Objects.requireNonNull(parameters, "parameters");
    }

    /** Returns whether there is a client of that number. */
    public boolean contains(int id) {
        return find(id) != null;
    }

    /**
     * Says that a client has work from now on. No effect if it had already.
     *
     * @throws IllegalArgumentException if there is no such client
     */
    public void workArrived(int id, long nowNanos) {
        advance(nowNanos);
        Account account = account(id);
        if (account.hasWork) {
            return;
        }
        account.hasWork = true;
        account.virtualRuntime = Math.max(account.virtualRuntime, floorVirtualRuntime);
        account.waitingSince = now;
        account.woke = true;
        woken = true;
        if (isGrantedOnHardware()) {
            ask |= hardware == account ? !goesOn(account) : !busy();
        } else {
            ask |= granted == NOBODY;
        }
    }

    /**
     * Returns whether one that wakes on the hardware has it by a slice that nobody else waits for.
     */
    private boolean goesOn(Account account) {
        Slice inForce = slice;
        if (inForce == null || inForce.client() != account.id || now - sliceEnd >= 0) {
            return false;
        }
        for (int i = 0; i < accounts.size(); i++) {
            if (accounts.get(i).hasWork && accounts.get(i) != account) {
                return false;
            }
        }
        return true;
    }

    private boolean isGrantedOnHardware() {
        return hardware != null && hardware.id == granted;
    }

    private boolean busy() {
        return hardware != null && hardware.hasWork;
    }

    /**
     * Says that a client has no work left, neither queued nor on the engines. No effect if it had
     * none.
     *
     * @throws IllegalArgumentException if there is no such client
     */
    public void workDrained(int id, long nowNanos) {
        advance(nowNanos);
        Account account = account(id);
        if (account.hasWork) {
            account.hasWork = false;
            account.hasDrained = true;
            account.drainedAt = now;
            ask |= granted == id;
        }
    }

    /**
     * Says who is on the hardware now.
     *
     * @param id number of a client, or {@link #NOBODY}
     * @throws IllegalArgumentException if there is no such client
     */
    public void switched(int id, long nowNanos) {
        advance(nowNanos);
        Account next = id == NOBODY ? null : account(id);
        Account old = hardware;
        if (old != null && old == next) {
            return;
        }
        if (old != null) {
            endTenure(old);
        }
        hardware = next;
        if (next == null) {
            vacated();
            return;
        }
        if (gapSince != Long.MIN_VALUE) {
            switchNanos += now - gapSince;
            gapSince = Long.MIN_VALUE;
        }
        if (id != lastOnHardware) {
            switches++;
            next.switches++;
        }
        lastOnHardware = id;
        if (next.hasWork) {
            next.waited(now - next.waitingSince);
        }
        if (id == granted && slice != null) {
            startTenure(slice);
        } else {
            tenureStart = now;
            tenureLength = Long.MAX_VALUE;
            ask = true;
        }
    }

    /**
     * Says that what is on the hardware was lost together with it, as by a reset of the GPU: nobody
     * is on it now, and the slice that ended so is neither an overrun nor its owner's merit.
     */
    public void lost(long nowNanos) {
        advance(nowNanos);
        Account old = hardware;
        if (old != null) {
            old.lastRan = now;
            old.waitingSince = now;
            hardware = null;
            vacated();
        }
    }

    private void vacated() {
        if (granted != NOBODY) {
            gapSince = now;
            ask |= !account(granted).hasWork; // it would be waited for in vain
        } else if (slice != null && !allThrottled) {
            sliceStart = now;
            sliceEnd = saturated(now, slice.lengthNanos());
        }
    }

    private void startTenure(Slice granting) {
        tenureStart = now;
        tenureLength = granting.lengthNanos();
        tenureTarget = granting.targetNanos();
        sliceStart = now;
        sliceEnd = saturated(now, granting.lengthNanos());
    }

    private void endTenure(Account old) {
        old.lastRan = now;
        long left = old.hasWork ? now : old.drainedAt;
        long had = left - tenureStart;
        if (had >= tenureLength) {
            old.overrun(had - tenureTarget);
            long free =
                    policy.settlesOverruns() ? Math.max(tenureTarget, SETTLED_NANOS) : GRACE_NANOS;
            if (chargesOverruns && had - tenureLength > free) {
                old.owes(had);
                slackOfDebts = tenureTarget / 2;
                debts = true;
            } else {
                old.owed = Math.max(old.owed, 0);
            }
        }
        if (old.hasWork) {
            old.waitingSince = now;
        }
    }

    /**
     * Decides, if a decision is due.
     *
     * @return number of the client that may run from now on, or {@link #NOBODY}
     */
    public int step(long nowNanos) {
        advance(nowNanos);
        if (isDecisionDue()) {
            decide();
        }
        return granted;
    }

    private boolean isDecisionDue() {
        if (ask || woken && isPreempted()) {
            return true;
        }
        if (granted == NOBODY) {
            return now - sliceEnd >= 0 && anyWork();
        }
        if (hardware == null || hardware.id != granted) {
            return false;
        }
        boolean over = now - sliceEnd >= 0;
        return hardware.hasWork ? over || hardware.isThrottled() : over && anyWork();
    }

    /** Asks the policy whether one that has woken ends the slice of who is on the hardware. */
    private boolean isPreempted() {
        Account running = hardware;
        if (running == null || running.id != granted || !running.hasWork) {
            return false; // looked at when hands have changed
        }
        woken = false;
        boolean preempted = false;
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            if (account.woke && account != running && account.isRunnable()) {
                preempted |= preempts(account, running);
            }
            account.woke = false;
        }
        return preempted;
    }

    private boolean preempts(Account account, Account running) {
        try {
            return policy.preempts(account.client(), running.client(), tenureStart);
        } catch (RuntimeException thrown) {
            policyFault("has thrown", thrown);
            return false;
        }
    }

    private void decide() {
        ask = false;
        int before = granted;
        if (!anyWork()) {
            // The last one stays loaded: should it wake first, nothing needs to change hands.
            // Its slice goes on, if it does.
            boolean stays = hardware != null && hardware.id == granted;
            granted = hardware == null ? NOBODY : hardware.id;
            sliceEnd = stays ? sliceEnd : now;
            return;
        }
        decisions++;
        findDebtors();
        allThrottled = !anyRunnable();
        Slice next = allThrottled ? Slice.idle(untilRunnable()) : asked();
        Account owner = next.client() == NOBODY ? null : find(next.client());
        slice = next;
        sliceStart = now;
        sliceEnd = saturated(now, next.lengthNanos());
        if (owner == null) {
            Account loaded = hardware;
            // Who is loaded may come back before who owes it something.
            granted =
                    loaded != null && allThrottled && debts && !loaded.hasWork ? loaded.id : NOBODY;
        } else if (owner.isRunnable()) {
            granted = owner.id;
            slice = limited(next, owner);
            if (owner == hardware) {
                startTenure(slice);
            }
        } else {
            granted = owner == hardware && !owner.hasWork ? owner.id : NOBODY;
        }
        if (hardware != null && hardware.id == before && granted != before) {
            drainSince = now;
        }
    }

    private Slice asked() {
        RunQueue queue = queue();
        try {
            @Nullable Slice answer = policy.next(queue);
            if (answer == null) {
                policyFault("has answered null", null);
            } else if (answer.client() == NOBODY || find(answer.client()) != null) {
                return answer;
            } else {
                policyFault("has named client " + answer.client() + ", who is not there", null);
            }
        } catch (RuntimeException thrown) {
            policyFault("has thrown", thrown);
        }
        return FALLBACK.next(queue);
    }

    /** Counts a fault, and tells of a policy's first: what is measured is not all of its making. */
    private void policyFault(String what, @Nullable RuntimeException thrown) {
        policyFaults++;
        if (!faultTold) {
            faultTold = true;
            log.warn(
                    "Scheduling policy {} {}; round robin decides in its place, this time and"
                            + " whenever it does so again",
                    policy.getClass().getName(),
                    what,
                    thrown);
        }
    }

    private RunQueue queue() {
        RunQueue.Client[] clients = new RunQueue.Client[accounts.size()];
        long least = Long.MAX_VALUE;
        for (int i = 0; i < clients.length; i++) {
            Account account = accounts.get(i);
            if (account == hardware) {
                account.lastRan = now;
                account.waitingSince = now;
            }
            clients[i] = account.client();
            if (account.hasWork) {
                least = Math.min(least, account.virtualRuntime);
            }
        }
        floorVirtualRuntime = Math.max(floorVirtualRuntime, least);
        return new RunQueue(now, lastOnHardware, capacity, List.of(clients), slice, sliceStart);
    }

    /** Ends a slice where its owner's cap does. */
    private static Slice limited(Slice granting, Account owner) {
        long left = owner.capLeft();
        return granting.lengthNanos() <= left ? granting : new Slice(granting.client(), left, left);
    }

    /** Returns who may run, as {@link #step} last answered. */
    public int granted() {
        return granted;
    }

    /** Returns who is on the hardware, as {@link #switched} last said. */
    public int onHardware() {
        return hardware == null ? NOBODY : hardware.id;
    }

    /** Returns whether hands are changing: who may run is not who is on the hardware. */
    public boolean isSwitching() {
        return onHardware() != granted;
    }

    /**
     * Returns when to step again at the latest, if nothing happens before.
     *
     * @return a time, perhaps past; {@link Long#MAX_VALUE} if nothing is due by itself
     */
    public long nextDeadline() {
        if (ask) {
            return now;
        }
        if (granted == NOBODY) {
            return anyWork() ? sliceEnd : Long.MAX_VALUE;
        }
        if (hardware == null || hardware.id != granted) {
            return Long.MAX_VALUE;
        }
        if (hardware.hasWork) {
            return Math.min(sliceEnd, saturated(now, hardware.capLeft()));
        }
        return anyWork() ? sliceEnd : Long.MAX_VALUE;
    }

    /**
     * Returns until when who has to leave the hardware may take to do so, before it counts as hung.
     *
     * @param timeoutNanos how long it may take, if its parameters do not say
     * @return a time; {@link Long#MAX_VALUE} if nobody has to leave
     */
    public long drainDeadline(long timeoutNanos) {
        if (hardware == null || hardware.id == granted) {
            return Long.MAX_VALUE;
        }
        long own = hardware.parameters.preemptionTimeoutNanos();
        return saturated(drainSince, own > 0 ? own : timeoutNanos);
    }

    /**
     * Returns a client's account as it is now.
     *
     * @throws IllegalArgumentException if there is none of that number
     */
    public ClientStatistics statistics(int id) {
        Account account = account(id);
        boolean waits = account.hasWork && account != hardware;
        return account.statistics(waits ? now - account.waitingSince : 0);
    }

    /** Returns the group's account as it is now. */
    public GroupStatistics statistics() {
        return new GroupStatistics(decisions, switches, switchNanos, policyFaults);
    }

    private void advance(long nowNanos) {
        if (!started) {
            started = true;
            now = nowNanos;
            windowStart = nowNanos;
            return;
        }
        long passed = nowNanos - now;
        if (passed <= 0) {
            return;
        }
        now = nowNanos;
        if (debts) {
            payDebts(passed);
        }
        if (hardware != null && busy()) {
            hardware.ran(passed);
        }
        long windows = (now - windowStart) / WINDOW_NANOS;
        if (windows > 0) {
            windowStart += windows * WINDOW_NANOS;
            for (Account account : accounts) {
                boolean runs = account == hardware && account.hasWork;
                account.windowsPassed(windows, runs ? Math.min(passed, now - windowStart) : 0);
            }
        }
    }

    private long windowEnd() {
        return windowStart + WINDOW_NANOS;
    }

    private boolean anyWork() {
        for (int i = 0; i < accounts.size(); i++) {
            if (accounts.get(i).hasWork) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ what is owed

    /** Takes time off what those that are not on the hardware owe to the others. */
    private void payDebts(long passed) {
        boolean left = false;
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            if (account != hardware && account.owed != 0) {
                long others = weightOfOthers(account);
                int own = account.parameters.weight();
                account.pays(others == 0 ? passed : passed * own / others, slackOfDebts);
            }
            if (account.owed < 0 && !account.hasWork) {
                account.owed = 0;
            }
            left |= account.owed != 0;
        }
        debts = left;
    }

    private long weightOfOthers(Account account) {
        long weight = 0;
        for (int i = 0; i < accounts.size(); i++) {
            Account other = accounts.get(i);
            weight += other != account && isThere(other) ? other.parameters.weight() : 0;
        }
        return weight;
    }

    private boolean isThere(Account account) {
        return account.hasWork ? !account.isThrottled() : hasJustDrained(account);
    }

    private boolean hasJustDrained(Account account) {
        return account.hasDrained && now - account.drainedAt < PRESENCE_NANOS;
    }

    /**
     * Finds who may not run because of what it owes. Where nobody else could run, or is about to,
     * the one that owes least may.
     */
    private void findDebtors() {
        Account least = null;
        boolean free = false;
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            account.inDebt = debts && account.owed > slackOfDebts && weightOfOthers(account) > 0;
            free |=
                    account.hasWork
                            ? account.isRunnable()
                            : !account.inDebt && hasJustDrained(account);
            if (account.inDebt
                    && account.hasWork
                    && !account.isThrottled()
                    && (least == null || account.owed < least.owed)) {
                least = account;
            }
        }
        if (!free && least != null) {
            long forgiven = least.owed - slackOfDebts;
            for (int i = 0; i < accounts.size(); i++) {
                accounts.get(i).owed -= accounts.get(i).inDebt ? forgiven : 0;
            }
            least.inDebt = false;
        }
    }

    /** Returns when somebody of those with work may run, if nothing happens before. */
    private long untilRunnable() {
        long until = windowEnd() - now;
        for (int i = 0; i < accounts.size(); i++) {
            Account account = accounts.get(i);
            if (account.inDebt && account.hasWork) {
                until = Math.min(until, PRESENCE_NANOS);
            }
        }
        return until;
    }

    private boolean anyRunnable() {
        for (int i = 0; i < accounts.size(); i++) {
            if (accounts.get(i).isRunnable()) {
                return true;
            }
        }
        return false;
    }

    private Account account(int id) {
        Account account = find(id);
        if (account == null) {
            throw new IllegalArgumentException("client " + id + ": not one of this group");
        }
        return account;
    }

    private @Nullable Account find(int id) {
        for (int i = 0; i < accounts.size(); i++) {
            if (accounts.get(i).id == id) {
                return accounts.get(i);
            }
        }
        return null;
    }

    private static long saturated(long time, long length) {
        long sum = time + length;
        return length > 0 && sum < time ? Long.MAX_VALUE : sum;
    }

    /**
     * What one client has had of a group of engines.
     *
     * @param busyNanos how long its work was on the engines
     * @param waits how often it came to the hardware with work waiting
     * @param waitNanos how long it waited for that in all
     * @param worstWaitNanos the longest of these waits, the one in progress included
     * @param switches how often the engines changed hands to it
     */
    public record ClientStatistics(
            long busyNanos, long waits, long waitNanos, long worstWaitNanos, long switches) {

        /** Adds these to counters by name, as {@code engines.busy.nanos} and the like. */
        public void addTo(Map<String, Long> counters) {
            counters.put("engines.busy.nanos", busyNanos);
            counters.put("engines.waits", waits);
            counters.put("engines.wait.nanos", waitNanos);
            counters.put("engines.wait.worst.nanos", worstWaitNanos);
            counters.put("engines.switches", switches);
        }
    }

    /**
     * What a group of engines has done.
     *
     * @param decisions how often the policy was asked
     * @param switches how often the engines changed hands
     * @param switchNanos how long that took, as far as the backend told it
     * @param policyFaults how often the policy gave no usable answer
     */
    public record GroupStatistics(
            long decisions, long switches, long switchNanos, long policyFaults) {}
}
