package org.gpumediator.intel.gen7;

import java.util.Map;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
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

    @Override
    protected boolean startWork(FakeVmm vmm) {
        ScriptedHaswellGuest guest =
                ScriptedHaswellGuest.on(vmm).stepping(() -> world.steps(1)).build().boot();
        guest.submit(HaswellEngine.BCS);
        guest.submit(HaswellEngine.RCS);
        return true;
    }

    @AfterEach
    void close() {
        world.close();
    }
}
