package org.gpumediator.intel.gen7.display;

import java.util.Arrays;

/**
 * The DisplayPort configuration data of a sink with four lanes of 5.4 Gbit/s: capabilities, link
 * settings, and a link whose training succeeds at once.
 *
 * <p>Source: VESA DisplayPort 1.2, as in Linux's {@code drm_dp.h}. Every address of the 20-bit
 * space can be read; what is not there reads 0.
 */
final class Dpcd {

    static final int ADDRESSES = 1 << 20;

    private static final int STORED = 0x800;
    private static final int LINK_BANDWIDTH = 0x100;
    private static final int LANE_COUNT = 0x101;
    private static final int TRAINING_PATTERN = 0x102;
    private static final int LINK_SETTINGS_END = 0x110;
    private static final int SINK_COUNT = 0x200;
    private static final int LANE_STATUS = 0x202;
    private static final int LANE_ALIGNMENT = 0x204;
    private static final int SINK_STATUS = 0x205;
    private static final int SOURCE_SPECIFIC = 0x300;
    private static final int SOURCE_SPECIFIC_END = 0x400;
    private static final int POWER = 0x600;
    private static final int POWER_ON = 1;

    private static final int LANES = 4;
    private static final int CLOCK_RECOVERED = 1;
    private static final int EQUALISED = 7;
    private static final int IN_SYNC = 3;

    private static final byte[] CAPABILITIES = {
        0x12, // revision 1.2
        0x14, // 5.4 Gbit/s a lane
        (byte) (0x80 | 0x40 | LANES), // enhanced framing, training pattern 3
        1, // down-spread
        0,
        0,
        1 // 8b/10b
    };

    private final byte[] data = new byte[STORED];

    Dpcd() {
        reset();
    }

    void reset() {
        Arrays.fill(data, (byte) 0);
        System.arraycopy(CAPABILITIES, 0, data, 0, CAPABILITIES.length);
        data[SINK_COUNT] = 1;
        data[POWER] = POWER_ON;
    }

    int read(int address) {
        return address < STORED ? data[address] & 0xff : 0;
    }

    /** Writes what a source may write; the rest stays as it is. */
    void write(int address, int value) {
        boolean writable =
                address >= LINK_BANDWIDTH && address < LINK_SETTINGS_END
                        || address >= SOURCE_SPECIFIC && address < SOURCE_SPECIFIC_END
                        || address == POWER;
        if (!writable) {
            return;
        }
        data[address] = (byte) value;
        switch (address) {
            case LINK_BANDWIDTH, LANE_COUNT -> lanes(0, 0);
            case TRAINING_PATTERN -> train(value & 3);
            case POWER -> {
                if ((value & 3) != POWER_ON) {
                    lanes(0, 0);
                }
            }
            default -> {}
        }
    }

    /** Pattern 1 recovers the clock, 2 and 3 equalise; the end of training keeps the link. */
    private void train(int pattern) {
        if (pattern == 1) {
            lanes(CLOCK_RECOVERED, 0);
        } else if (pattern != 0) {
            lanes(EQUALISED, 1);
        }
    }

    private void lanes(int status, int aligned) {
        int count = Math.min(data[LANE_COUNT] & 0x1f, LANES);
        int all = 0;
        for (int lane = 0; lane < count; lane++) {
            all |= status << 4 * lane;
        }
        data[LANE_STATUS] = (byte) all;
        data[LANE_STATUS + 1] = (byte) (all >>> 8);
        data[LANE_ALIGNMENT] = (byte) aligned;
        data[SINK_STATUS] = (byte) (status == 0 ? 0 : IN_SYNC);
    }
}
