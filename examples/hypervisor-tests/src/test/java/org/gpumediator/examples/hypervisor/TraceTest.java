package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.gpumediator.testkit.trace.AccessTrace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The accesses of a real guest, recorded once, made again: straight on a virtual GPU, and through
 * our bus. Both must answer the same, access by access.
 */
@FakeGpuTest(vgpus = 1, type = "i915-GVTg_V3_4", failOnUnmodelledAccess = false)
class TraceTest {

    private static final String TRACE = "i915-6.1-boot.gputrace.gz";
    private static final int ACCESSES_PER_STEP = 16;
    private static final int ACCESSES = 20_000;

    private final GuestComputer computer = new GuestComputer();

    @AfterEach
    void switchOff() {
        computer.close();
    }

    private static AccessTrace trace() throws IOException {
        try (InputStream in = TraceTest.class.getResourceAsStream(TRACE)) {
            return AccessTrace.read(Objects.requireNonNull(in, TRACE));
        }
    }

    @Test
    void recordedBoot_throughOurBus_answersAsWithoutIt(FakeVmm plain, FakeGpuWorld world)
            throws IOException {
        plain.enumerate();
        computer.powerOn(
                16 << 20,
                port -> world.mediator().create(VgpuRequest.ofType("ours", "i915-GVTg_V3_4"), port),
                now -> Long.MAX_VALUE);
        ComputerMachine ours = new ComputerMachine(computer);
        ours.enumerate();
        AccessTrace trace = trace();
        int places = 0;
        for (int i = 0; i < Math.min(ACCESSES, trace.size()); i++) {
            TrapRegion region = plain.gpu().bar(trace.region(i));
            long offset = trace.offset(i);
            int width = trace.width(i);
            if (trace.isWrite(i)) {
                region.handler().write(offset, width, trace.value(i));
                ours.writeBar(region.index(), offset, width, trace.value(i));
            } else if (isTheSameForBoth(plain.gpu(), offset)) {
                assertThat(ours.readBar(region.index(), offset, width))
                        .as("access %d at 0x%x", i, offset)
                        .isEqualTo(region.handler().read(offset, width));
                places++;
            }
            if (i % ACCESSES_PER_STEP == 0) {
                world.step();
            }
        }

        assertThat(places).as("reads compared").isGreaterThan(40);
    }

    /** Not where its slice lies, nor what time and the other guest's turns change. */
    private static boolean isTheSameForBoth(VirtualGpu gpu, long offset) {
        boolean slice = offset >= 0x7_8000 && offset < 0x7_9000;
        boolean engines = offset < 0x2_5000 || offset >= 0x1a_0000;
        boolean time = offset >= 0x4_4000 && offset < 0x4_5000 || offset >= 0x7_0000;
        return gpu.bar(0).length() > offset && !slice && !engines && !time;
    }
}
