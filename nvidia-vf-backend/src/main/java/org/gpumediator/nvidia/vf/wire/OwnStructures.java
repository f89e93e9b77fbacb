package org.gpumediator.nvidia.vf.wire;

import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/** Controls that are this project's own: the vendor's firmware does by itself what they are for. */
public final class OwnStructures {

    // spotless:off
    private static final String SOURCE = "a choice of this project";

    /** Control 0x208011f0: cuts the work of a virtual GPU off. */
    public static final class TearDown {
        public static final WireStructure LAYOUT = new WireStructure("TEAR_DOWN", 8, SOURCE);
        public static final WireField ENGINE_ID = LAYOUT.field("engineId", 0, 4);
        public static final WireField GFID      = LAYOUT.field("gfid", 4, 4);

        private TearDown() {}
    }

    /** Control 0x208011f1: how long work may take to leave an engine. */
    public static final class PreemptionLimits {
        public static final WireStructure LAYOUT = new WireStructure("PREEMPTION_LIMITS", 12, SOURCE);
        public static final WireField ENGINE_ID   = LAYOUT.field("engineId", 0, 4);
        public static final WireField LEAST_NANOS = LAYOUT.field("leastNanos", 4, 4);
        public static final WireField MOST_NANOS  = LAYOUT.field("mostNanos", 8, 4);

        private PreemptionLimits() {}
    }
    // spotless:on

    private OwnStructures() {}
}
