package org.gpumediator.nvidia.vf.wire;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Controls of the scheduler.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
public final class SchedulerStructures {

    // spotless:off
    private static final String CTRL2080FIFO = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080fifo.h";

    /** NV2080_CTRL_FIFO_OBJSCHED_SET_STATE_PARAMS. */
    public static final class SetScheduler {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_OBJSCHED_SET_STATE_PARAMS", 24, CTRL2080FIFO);
        public static final WireField ENGINE_ID           = LAYOUT.field("engineId", 0, 4);
        public static final WireField SCHED_POLICY        = LAYOUT.field("schedPolicy", 4, 4);
        public static final WireField ENABLE_ARR          = LAYOUT.field("enableArr", 8, 4);
        public static final WireField TIMESLICE_TARGET_NS = LAYOUT.field("timesliceTargetNs", 12, 4);
        public static final WireField AVG_FACTOR_FOR_ARR  = LAYOUT.field("avgFactorForARR", 20, 4);

        private SetScheduler() {}
    }

    /** NV2080_CTRL_FIFO_OBJSCHED_GET_CAPS_PARAMS. */
    public static final class Caps {
        public static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_OBJSCHED_GET_CAPS_PARAMS", 44, CTRL2080FIFO);
        public static final WireField ENGINE_ID              = LAYOUT.field("engineId", 0, 4);
        public static final WireField IS_ARR_MODE_SUPPORTED  = LAYOUT.field("bIsArrModeSupported", 16, 1);
        public static final WireField MAX_TIMESLICE_NS       = LAYOUT.field("maxTimesliceNs", 20, 4);
        public static final WireField MIN_TIMESLICE_NS       = LAYOUT.field("minTimesliceNs", 24, 4);
        public static final WireField MAX_FREQUENCY_FOR_ARR  = LAYOUT.field("maxFrequencyForARR", 28, 4);
        public static final WireField MIN_FREQUENCY_FOR_ARR  = LAYOUT.field("minFrequencyForARR", 32, 4);
        public static final WireField MAX_AVG_FACTOR_FOR_ARR = LAYOUT.field("maxAvgFactorForARR", 36, 4);
        public static final WireField MIN_AVG_FACTOR_FOR_ARR = LAYOUT.field("minAvgFactorForARR", 40, 4);

        private Caps() {}
    }
    // spotless:on

    private SchedulerStructures() {}

    /** Returns all of them. */
    public static List<WireStructure> all() {
        return List.of(SetScheduler.LAYOUT, Caps.LAYOUT);
    }
}
