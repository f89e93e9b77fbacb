package org.gpumediator.nvidia.vf.manager;

import java.util.Objects;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Everything that must be known to bring a virtual GPU up again in the same place.
 *
 * @param name its name
 * @param gfid guest function id: index of its virtual function plus one
 * @param typeId number of its type
 * @param framebuffer the guest's framebuffer
 * @param heap management heap
 * @param channels channel ids
 * @param encoderPercent bound of its use of the encoder
 * @param pid process that owns it, not 0
 */
public record VgpuRecord(
        String name,
        int gfid,
        int typeId,
        ResourceRange framebuffer,
        ResourceRange heap,
        ResourceRange channels,
        int encoderPercent,
        int pid) {

    /** Checks that nothing is missing. */
    public VgpuRecord {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(framebuffer, "framebuffer");
        Objects.requireNonNull(heap, "heap");
        Objects.requireNonNull(channels, "channels");
        if (gfid <= 0 || typeId <= 0 || pid == 0) {
            throw new IllegalArgumentException(
                    name
                            + ": guest function "
                            + gfid
                            + ", type "
                            + typeId
                            + ", process "
                            + pid
                            + ": expected positive numbers");
        }
    }

    /** Returns whether the two cannot exist at the same time. */
    boolean collidesWith(VgpuRecord other) {
        return gfid == other.gfid
                || channels.overlaps(other.channels)
                || framebuffer.overlaps(other.framebuffer)
                || framebuffer.overlaps(other.heap)
                || heap.overlaps(other.framebuffer)
                || heap.overlaps(other.heap);
    }
}
