package org.gpumediator.intel.gen7;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.contract.GpuBackendContract;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** What every backend promises the mediator, kept by Haswell's. */
class Gen7BackendContractTest extends GpuBackendContract {

    @Override
    protected GpuBackendProvider provider() {
        return new Gen7BackendProvider();
    }

    @Override
    protected PhysicalGpu gpu(SteppedClock clock) {
        return FakeHaswell.builder().clock(clock).build();
    }
}
