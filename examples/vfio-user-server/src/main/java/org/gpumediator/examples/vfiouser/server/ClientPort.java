package org.gpumediator.examples.vfiouser.server;

import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.examples.vfiouser.linux.SealedMemory;

/**
 * What a virtual GPU is given of the client that will use it. Made before the virtual GPU, and
 * before there is a client.
 */
public final class ClientPort {

    private final ClientMemory memory = new ClientMemory();
    private final ClientInterrupts interrupts = new ClientInterrupts();

    /** Creates a port without a client. */
    public ClientPort() {}

    /** Returns the port in the mediator's terms. */
    public VmmPort vmmPort() {
        return new VmmPort(
                memory,
                interrupts,
                interrupts,
                VmmPort.MessageMasking.VMM,
                SealedMemory.allocator());
    }

    ClientMemory memory() {
        return memory;
    }

    ClientInterrupts interrupts() {
        return interrupts;
    }
}
