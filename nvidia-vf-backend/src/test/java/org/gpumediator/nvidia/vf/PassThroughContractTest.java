package org.gpumediator.nvidia.vf;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.junit.jupiter.api.AfterEach;

/** What every virtual GPU promises, kept by a whole L40. */
class PassThroughContractTest extends VirtualGpuContract {

    private static final long STEP_NANOS = 5_000_000_000L;

    private final List<Rig> rigs = new ArrayList<>();

    @Override
    protected VirtualGpu create(String name, FakeVmm vmm) {
        Rig free =
                rigs.stream()
                        .filter(rig -> rig.mediator.virtualGpus().isEmpty())
                        .findFirst()
                        .orElse(null);
        if (free == null) {
            free = new Rig(AdaModel.L40);
            rigs.add(free);
        }
        return free.mediator.passThrough(name, vmm.port());
    }

    @Override
    protected boolean sharesItsGpu() {
        return false;
    }

    @Override
    protected void settle() {
        for (Rig rig : rigs) {
            rig.board.advance(rig.clock.advanceNanos(STEP_NANOS));
            rig.mediator.step();
        }
    }

    /** The fake asks its parts under a lock, and keeps registers and pages by boxed numbers. */
    @Override
    protected int allocatedByTheFake() {
        return 128;
    }

    @AfterEach
    void close() {
        rigs.forEach(Rig::close);
    }
}
