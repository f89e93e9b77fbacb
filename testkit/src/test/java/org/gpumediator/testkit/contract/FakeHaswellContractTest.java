package org.gpumediator.testkit.contract;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.testkit.haswell.FakeHaswell;

class FakeHaswellContractTest extends PhysicalGpuContract {

    @Override
    protected PhysicalGpu gpu() {
        return FakeHaswell.create();
    }
}
