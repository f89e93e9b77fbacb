package org.gpumediator.nvidia.vf.core;

import org.gpumediator.nvidia.vf.gsp.GspBoot;
import org.gpumediator.nvidia.vf.gsp.GspClient;
import org.gpumediator.nvidia.vf.gsp.GspControls;
import org.gpumediator.nvidia.vf.gsp.GspRpc;

/**
 * One run of a board's firmware, from a boot to the next reset. What was made in it has gone when
 * it is over: a handle or a task of one run means nothing, or something else, in the next.
 *
 * @param booted the connection and its memory
 * @param controls calls of the firmware
 * @param client the manager's own client
 */
public record FirmwareRun(GspBoot.Booted booted, GspControls controls, GspClient client) {

    /** Returns the connection. */
    public GspRpc rpc() {
        return booted.rpc();
    }
}
