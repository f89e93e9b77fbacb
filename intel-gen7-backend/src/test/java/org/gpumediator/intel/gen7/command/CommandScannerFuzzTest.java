package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Fuzzes the scanner. Byte 0 chooses engine and page-table mode; the rest are dwords, the first
 * quarter of them the ring, the others batch memory at the start of the slice, in both spaces.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class CommandScannerFuzzTest {

    private static final int MOST_DWORDS = 1 << 14;

    @FuzzTest(maxDuration = "30m")
    void scan_ofAnything_isBoundedAndConfined(byte[] input) {
        if (input.length == 0) {
            return;
        }
        ScanRig rig = new ScanRig(input[0] & 3);
        rig.ppgtt = (input[0] & 4) != 0;
        rig.absoluteConstants = (input[0] & 8) != 0;
        rig.scanner = new CommandScanner(new ScanLimits(1 << 13, 16, 8));
        int[] dwords = new int[Math.min(MOST_DWORDS, (input.length - 1) / 4)];
        ByteBuffer.wrap(input, 1, input.length - 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(dwords);
        int[] ring = Arrays.copyOf(dwords, dwords.length / 4);
        int[] memory = Arrays.copyOfRange(dwords, ring.length, dwords.length);
        rig.put(rig.ggtt, ScanRig.LOW_START, memory);
        rig.put(rig.perProcess, ScanRig.LOW_START, memory);

        ScanResult result = rig.scan(ring);

        assertThat(result.stoppedAt()).isBetween(0, ring.length);
        assertThat(result.batchDwords()).isLessThanOrEqualTo(1 << 13);
        assertThat(result.commands()).isLessThanOrEqualTo(ring.length + (2L << 13));
        StreamOracle oracle = new StreamOracle(rig.engine, rig.ppgtt);
        oracle.check(ring, 0, result.stoppedAt(), ring);
        oracle.check(rig.copies, 0, rig.copies.length, ring);
        assertThatASecondScanChangesNothing(rig, ring, result.stoppedAt());
    }

    /** What was audited needs no auditing; jumps, which lead to the mediator now, are left out. */
    private static void assertThatASecondScanChangesNothing(ScanRig rig, int[] ring, int end) {
        for (int i = 0; i < end; i++) {
            if (ring[i] >>> 23 == 0x31) {
                return;
            }
        }
        int[] before = ring.clone();
        rig.forget();
        rig.scanner.scan(rig, ring, 0, end);
        assertThat(rig.refusals).isEmpty();
        assertThat(Arrays.equals(ring, before)).isTrue();
    }
}
