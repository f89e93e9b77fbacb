package org.gpumediator.nvidia.vf.scheduling;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.nvidia.vf.core.PfCore;

/**
 * What the board's firmware says it can schedule by. Limits are data of the board, not constants.
 *
 * <p>Source: members of the scheduler's control of the open drivers; their order, and the limits of
 * the preemption time-out, are this project's.
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

    /** The number of the graphics engine. */
    static final int GRAPHICS = 1;

    private static final int BYTES = 52;

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
        byte[] bytes = new byte[BYTES];
        ByteBuffer body = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(0, GRAPHICS);
        core.controls().control("scheduler's limits", core.client(), CONTROL, bytes);
        return new SchedulerCaps(
                body.getInt(16) != 0,
                limits("slices", body, 20),
                limits("frequency", body, 28),
                limits("averaging factor", body, 36),
                limits("preemption time-out", body, 44));
    }

    private static Limits limits(String what, ByteBuffer body, int at) {
        Limits limits = new Limits(body.getInt(at), body.getInt(at + 4));
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
