package org.gpumediator.nvidia.vf;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.contract.GpuBackendContract;

/** What every backend promises the mediator, kept by Ada's. */
class VfBackendContractTest extends GpuBackendContract {

    @Override
    protected GpuBackendProvider provider() {
        return new NvidiaVfBackendProvider();
    }

    @Override
    protected PhysicalGpu gpu(SteppedClock clock) {
        return FakeAda.builder(AdaModel.L40).clock(clock).build();
    }
}
