package org.gpumediator.nvidia.vf.scheduling;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.core.PfCore;
import org.gpumediator.nvidia.vf.wire.OwnStructures.PreemptionLimits;
import org.gpumediator.nvidia.vf.wire.SchedulerStructures.Caps;

/**
 * What the board's firmware says it can schedule by. Limits are data of the board, not constants.
 *
 * <p>Source: the scheduler's control of the open drivers; the one that asks for the limits of the
 * preemption time-out is this project's.
 *
 * @param adaptive whether overruns can be paid back
 * @param slices lengths of slices, in nanoseconds
 * @param hertz slices in a second
 * @param averaging over how many slices overruns are paid back
 * @param timeouts how long work may take to leave the engine, in nanoseconds
 */
public record SchedulerCaps(
        boolean adaptive, Limits slices, Limits hertz, Limits averaging, Limits timeouts) {

    /** Control: what the scheduler can do. */
    static final int CONTROL = 0x2080_1122;

    /** Control: how long work may take to leave the engine. */
    static final int PREEMPTION_LIMITS = 0x2080_11f1;

    /** The number of the graphics engine. */
    static final int GRAPHICS = 1;

    /** A range of legal values, both ends included. */
    public record Limits(long least, long most) {

        boolean holds(long value) {
            return value >= least && value <= most;
        }

        /** Returns the legal value nearest to one. */
        long nearest(long value) {
            return Math.clamp(value, least, most);
        }

        /**
         * Checks a value.
         *
         * @return the value
         * @throws IllegalArgumentException if it is out of the range; the message names both
         */
        long check(String what, long value, String unit) {
            if (!holds(value)) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s %d %s: expected %d to %d", what, value, unit, least, most));
            }
            return value;
        }
    }

    /**
     * Asks the firmware.
     *
     * @throws GpuMediationException if it does not answer, or by ranges that are empty
     */
    static SchedulerCaps ask(PfCore core) {
        WireView caps = Caps.LAYOUT.allocate().put(Caps.ENGINE_ID, GRAPHICS);
        core.controls().control("scheduler's limits", core.client(), CONTROL, caps);
        WireView times = PreemptionLimits.LAYOUT.allocate();
        times.put(PreemptionLimits.ENGINE_ID, GRAPHICS);
        core.controls().control("preemption limits", core.client(), PREEMPTION_LIMITS, times);
        return new SchedulerCaps(
                caps.isSet(Caps.IS_ARR_MODE_SUPPORTED),
                limits("slices", caps, Caps.MIN_TIMESLICE_NS, Caps.MAX_TIMESLICE_NS),
                limits("frequency", caps, Caps.MIN_FREQUENCY_FOR_ARR, Caps.MAX_FREQUENCY_FOR_ARR),
                limits(
                        "averaging factor",
                        caps,
                        Caps.MIN_AVG_FACTOR_FOR_ARR,
                        Caps.MAX_AVG_FACTOR_FOR_ARR),
                limits(
                        "preemption time-out",
                        times,
                        PreemptionLimits.LEAST_NANOS,
                        PreemptionLimits.MOST_NANOS));
    }

    private static Limits limits(String what, WireView view, WireField least, WireField most) {
        Limits limits = new Limits(view.getInt(least), view.getInt(most));
        if (limits.least <= 0 || limits.most < limits.least) {
            throw new GpuMediationException(
                    "firmware reports "
                            + what
                            + " of "
                            + limits.least
                            + " to "
                            + limits.most
                            + ": expected a range above 0");
        }
        return limits;
    }

    /**
     * Checks what an owner wishes for a virtual GPU; 0 stands for the policy's own length and the
     * board's own time-out.
     *
     * @throws IllegalArgumentException if a length is out of the board's limits
     */
    void check(SchedulingParameters parameters) {
        if (parameters.quantumNanos() != 0) {
            slices.check("quantum", parameters.quantumNanos(), "ns");
        }
        if (parameters.preemptionTimeoutNanos() != 0) {
            timeouts.check("preemption time-out", parameters.preemptionTimeoutNanos(), "ns");
        }
    }
}
