package org.gpumediator.intel.gen7;

import java.util.Map;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;

class Gen7ContractTest extends VirtualGpuContract {

    private final World world = new World(FakeHaswell.create(), Map.of());

    @Override
    protected VirtualGpu create(String name, FakeVmm vmm) {
        return world.mediator.create(World.quotas(name, 64, 384, 4), vmm.port());
    }

    @Override
    protected void settle() {
        world.steps(200);
    }

    @AfterEach
    void close() {
        world.close();
    }
}
