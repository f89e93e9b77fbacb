package org.gpumediator.api.vmm;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.Registration;
import org.jspecify.annotations.Nullable;

/** The memory of a guest that has none: no address is memory. */
final class NoGuestMemory implements GuestMemory {

    static final NoGuestMemory INSTANCE = new NoGuestMemory();

    private NoGuestMemory() {}

    @Override
    public @Nullable Region regionAt(long guestPhysicalAddress) {
        return null;
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        return false;
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        return false;
    }

    @Override
    public Registration listen(RegionListener listener) {
        return () -> {};
    }
}
