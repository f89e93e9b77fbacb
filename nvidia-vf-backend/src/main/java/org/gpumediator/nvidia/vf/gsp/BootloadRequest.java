package org.gpumediator.nvidia.vf.gsp;

import org.gpumediator.api.partition.ResourceRange;

/**
 * What the firmware must know to start the task of one virtual GPU.
 *
 * @param routing domain in bits 31:16, bus in 15:8, device and function in 7:0
 * @param gfid guest function id, 1 and up
 * @param typeId number of the type
 * @param pid process that owns it, not 0
 * @param channels its channel ids, the same for every engine
 * @param pluginChannels how many of them the task takes for itself
 * @param framebuffer the guest's framebuffer
 * @param heap the task's heap, communication area first
 */
public record BootloadRequest(
        int routing,
        int gfid,
        int typeId,
        int pid,
        ResourceRange channels,
        int pluginChannels,
        ResourceRange framebuffer,
        ResourceRange heap) {

    /**
     * Validates what the firmware must not be given.
     *
     * @throws IllegalArgumentException if an id or the process is 0
     */
    public BootloadRequest {
        if (gfid <= 0 || typeId == 0 || routing == 0 || pid == 0) {
            throw new IllegalArgumentException(
                    "guest function "
                            + gfid
                            + ", type "
                            + typeId
                            + ", routing id "
                            + routing
                            + ", process "
                            + pid
                            + ": expected none of them to be 0");
        }
    }
}
