package org.gpumediator.testkit.contract;

import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;

class FakeAdaContractTest extends PhysicalGpuContract {

    @Override
    protected PhysicalGpu gpu() {
        return FakeAda.builder(AdaModel.L40).clock(new SteppedClock()).build();
    }
}
