package org.gpumediator.examples.guides;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.contract.GpuBackendContract;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The smallest backend keeps everything that backends and their virtual GPUs promise. */
class TinyBackendTest {

    // begin backend-contract
    @Nested
    class Backend extends GpuBackendContract {

        @Override
        protected GpuBackendProvider provider() {
            return new TinyBackend();
        }

        @Override
        protected PhysicalGpu gpu(SteppedClock clock) {
            return new TinyGpu();
        }
    }

    @Nested
    class VirtualGpus extends VirtualGpuContract {

        private final Mediator mediator =
                Mediator.builder(new TinyGpu()).backend(new TinyBackend()).build();

        @Override
        protected VirtualGpu create(String name, FakeVmm vmm) {
            return mediator.create(VgpuRequest.ofType(name, "tiny"), vmm.port());
        }

        @AfterEach
        void close() {
            mediator.close();
        }
    }
    // end backend-contract
}
