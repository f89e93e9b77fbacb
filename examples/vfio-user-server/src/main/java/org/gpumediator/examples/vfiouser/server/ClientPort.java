package org.gpumediator.examples.vfiouser.server;

import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.examples.common.linux.SealedMemory;

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

    /** Takes what clients bring from a socket's shares of the process's limits. */
    void limitTo(SharedBudget.Share mappings, SharedBudget.Share descriptors) {
        memory.limitTo(mappings, descriptors);
        interrupts.limitTo(descriptors);
    }

    ClientMemory memory() {
        return memory;
    }

    ClientInterrupts interrupts() {
        return interrupts;
    }
}
