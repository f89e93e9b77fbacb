package org.gpumediator.examples.common;

import java.util.Map;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;

/**
 * The host's own virtual GPU: its share is kept out of the guests' reach, and nobody uses it here.
 */
public final class HostShare {

    private HostShare() {}

    /** Takes the host's share, if the host has one on this kind of GPU. */
    public static void take(Mediator mediator) {
        if (mediator.hostType().isPresent()) {
            VirtualGpu host =
                    mediator.create(
                            VgpuRequest.ofQuotas("host", Map.of()).forHost(),
                            VmmPort.of(GuestMemory.none(), InterruptSink.none()));
            host.quiesce();
        }
    }
}
