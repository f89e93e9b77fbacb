package org.gpumediator.examples.vfiouser;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.jspecify.annotations.Nullable;

/**
 * The host's own virtual GPU: its share is kept out of the guests' reach, and nobody uses it here.
 */
final class HostShare {

    private HostShare() {}

    /** Takes the host's share, if the host has one on this kind of GPU. */
    static void take(Mediator mediator) {
        if (mediator.hostType().isPresent()) {
            VirtualGpu host =
                    mediator.create(
                            VgpuRequest.ofQuotas("host", Map.of()).forHost(),
                            VmmPort.of(new NoMemory(), InterruptSink.none()));
            host.quiesce();
        }
    }

    /** A guest's memory without any. */
    private static final class NoMemory implements GuestMemory {

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
}
