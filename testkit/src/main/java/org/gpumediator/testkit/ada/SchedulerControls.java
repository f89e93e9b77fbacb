package org.gpumediator.testkit.ada;

import java.util.Map;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspOwnStructures.PreemptionLimits;
import org.gpumediator.testkit.ada.GspOwnStructures.TearDown;
import org.gpumediator.testkit.ada.GspSchedulerStructures.Caps;
import org.gpumediator.testkit.ada.GspSchedulerStructures.SchedulerState;
import org.gpumediator.testkit.ada.GspSchedulerStructures.SetScheduler;
import org.gpumediator.testkit.ada.GspVgpuStructures.FrameRateLimiter;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's controls of the scheduler of the graphics engine. Used under the board's lock.
 *
 * <p>Source: controls of the open drivers. The one that tells the limits of the preemption time-out
 * and the one that tears channels down are this project's.
 */
final class SchedulerControls implements ControlTable {

    // spotless:off
    private static final int GRAPHICS         = 1;
    private static final int POLICY_UNKNOWN   = 0;
    private static final int POLICY_OTHER     = 1;
    private static final int BEST_EFFORT      = 2;
    private static final int EQUAL_SHARE      = 3;
    private static final int FIXED_SHARE      = 4;
    private static final int LEAST_HERTZ      = 63;
    private static final int MOST_HERTZ       = 960;
    private static final int MOST_AVERAGING   = 60;
    private static final int CONTEXT_TIMEOUT  = 109;
    private static final int LEVEL_ERROR      = 1;
    // spotless:on

    private final Board board;
    private final Map<Integer, Control> controls;
    private int policy = POLICY_UNKNOWN;
    private int adaptive;
    private int timeslice;
    private int averagingFactor;

    SchedulerControls(Board board) {
        this.board = board;
        // spotless:off
        controls = Map.of(
                0x2080_1120, new Control(SchedulerState.LAYOUT, this::state),
                0x2080_1121, new Control(SetScheduler.LAYOUT, this::set),
                0x2080_1122, new Control(Caps.LAYOUT, this::caps),
                0x2080_11f0, new Control(TearDown.LAYOUT, this::tearDown),
                0x2080_11f1, new Control(PreemptionLimits.LAYOUT, this::preemptionLimits),
                0x2080_400d, new Control(FrameRateLimiter.LAYOUT, this::frameRateLimiter));
        // spotless:on
    }

    @Override
    public @Nullable Control find(int command) {
        return controls.get(command);
    }

    void reset() {
        policy = POLICY_UNKNOWN;
        adaptive = 0;
        timeslice = 0;
        averagingFactor = 0;
    }

    int policy() {
        return policy;
    }

    private int state(WireView body) {
        if (body.getInt(SchedulerState.ENGINE_ID) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.put(SchedulerState.SCHED_POLICY, policy)
                .put(SchedulerState.ARR_ENABLED, adaptive)
                .put(SchedulerState.TARGET_TIMESLICE_NS, timeslice)
                .put(SchedulerState.ARR_AVG_FACTOR, averagingFactor);
        return GspStatus.OK;
    }

    private int set(WireView body) {
        int newPolicy = body.getInt(SetScheduler.SCHED_POLICY);
        int newAdaptive = body.getInt(SetScheduler.ENABLE_ARR);
        int slice = body.getInt(SetScheduler.TIMESLICE_TARGET_NS);
        int hertz = body.getInt(SetScheduler.FREQUENCY_FOR_ARR);
        int factor = body.getInt(SetScheduler.AVG_FACTOR_FOR_ARR);
        SliceLimits limits = board.sliceLimits();
        boolean sound =
                body.getInt(SetScheduler.ENGINE_ID) == GRAPHICS
                        && newPolicy >= POLICY_OTHER
                        && newPolicy <= FIXED_SHARE
                        && newAdaptive >= 0
                        && newAdaptive <= 2
                        && (slice == 0
                                || slice >= limits.leastSliceNanos()
                                        && slice <= limits.mostSliceNanos())
                        && (hertz == 0 || hertz >= LEAST_HERTZ && hertz <= MOST_HERTZ)
                        && factor >= 0
                        && factor <= MOST_AVERAGING;
        if (!sound) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (newPolicy == FIXED_SHARE && board.gsp().mixedSizes()) {
            return GspStatus.BAD_STATE;
        }
        policy = newPolicy;
        adaptive = newAdaptive;
        timeslice = slice;
        averagingFactor = factor;
        // Frames are held back under best effort only; at first nobody has chosen anything.
        board.engine().limitFrameRate(policy == BEST_EFFORT);
        return GspStatus.OK;
    }

    private int caps(WireView body) {
        if (body.getInt(Caps.ENGINE_ID) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        SliceLimits limits = board.sliceLimits();
        body.put(Caps.SUPPORTED_SCHEDULERS, 0, 4, BEST_EFFORT)
                .put(Caps.SUPPORTED_SCHEDULERS, 1, 4, EQUAL_SHARE)
                .put(Caps.SUPPORTED_SCHEDULERS, 2, 4, FIXED_SHARE)
                .put(Caps.IS_ARR_MODE_SUPPORTED, 1)
                .put(Caps.MIN_TIMESLICE_NS, limits.leastSliceNanos())
                .put(Caps.MAX_TIMESLICE_NS, limits.mostSliceNanos())
                .put(Caps.MIN_FREQUENCY_FOR_ARR, LEAST_HERTZ)
                .put(Caps.MAX_FREQUENCY_FOR_ARR, MOST_HERTZ)
                .put(Caps.MIN_AVG_FACTOR_FOR_ARR, 1)
                .put(Caps.MAX_AVG_FACTOR_FOR_ARR, MOST_AVERAGING);
        return GspStatus.OK;
    }

    private int preemptionLimits(WireView body) {
        if (body.getInt(PreemptionLimits.ENGINE_ID) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        SliceLimits limits = board.sliceLimits();
        body.put(PreemptionLimits.LEAST_NANOS, limits.leastPreemptionTimeoutNanos())
                .put(PreemptionLimits.MOST_NANOS, limits.mostPreemptionTimeoutNanos());
        return GspStatus.OK;
    }

    /** Cuts a virtual GPU's work off; the driver hears of it as of any exception of a channel. */
    private int tearDown(WireView body) {
        if (body.getInt(TearDown.ENGINE_ID) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        int gfid = body.getInt(TearDown.GFID);
        if (!board.gsp().plugins().containsKey(gfid)) {
            return GspStatus.NOT_FOUND;
        }
        int channel = board.engine().tearDown(gfid);
        if (channel >= 0) {
            board.gsp().robustChannel(gfid, channel, CONTEXT_TIMEOUT, LEVEL_ERROR);
        }
        return GspStatus.OK;
    }

    private int frameRateLimiter(WireView body) {
        body.put(FrameRateLimiter.FLR_DISABLED, board.engine().isFrameRateLimited() ? 0 : 1);
        return GspStatus.OK;
    }
}
