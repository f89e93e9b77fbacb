package org.gpumediator.intel.gen7.passthrough;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.jspecify.annotations.Nullable;

/** A guest's memory that throws for one page. */
record ThrowingMemory(GuestMemory good) implements GuestMemory {

    static final long BAD_PAGE = 0x5000_0000L;

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        if ((guestPhysicalAddress & -4096) == BAD_PAGE) {
            throw new IllegalStateException("the VMM's memory is broken");
        }
        return good.regionAt(guestPhysicalAddress);
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        return good.read(guestPhysicalAddress, target);
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        return good.write(guestPhysicalAddress, source);
    }

    @Override
    public Registration listen(RegionListener listener) {
        return good.listen(listener);
    }
}
