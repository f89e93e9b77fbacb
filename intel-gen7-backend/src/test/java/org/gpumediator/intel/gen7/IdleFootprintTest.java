package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.HeapFootprint;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;

/** An idle virtual GPU is small: an orchestrator may have hundreds in one process. */
class IdleFootprintTest {

    private static final int MOST_BYTES = 256 << 10;
    private static final Map<String, Long> SMALL =
            Map.of("aperture", 32L << 20, "hidden", 64L << 20, "fences", 1L);

    @Test
    void virtualGpu_idle_holdsAtMostAQuarterOfAMebibyte() {
        FakeGuestMemory memory = new FakeGuestMemory();
        try (Mediator mediator = Mediator.builder(FakeHaswell.create()).build()) {
            VmmPort port = VmmPort.of(memory, InterruptSink.none());
            long each =
                    HeapFootprint.bytesEach(
                            12, i -> mediator.create(VgpuRequest.ofQuotas("vm" + i, SMALL), port));

            assertThat(each).as("bytes of heap for each").isBetween(1L << 10, (long) MOST_BYTES);
        } finally {
            memory.close();
        }
    }
}
