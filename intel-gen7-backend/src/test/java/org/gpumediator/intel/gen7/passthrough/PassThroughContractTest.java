package org.gpumediator.intel.gen7.passthrough;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;

/** What every virtual GPU promises, kept by a whole Haswell. */
class PassThroughContractTest extends VirtualGpuContract {

    private final List<World> worlds = new ArrayList<>();

    @Override
    protected VirtualGpu create(String name, FakeVmm vmm) {
        World free =
                worlds.stream()
                        .filter(world -> world.mediator.virtualGpus().isEmpty())
                        .findFirst()
                        .orElse(null);
        if (free == null) {
            free = new World(FakeHaswell.builder().stolenBytes(0).build(), Map.of());
            worlds.add(free);
        }
        return free.mediator.passThrough(name, vmm.port());
    }

    @Override
    protected boolean sharesItsGpu() {
        return false;
    }

    @Override
    protected void settle() {
        worlds.forEach(world -> world.steps(20));
    }

    @Override
    protected boolean startWork(FakeVmm vmm) {
        NativeGuest guest = new NativeGuest(vmm).boot(true);
        guest.map(1, 0x20_0000);
        guest.store(0x1000, 0x5707);
        return true;
    }

    @AfterEach
    void close() {
        worlds.forEach(World::close);
    }
}
