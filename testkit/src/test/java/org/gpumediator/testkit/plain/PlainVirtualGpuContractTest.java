package org.gpumediator.testkit.plain;

import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.contract.VirtualGpuContract;
import org.junit.jupiter.api.AfterEach;

class PlainVirtualGpuContractTest extends VirtualGpuContract {

    private final Mediator mediator = Mediator.builder(new PlainGpu()).backend("plain").build();

    @Override
    protected VirtualGpu create(String name, FakeVmm vmm) {
        return mediator.create(VgpuRequest.ofType(name, "plain"), vmm.port());
    }

    @AfterEach
    void close() {
        mediator.close();
    }
}
