package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads an audited stream as the engine would, with its own decoder, and fails on anything that a
 * guest must not execute. Knows fewer commands than the scanner, and each of them by itself.
 */
final class StreamOracle {

    private static final int MI = 0;
    private static final int OP_SHIFT = 23;

    private final int engine;
    private final boolean ppgtt;

    StreamOracle(int engine, boolean ppgtt) {
        this.engine = engine;
        this.ppgtt = ppgtt;
    }

    private static boolean owned(long address, long bytes) {
        return address >= ScanRig.LOW_START && address + bytes <= ScanRig.LOW_END
                || address >= ScanRig.HIGH_START && address + bytes <= ScanRig.HIGH_END;
    }

    /** Checks a stream of whole commands; {@code ring} is the array it came in with. */
    void check(int[] d, int from, int to, int[] ring) {
        for (int at = from; at < to; ) {
            int length = length(d[at]);
            assertThat(at + length).isLessThanOrEqualTo(to);
            if (d[at] >>> 29 == MI) {
                memoryInterface(d, at, length, d == ring);
            } else if (d[at] >>> 16 == 0x7a00) {
                assertThat(d[at + 1] & 1 << 23).isZero();
            } else if (d[at] >>> 29 == 2 && d[at] >>> 22 == 0x54000000 >>> 22) {
                assertThat(owned(Integer.toUnsignedLong(d[at + 4]), 1)).isTrue();
            }
            at += length;
        }
    }

    private int length(int dw0) {
        int client = dw0 >>> 29;
        int op = dw0 >>> OP_SHIFT & 0x3f;
        if (client == 0) {
            return op < 0x10 ? 1 : miLength(dw0, op);
        }
        if (client == 2) {
            boolean linear = (dw0 >>> 22 & 0x7f) == 0x40 || (dw0 >>> 22 & 0x7f) == 0x43;
            return (dw0 & (linear ? 0x3f : 0xff)) + 2;
        }
        return renderLength(dw0);
    }

    private int miLength(int dw0, int op) {
        int bits =
                switch (op) {
                    case 0x12, 0x13, 0x1a, 0x28, 0x26 -> 6;
                    case 0x20 -> engine == 0 ? 6 : engine == 1 ? 10 : 8;
                    case 0x23 -> engine == 0 ? 8 : 6;
                    case 0x27 -> 10;
                    default -> 8;
                };
        return (dw0 & (1 << bits) - 1) + 2;
    }

    private int renderLength(int dw0) {
        int opcode = dw0 >>> 16;
        if (opcode == 0x6904 || opcode == 0x680b || opcode == 0x780b || opcode == 0x6800) {
            return 1;
        }
        int subtype = dw0 >>> 27 & 3;
        int bits;
        if (subtype == 2) {
            bits = engine == 0 ? opcode == 0x7104 || opcode == 0x7105 ? 8 : 16 : 12;
            bits = engine == 2 && opcode >>> 8 == 0x76 ? 16 : bits;
        } else {
            bits =
                    switch (opcode) {
                        case 0x7839, 0x783a -> 11;
                        case 0x7843, 0x7844, 0x7845, 0x7846, 0x7847, 0x7917 -> 9;
                        default -> 8;
                    };
        }
        return (dw0 & (1 << bits) - 1) + 2;
    }

    private void memoryInterface(int[] d, int at, int length, boolean inRing) {
        int op = d[at] >>> OP_SHIFT & 0x3f;
        assertThat(op).as("MI_UPDATE_GTT").isNotEqualTo(0x23);
        assertThat(op).as("MI_WAIT_FOR_EVENT").isNotEqualTo(0x03);
        assertThat(op).as("MI_DISPLAY_FLIP").isNotEqualTo(0x14);
        if (op == 0x22) {
            for (int i = at + 1; i < at + length; i += 2) {
                int offset = d[i] & 0x7f_fffc;
                assertThat(offset).isLessThan(0x4_0000).isNotIn(0x4080, 0x2180, 0x2030, 0x2038);
            }
        }
        if (op == 0x20 && ((d[at] & 1 << 22) != 0 || !ppgtt)) {
            long target = Integer.toUnsignedLong(d[at + 2] & ~3);
            assertThat(owned(target, 4L * (length - 3))).isTrue();
        }
        if (op == 0x31) {
            boolean unprivileged = (d[at] & (engine == 0 ? 1 << 13 : 1 << 8)) != 0;
            if (unprivileged) {
                assertThat(inRing && ppgtt).as("unprivileged batch").isTrue();
            } else {
                long target = Integer.toUnsignedLong(d[at + 1]);
                assertThat(target).isBetween(ScanRig.COPIES, ScanRig.COPIES + (1 << 16));
            }
        }
    }
}
