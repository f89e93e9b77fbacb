package org.gpumediator.nvidia.vf.guard;

import java.util.EnumMap;
import java.util.Map;

/**
 * The guards of one virtual function, and the rules between them. Safe for use by multiple threads;
 * allocates only when a limit is changed.
 *
 * <p>Threats: a guest that resets its function, asks for exclusive access, raises interrupts or
 * asks for telemetry without end costs its neighbours their time. Every such event passes a guard
 * first; what a guard refuses is counted and not done.
 */
public final class VfGuards {

    /** What exclusive access is asked for. */
    public enum ExclusiveUse {
        SET_UP,
        RESET,
        DEBUG,
        FINISH
    }

    private static final GuardedEvent[] EVENTS = GuardedEvent.values();

    private final EventGuard[] guards = new EventGuard[EVENTS.length];
    private volatile boolean active;
    private volatile boolean everActive;

    /** Creates guards with the limits given, or the default where there is none. */
    public VfGuards(Map<GuardedEvent, GuardLimit> limits) {
        for (GuardedEvent event : EVENTS) {
            guards[event.ordinal()] =
                    new EventGuard(limits.getOrDefault(event, event.defaultLimit()));
        }
    }

    /** Returns the guard of one kind of event: state, counts, limit, forgiveness. */
    public EventGuard guard(GuardedEvent event) {
        return guards[event.ordinal()];
    }

    /** Says that the guest has set its function up. */
    public void activated() {
        active = true;
        everActive = true;
    }

    /** Says that the guest has finished, or its function was reset. */
    public void deactivated() {
        active = false;
    }

    /** Takes note of an interrupt or a mailbox message and says whether to serve it. */
    public boolean admitInterrupt(long nowNanos) {
        return guard(GuardedEvent.INTERRUPT).record(nowNanos);
    }

    /** Takes note of a reset of the function and says whether to serve it. */
    public boolean admitReset(long nowNanos) {
        return guard(GuardedEvent.FUNCTION_RESET).record(nowNanos);
    }

    /**
     * Takes note of a query for error telemetry and says whether to serve it. One of a function
     * that was never set up is ignored: neither served nor counted.
     */
    public boolean admitTelemetry(long nowNanos) {
        return everActive && guard(GuardedEvent.TELEMETRY).record(nowNanos);
    }

    /**
     * Takes note of a request for exclusive access and says whether to serve it.
     *
     * <ul>
     *   <li>Finishing is counted, and served while the function is active whatever the counts say:
     *       it gives time back.
     *   <li>Anything else is refused once as many accesses ran out of time as allowed: here full is
     *       enough.
     *   <li>Setting up and resetting are refused while resets overflow.
     * </ul>
     */
    public boolean admitExclusive(ExclusiveUse use, long nowNanos) {
        boolean withinLimit = guard(GuardedEvent.EXCLUSIVE_REQUEST).record(nowNanos);
        if (use == ExclusiveUse.FINISH) {
            return withinLimit || active;
        }
        if (guard(GuardedEvent.EXCLUSIVE_TIMEOUT).state(nowNanos) != EventGuard.State.NORMAL) {
            return false;
        }
        boolean resets = use == ExclusiveUse.SET_UP || use == ExclusiveUse.RESET;
        return withinLimit
                && !(resets
                        && guard(GuardedEvent.FUNCTION_RESET).state(nowNanos)
                                == EventGuard.State.OVERFLOW);
    }

    /** Takes note of an exclusive access that ran out of time. */
    public void exclusiveTimedOut(long nowNanos) {
        guard(GuardedEvent.EXCLUSIVE_TIMEOUT).record(nowNanos);
    }

    /** Opens every window anew; what was counted stays counted. */
    public void forgiveAll() {
        for (EventGuard guard : guards) {
            guard.forgiveAll();
        }
    }

    /** What one guard has counted. */
    public record Count(EventGuard.State state, int active, long total, long refused) {}

    /** Returns what all guards have counted. */
    public Map<GuardedEvent, Count> counts(long nowNanos) {
        Map<GuardedEvent, Count> counts = new EnumMap<>(GuardedEvent.class);
        for (GuardedEvent event : EVENTS) {
            EventGuard guard = guard(event);
            counts.put(
                    event,
                    new Count(
                            guard.state(nowNanos),
                            guard.active(nowNanos),
                            guard.total(),
                            guard.refused()));
        }
        return counts;
    }
}
