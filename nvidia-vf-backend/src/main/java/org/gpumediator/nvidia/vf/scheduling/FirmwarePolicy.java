package org.gpumediator.nvidia.vf.scheduling;

import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.AdaptiveRoundRobin;
import org.gpumediator.core.schedule.BestEffort;
import org.gpumediator.core.schedule.EqualShare;
import org.gpumediator.core.schedule.FixedShare;
import org.gpumediator.core.schedule.RoundRobin;
import org.gpumediator.core.schedule.StrictPriority;
import org.gpumediator.core.schedule.WeightedFair;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.wire.SchedulerStructures.SetScheduler;

/**
 * What the firmware is told of a {@link SchedulingPolicy}: it does not choose runlists, but holds
 * frames back under best effort only, and reports the policy to whoever asks it.
 *
 * <p>Source: codes of the scheduler's controls of the open drivers.
 *
 * @param code the policy's code
 * @param adaptive whether overruns are paid back
 * @param sliceNanos length of its slices; 0 if it does not say
 * @param averagingFactor over how many slices an overrun is paid back; 0 for not at all
 */
record FirmwarePolicy(int code, boolean adaptive, long sliceNanos, int averagingFactor) {

    /** Control: sets policy and slices. */
    static final int CONTROL = 0x2080_1121;

    // spotless:off
    private static final int OTHER       = 1;
    private static final int BEST_EFFORT = 2;
    private static final int EQUAL_SHARE = 3;
    private static final int FIXED_SHARE = 4;
    private static final int ADAPTIVE_OFF = 1;
    private static final int ADAPTIVE_ON  = 2;
    // spotless:on

    static FirmwarePolicy of(SchedulingPolicy policy) {
        return switch (policy) {
            case BestEffort p -> plain(BEST_EFFORT, p.quantumNanos());
            case EqualShare p -> averaged(EQUAL_SHARE, p.quantumNanos(), p.averagingFactor());
            case FixedShare p -> averaged(FIXED_SHARE, p.quantumNanos(), p.averagingFactor());
            case AdaptiveRoundRobin p -> averaged(OTHER, p.targetNanos(), p.averagingFactor());
            case RoundRobin p -> plain(OTHER, p.quantumNanos());
            case WeightedFair p -> plain(OTHER, p.quantumNanos());
            case StrictPriority p -> plain(OTHER, p.quantumNanos());
            default -> plain(OTHER, 0);
        };
    }

    private static FirmwarePolicy plain(int code, long sliceNanos) {
        return new FirmwarePolicy(code, false, sliceNanos, 0);
    }

    private static FirmwarePolicy averaged(int code, long sliceNanos, int factor) {
        return new FirmwarePolicy(code, factor > 0, sliceNanos, factor);
    }

    boolean isFixedShare() {
        return code == FIXED_SHARE;
    }

    /** Checks it against what the board can do. */
    void check(SchedulerCaps caps) {
        if (sliceNanos != 0) {
            caps.slices().check("quantum", sliceNanos, "ns");
        }
        if (adaptive) {
            caps.averaging().check("averaging factor", averagingFactor, "slices");
        }
        if (adaptive && !caps.adaptive()) {
            throw new IllegalArgumentException(
                    "averaging factor "
                            + averagingFactor
                            + ": this board cannot pay back overruns");
        }
    }

    /** Returns the parameters of the control. */
    WireView parameters() {
        return SetScheduler.LAYOUT
                .allocate()
                .put(SetScheduler.ENGINE_ID, SchedulerCaps.GRAPHICS)
                .put(SetScheduler.SCHED_POLICY, code)
                .put(SetScheduler.ENABLE_ARR, adaptive ? ADAPTIVE_ON : ADAPTIVE_OFF)
                .put(SetScheduler.TIMESLICE_TARGET_NS, sliceNanos)
                .put(SetScheduler.AVG_FACTOR_FOR_ARR, averagingFactor);
    }
}
