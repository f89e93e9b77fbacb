package org.gpumediator.testkit.ada;

import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/** Controls of this project's own: hardware's firmware does by itself what they are for. */
final class GspOwnStructures {

    // spotless:off
    private static final String SOURCE = "a choice of this project";

    /** Control 0x208011f0. */
    static final class TearDown {
        static final WireStructure LAYOUT = new WireStructure("TEAR_DOWN", 8, SOURCE);
        static final WireField ENGINE_ID = LAYOUT.field("engineId", 0, 4);
        static final WireField GFID      = LAYOUT.field("gfid", 4, 4);

        private TearDown() {}
    }

    /** Control 0x208011f1. */
    static final class PreemptionLimits {
        static final WireStructure LAYOUT = new WireStructure("PREEMPTION_LIMITS", 12, SOURCE);
        static final WireField ENGINE_ID   = LAYOUT.field("engineId", 0, 4);
        static final WireField LEAST_NANOS = LAYOUT.field("leastNanos", 4, 4);
        static final WireField MOST_NANOS  = LAYOUT.field("mostNanos", 8, 4);

        private PreemptionLimits() {}
    }
    // spotless:on

    private GspOwnStructures() {}
}
