package org.gpumediator.testkit.ada;

import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireStructure;

/**
 * Controls of the board as a whole.
 *
 * <p>Source: public headers of the open drivers, release 570.144, compiled for x86-64; the names
 * are theirs, and so are those of the files.
 */
final class GspBoardStructures {

    // spotless:off
    private static final String CTRL2080GSP      = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080gsp.h";
    private static final String CTRL2080GPU      = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080gpu.h";
    private static final String CTRL2080INTERNAL = "570.144 src/common/sdk/nvidia/inc/ctrl/ctrl2080/ctrl2080internal.h";

    /** NV2080_CTRL_GSP_GET_FEATURES_PARAMS. */
    static final class Features {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_GSP_GET_FEATURES_PARAMS", 72, CTRL2080GSP);
        static final WireField GSP_FEATURES       = LAYOUT.field("gspFeatures", 0, 4);
        static final WireField VALID              = LAYOUT.field("bValid", 4, 1);
        static final WireField DEFAULT_GSP_RM_GPU = LAYOUT.field("bDefaultGspRmGpu", 5, 1);
        static final WireField FIRMWARE_VERSION   = LAYOUT.field("firmwareVersion", 6, 64);

        private Features() {}
    }

    /** NV2080_CTRL_GPU_GET_VMMU_SEGMENT_SIZE_PARAMS. */
    static final class SegmentSize {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_GPU_GET_VMMU_SEGMENT_SIZE_PARAMS", 8, CTRL2080GPU);
        static final WireField VMMU_SEGMENT_SIZE = LAYOUT.field("vmmuSegmentSize", 0, 8);

        private SegmentSize() {}
    }

    /** NV2080_CTRL_GPU_QUERY_ECC_STATUS_PARAMS. */
    static final class ErrorCorrection {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_GPU_QUERY_ECC_STATUS_PARAMS", 1464, CTRL2080GPU);
        static final WireField UNITS              = LAYOUT.field("units", 0, 1440);

        private ErrorCorrection() {}
    }

    /** NV2080_CTRL_GPU_QUERY_ECC_UNIT_STATUS. */
    static final class ErrorCorrectionUnit {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_GPU_QUERY_ECC_UNIT_STATUS", 40, CTRL2080GPU);
        static final WireField ENABLED        = LAYOUT.field("enabled", 0, 1);
        static final WireField SUPPORTED      = LAYOUT.field("supported", 2, 1);

        private ErrorCorrectionUnit() {}
    }

    /** NV2080_CTRL_INTERNAL_FIFO_GET_NUM_CHANNELS_PARAMS. */
    static final class NumChannels {
        static final WireStructure LAYOUT = new WireStructure("NV2080_CTRL_INTERNAL_FIFO_GET_NUM_CHANNELS_PARAMS", 8, CTRL2080INTERNAL);
        static final WireField NUM_CHANNELS = LAYOUT.field("numChannels", 4, 4);

        private NumChannels() {}
    }
    // spotless:on

    private GspBoardStructures() {}

    /** Returns all of them. */
    static List<WireStructure> all() {
        return List.of(
                Features.LAYOUT,
                SegmentSize.LAYOUT,
                ErrorCorrection.LAYOUT,
                ErrorCorrectionUnit.LAYOUT,
                NumChannels.LAYOUT);
    }
}
