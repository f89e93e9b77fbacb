package org.gpumediator.examples.kvmvmm.machine;

import java.util.List;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.testkit.contract.GuestMemoryContract;

/** The contract of guest memory. */
final class GuestRamContractTest extends GuestMemoryContract {

    @Override
    protected GuestMemory memory() {
        return new GuestRam(
                List.of(new GuestRam.Place(GuestRam.ABOVE_HOLE, 8 * 4096)),
                SharedMemory.Allocator.inProcess(),
                new FakeSlots(),
                Runnable::run);
    }

    @Override
    protected long ramStart() {
        return GuestRam.ABOVE_HOLE;
    }

    @Override
    protected void removeRam(GuestMemory memory) {
        ((GuestRam) memory).close();
    }
}
