package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Controls of the scheduler.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspSchedulerStructures {

    // spotless:off
    private static final String CTRL2080FIFO = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080fifo.h";

    /** NV2080_CTRL_FIFO_OBJSCHED_GET_STATE_PARAMS. */
    static final class SchedulerState {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_OBJSCHED_GET_STATE_PARAMS", 20, CTRL2080FIFO);
        static final WireField ENGINE_ID           = LAYOUT.field("engineId", 0, 4);
        static final WireField SCHED_POLICY        = LAYOUT.field("schedPolicy", 4, 4);
        static final WireField ARR_ENABLED         = LAYOUT.field("arrEnabled", 8, 4);
        static final WireField TARGET_TIMESLICE_NS = LAYOUT.field("targetTimesliceNs", 12, 4);
        static final WireField ARR_AVG_FACTOR      = LAYOUT.field("arrAvgFactor", 16, 4);

        private SchedulerState() {}
    }

    /** NV2080_CTRL_FIFO_OBJSCHED_SET_STATE_PARAMS. */
    static final class SetScheduler {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_OBJSCHED_SET_STATE_PARAMS", 24, CTRL2080FIFO);
        static final WireField ENGINE_ID           = LAYOUT.field("engineId", 0, 4);
        static final WireField SCHED_POLICY        = LAYOUT.field("schedPolicy", 4, 4);
        static final WireField ENABLE_ARR          = LAYOUT.field("enableArr", 8, 4);
        static final WireField TIMESLICE_TARGET_NS = LAYOUT.field("timesliceTargetNs", 12, 4);
        static final WireField FREQUENCY_FOR_ARR   = LAYOUT.field("frequencyForARR", 16, 4);
        static final WireField AVG_FACTOR_FOR_ARR  = LAYOUT.field("avgFactorForARR", 20, 4);

        private SetScheduler() {}
    }

    /** NV2080_CTRL_FIFO_OBJSCHED_GET_CAPS_PARAMS. */
    static final class Caps {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_FIFO_OBJSCHED_GET_CAPS_PARAMS", 44, CTRL2080FIFO);
        static final WireField ENGINE_ID              = LAYOUT.field("engineId", 0, 4);
        static final WireField SUPPORTED_SCHEDULERS   = LAYOUT.field("supportedSchedulers", 4, 12);
        static final WireField IS_ARR_MODE_SUPPORTED  = LAYOUT.field("bIsArrModeSupported", 16, 1);
        static final WireField MAX_TIMESLICE_NS       = LAYOUT.field("maxTimesliceNs", 20, 4);
        static final WireField MIN_TIMESLICE_NS       = LAYOUT.field("minTimesliceNs", 24, 4);
        static final WireField MAX_FREQUENCY_FOR_ARR  = LAYOUT.field("maxFrequencyForARR", 28, 4);
        static final WireField MIN_FREQUENCY_FOR_ARR  = LAYOUT.field("minFrequencyForARR", 32, 4);
        static final WireField MAX_AVG_FACTOR_FOR_ARR = LAYOUT.field("maxAvgFactorForARR", 36, 4);
        static final WireField MIN_AVG_FACTOR_FOR_ARR = LAYOUT.field("minAvgFactorForARR", 40, 4);

        private Caps() {}
    }
    // spotless:on

    private GspSchedulerStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(SchedulerState.LAYOUT, SetScheduler.LAYOUT, Caps.LAYOUT);
    }
}
