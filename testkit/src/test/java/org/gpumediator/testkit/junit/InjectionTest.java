package org.gpumediator.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.plain.PlainGpu;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where parameters may stand, and whose they are. */
class InjectionTest {

    private static FakeGpuExtension.Builder plain() {
        return FakeGpuExtension.builder().gpu(clock -> new PlainGpu());
    }

    @Nested
    class InAConstructor {

        @RegisterExtension static final FakeGpuExtension GPU = plain().build();

        private static final List<FakeGpuWorld> seen = new ArrayList<>();
        private final FakeGpuWorld world;

        InAConstructor(FakeGpuWorld world) {
            this.world = world;
        }

        @RepeatedTest(2)
        void worldOfTheConstructor_isThatOfTheTestAndFresh(FakeVmm vmm) {
            assertThat(world.vmm()).isSameAs(vmm);
            assertThat(vmm.gpu().state()).isEqualTo(VirtualGpuState.CREATED);
            assertThat(seen).doesNotContain(world);
            seen.add(world);
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class BeforeAllTests {

        @RegisterExtension final FakeGpuExtension gpu = plain().build();

        private FakeVmm shared = FakeVmm.create();

        @BeforeAll
        void keep(FakeVmm vmm) {
            shared = vmm;
        }

        @RepeatedTest(2)
        void everyTest_sharesTheWorldOfBeforeAll(FakeVmm vmm) {
            assertThat(vmm).isSameAs(shared);
            assertThat(vmm.gpu().state()).isNotEqualTo(VirtualGpuState.CLOSED);
        }
    }

    @Nested
    class TwoParametersOfOneType {

        @RegisterExtension
        static final FakeGpuExtension GPU =
                plain().vgpu(VgpuRequest.ofType("only", "plain")).build();

        @Test
        void twoVmms_areTwoGuests(
                FakeVmm first, VirtualGpu firstGpu, FakeVmm second, VirtualGpu secondGpu) {
            assertThat(first.gpu()).isSameAs(firstGpu);
            assertThat(second.gpu()).isSameAs(secondGpu);
            assertThat(firstGpu.name()).isEqualTo("only");
            assertThat(secondGpu.name()).isEqualTo("vm2");
        }
    }
}
