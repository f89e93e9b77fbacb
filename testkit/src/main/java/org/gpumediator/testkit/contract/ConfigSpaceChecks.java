package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gpumediator.testkit.FakeVmm;

/** Checks of a configuration space, written as the VMM would. */
final class ConfigSpaceChecks {

    private static final int[] WIDTHS = {1, 2, 4};
    private static final int[] WRONG_WIDTHS = {Integer.MIN_VALUE, -4, 0, 3, 8, Integer.MAX_VALUE};
    private static final int COMMAND = 0x04;
    private static final int HEADER_TYPE = 0x0e;

    private final FakeVmm vmm;
    private final int length;

    ConfigSpaceChecks(FakeVmm vmm) {
        this.vmm = vmm;
        this.length = vmm.gpu().configSpace().length();
    }

    void lengthIsOneOfTwo() {
        assertTrue(length == 256 || length == 4096, "length is " + length);
        assertEquals(length, vmm.gpu().configSpace().snapshot().length, "length of the snapshot");
    }

    /** Wide reads must be the bytes they cover; bytes past the end are ones. */
    void everyReadIsItsBytes() {
        byte[] bytes = vmm.gpu().configSpace().snapshot();
        for (int offset = -8; offset < length + 8; offset++) {
            for (int width : WIDTHS) {
                int expected = 0;
                for (int i = 0; i < width; i++) {
                    expected |= byteAt(bytes, (long) offset + i) << 8 * i;
                }
                assertEquals(
                        Integer.toHexString(expected),
                        Integer.toHexString(read(offset, width)),
                        "read of " + width + " bytes at 0x" + Integer.toHexString(offset));
            }
        }
    }

    private static int byteAt(byte[] bytes, long offset) {
        return offset >= 0 && offset < bytes.length ? bytes[(int) offset] & 0xff : 0xff;
    }

    void farAwayReadsOnes() {
        for (int offset : new int[] {Integer.MIN_VALUE, -4096, 4096, 65536, Integer.MAX_VALUE}) {
            for (int width : WIDTHS) {
                assertEquals(
                        -1 >>> (32 - 8 * width),
                        read(offset, width),
                        "read of " + width + " bytes at " + offset);
                write(offset, width, 0x5a5a_5a5a);
            }
        }
    }

    void wrongWidthsReadOnesAndWriteNothing() {
        byte[] before = vmm.gpu().configSpace().snapshot();
        for (int width : WRONG_WIDTHS) {
            for (int offset = 0; offset < length; offset += 3) {
                assertEquals(-1, read(offset, width), "read of " + width + " bytes");
                write(offset, width, ~read(offset, 1));
            }
        }
        assertTrue(
                Arrays.equals(before, vmm.gpu().configSpace().snapshot()),
                "a write of an illegal width changed the space");
    }

    /** Any write anywhere: never throws, never changes what a guest cannot change. */
    void writesNeverChangeWhatIsFixed(SplittableRandom random) {
        byte[] before = vmm.gpu().configSpace().snapshot();
        for (int offset = -4; offset < length + 4; offset++) {
            for (int width : WIDTHS) {
                for (int value : new int[] {-1, 0, random.nextInt()}) {
                    write(offset, width, value);
                }
            }
        }
        for (int i = 0; i < 20_000; i++) {
            write(random.nextInt(-4, length + 4), WIDTHS[random.nextInt(3)], random.nextInt());
        }
        byte[] after = vmm.gpu().configSpace().snapshot();
        for (int at : new int[] {0, 1, 2, 3, 8, 9, 10, 11, HEADER_TYPE, 0x2c, 0x2d, 0x2e, 0x2f}) {
            assertEquals(before[at], after[at], "byte 0x" + Integer.toHexString(at) + " is fixed");
        }
        for (int bar = 0x10; bar < 0x28; bar += 4) {
            int fixed = before[bar] & 1;
            assertEquals(fixed, after[bar] & 1, "type of the BAR at 0x" + Integer.toHexString(bar));
        }
        vmm.assertPlacementAgrees();
    }

    /** A write of 4 bytes at COMMAND must not be taken for a write of the status bits. */
    void fourBytesAtCommandSwitchDecodingOnly() {
        int status = read(COMMAND + 2, 2);
        write(COMMAND, 4, 0);
        assertEquals(status, read(COMMAND + 2, 2), "status after a 4-byte write of 0 at COMMAND");
        assertEquals(0, read(COMMAND, 2) & 3, "decoding after a 4-byte write of 0 at COMMAND");
        write(COMMAND, 4, 7);
        assertEquals(status, read(COMMAND + 2, 2), "status after a 4-byte write of 7 at COMMAND");
        assertTrue((read(COMMAND, 2) & 2) != 0, "memory decoding stays off after it was set");
    }

    private int read(int offset, int width) {
        try {
            return vmm.configRead(offset, width);
        } catch (RuntimeException thrown) {
            return fail("read of " + width + " bytes at " + offset + " threw " + thrown, thrown);
        }
    }

    private void write(int offset, int width, int value) {
        try {
            vmm.configWrite(offset, width, value);
        } catch (RuntimeException thrown) {
            fail("write of " + width + " bytes at " + offset + " threw " + thrown, thrown);
        }
    }
}
