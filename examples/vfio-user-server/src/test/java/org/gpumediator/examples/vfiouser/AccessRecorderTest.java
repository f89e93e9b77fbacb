package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.testkit.trace.AccessTrace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessRecorderTest {

    private static final long LENGTH = 1 << 20;

    @TempDir Path folder;

    /** Answers with the offset and the width. */
    private static final class Echo implements TrapHandler {

        private long written;

        @Override
        public long read(long offset, int width) {
            long answer = offset << 8 | width;
            return width == Long.BYTES ? answer : answer & (1L << Byte.SIZE * width) - 1;
        }

        @Override
        public void write(long offset, int width, long value) {
            written = value;
        }
    }

    @Test
    void recorder_ofTwoRegions_writesWhatTheTestkitReads() throws IOException {
        Path file = folder.resolve("trace");
        Echo echo = new Echo();
        try (AccessRecorder recorder = AccessRecorder.open(file, "vm1", false)) {
            TrapHandler first = observed(recorder, 0, echo);
            TrapHandler second = observed(recorder, 4, echo);
            first.write(0x8_0000, 4, 0xffff_fffe);
            assertThat(first.read(0x10, 8)).isEqualTo(0x1008);
            assertThat(second.read(0x31, 1)).isEqualTo(0x01);
            first.write(0x18, 2, 0x7788);
        }
        assertThat(echo.written).isEqualTo(0x7788);

        AccessTrace trace = AccessTrace.read(file);
        assertThat(trace.size()).isEqualTo(4);
        assertAccess(trace, 0, "0 W4 80000 fffffffe");
        assertAccess(trace, 1, "0 R8 10 1008");
        assertAccess(trace, 2, "4 R1 31 1");
        assertAccess(trace, 3, "0 W2 18 7788");
    }

    private static TrapHandler observed(AccessRecorder recorder, int index, TrapHandler handler) {
        return recorder.observe(TrapRegion.trapped(index, BarKind.MEMORY_32, LENGTH, handler))
                .handler();
    }

    private static void assertAccess(AccessTrace trace, int index, String expected) {
        assertThat(
                        String.format(
                                "%d %s%d %x %x",
                                trace.region(index),
                                trace.isWrite(index) ? "W" : "R",
                                trace.width(index),
                                trace.offset(index),
                                trace.value(index)))
                .isEqualTo(expected);
    }
}
