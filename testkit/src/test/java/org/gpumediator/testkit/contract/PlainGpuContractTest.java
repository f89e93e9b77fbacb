package org.gpumediator.testkit.contract;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.testkit.plain.PlainGpu;

class PlainGpuContractTest extends PhysicalGpuContract {

    @Override
    protected PhysicalGpu gpu() {
        return new PlainGpu();
    }
}
