package org.gpumediator.nvidia.vf;

import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.ScriptedAdaGuest;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.junit.jupiter.api.AfterEach;

/** What every virtual GPU promises, kept by a virtual function of an L40. */
class NvidiaVfContractTest extends VirtualGpuContract {

    private static final long STEP_NANOS = 5_000_000_000L;
    private static final long PAGES = 1 << 20;
    private static final int HEADER = 32;
    private static final int MESSAGE = 1024;

    private final Rig rig = new Rig(AdaModel.L40);

    @Override
    protected VirtualGpu create(String name, FakeVmm vmm) {
        return rig.mediator.create(VgpuRequest.ofType(name, "L40-8Q"), vmm.port());
    }

    @Override
    protected void settle() {
        rig.board.advance(rig.clock.advanceNanos(STEP_NANOS));
        rig.mediator.step();
    }

    /** A message to its firmware task, whose answer comes in the guest's memory. */
    @Override
    protected boolean startWork(FakeVmm vmm) {
        ScriptedAdaGuest guest = new ScriptedAdaGuest(vmm, PAGES, this::settle);
        guest.setUp();
        guest.send(ScriptedAdaGuest.SYSTEM_INFO, MESSAGE, new byte[MESSAGE - HEADER]);
        return true;
    }

    /** The fake's framebuffer is a map of pages by boxed numbers. */
    @Override
    protected int allocatedByTheFake() {
        return 24;
    }

    @AfterEach
    void closeMediator() {
        rig.close();
    }
}
