package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's controls of the scheduler of the graphics engine. Used under the board's lock.
 *
 * <p>Source: control numbers and the members of their bodies of the open drivers. The order of the
 * members, the limits of the preemption time-out and the control that tears channels down are this
 * project's.
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

    private static final int CAPS_BYTES = 52;

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
                0x2080_1120, this::state,
                0x2080_1121, this::set,
                0x2080_1122, this::caps,
                0x2080_11f0, this::tearDown,
                0x2080_400d, this::frameRateLimiter);
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

    private int state(ByteBuffer body) {
        if (body.limit() < 20 || body.getInt(0) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putInt(4, policy).putInt(8, adaptive).putInt(12, timeslice);
        body.putInt(16, averagingFactor);
        return GspStatus.OK;
    }

    private int set(ByteBuffer body) {
        if (body.limit() < 24 || body.getInt(0) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        int newPolicy = body.getInt(4);
        int slice = body.getInt(12);
        int hertz = body.getInt(16);
        int factor = body.getInt(20);
        SliceLimits limits = board.sliceLimits();
        boolean sound =
                newPolicy >= POLICY_OTHER
                        && newPolicy <= FIXED_SHARE
                        && body.getInt(8) >= 0
                        && body.getInt(8) <= 2
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
        adaptive = body.getInt(8);
        timeslice = slice;
        averagingFactor = factor;
        // Frames are held back under best effort only; at first nobody has chosen anything.
        board.engine().limitFrameRate(policy == BEST_EFFORT);
        return GspStatus.OK;
    }

    private int caps(ByteBuffer body) {
        if (body.limit() < CAPS_BYTES || body.getInt(0) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        SliceLimits limits = board.sliceLimits();
        body.putInt(4, BEST_EFFORT).putInt(8, EQUAL_SHARE).putInt(12, FIXED_SHARE);
        body.putInt(16, 1);
        body.putInt(20, (int) limits.leastSliceNanos()).putInt(24, (int) limits.mostSliceNanos());
        body.putInt(28, LEAST_HERTZ).putInt(32, MOST_HERTZ);
        body.putInt(36, 1).putInt(40, MOST_AVERAGING);
        body.putInt(44, (int) limits.leastPreemptionTimeoutNanos());
        body.putInt(48, (int) limits.mostPreemptionTimeoutNanos());
        return GspStatus.OK;
    }

    /** Cuts a virtual GPU's work off; the driver hears of it as of any exception of a channel. */
    private int tearDown(ByteBuffer body) {
        if (body.limit() < 8 || body.getInt(0) != GRAPHICS) {
            return GspStatus.BAD_ARGUMENT;
        }
        int gfid = body.getInt(4);
        if (!board.gsp().plugins().containsKey(gfid)) {
            return GspStatus.NOT_FOUND;
        }
        int channel = board.engine().tearDown(gfid);
        if (channel >= 0) {
            board.gsp().robustChannel(gfid, channel, CONTEXT_TIMEOUT, LEVEL_ERROR);
        }
        return GspStatus.OK;
    }

    private int frameRateLimiter(ByteBuffer body) {
        if (body.limit() < 4) {
            return GspStatus.BAD_ARGUMENT;
        }
        body.putInt(0, board.engine().isFrameRateLimited() ? 0 : 1);
        return GspStatus.OK;
    }
}
