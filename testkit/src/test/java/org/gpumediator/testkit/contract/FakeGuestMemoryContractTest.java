package org.gpumediator.testkit.contract;

import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.testkit.FakeGuestMemory;

class FakeGuestMemoryContractTest extends GuestMemoryContract {

    @Override
    protected GuestMemory memory() {
        FakeGuestMemory memory = new FakeGuestMemory();
        memory.addRam(ramStart(), 64 * 1024);
        return memory;
    }

    @Override
    protected long ramStart() {
        return 0x10_0000;
    }

    @Override
    protected void removeRam(GuestMemory memory) {
        ((FakeGuestMemory) memory).remove(ramStart());
    }
}
