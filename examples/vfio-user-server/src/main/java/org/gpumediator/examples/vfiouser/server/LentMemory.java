package org.gpumediator.examples.vfiouser.server;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.vmm.SharedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory of a virtual GPU whose descriptor its client was given. A client that has gone may keep it
 * mapped; so other memory takes its place before anybody else is served.
 *
 * <p>Used by the thread that serves the clients.
 */
final class LentMemory {

    private static final Logger log = LoggerFactory.getLogger(LentMemory.class);

    private final Set<SharedMemory> lent = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Returns the descriptor of a memory, to be given to the client. */
    int lend(SharedMemory memory) {
        lent.add(memory);
        return memory.fileDescriptor().orElseThrow();
    }

    /** Returns whether a client has memory that was not replaced yet. */
    boolean isLent() {
        return !lent.isEmpty();
    }

    /**
     * Puts other memory in the place of what was lent.
     *
     * @return whether nobody has any of it now; if the host has no memory to give, to be tried
     *     again
     */
    boolean takeBack() {
        try {
            lent.removeIf(SharedMemory::renew);
        } catch (GpuMediationException refused) {
            log.warn("memory of a client that has gone cannot be replaced yet", refused);
        }
        return lent.isEmpty();
    }
}
