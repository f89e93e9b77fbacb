package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.Test;

/**
 * Making a virtual GPU leaves little garbage: an orchestrator makes thousands. The compiler removes
 * a third of it once it has seen enough; this bound holds before that, too.
 */
class CreateAllocationTest {

    private static final long MOST_BYTES = 128 << 10;
    private static final int ROUNDS = 10;

    /** The fake's work, done on the same thread, is counted too. */
    @Test
    void create_allocatesAtMost128KiB() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean,
                "this JVM does not count allocations");
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        try (Rig rig = new Rig(AdaModel.L40)) {
            for (int round = 0; round < ROUNDS; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                VirtualGpu vgpu = rig.create("a", "L40-8Q");
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                vgpu.close();
            }
        }
        assertThat(least).isBetween(1L, MOST_BYTES);
    }
}
