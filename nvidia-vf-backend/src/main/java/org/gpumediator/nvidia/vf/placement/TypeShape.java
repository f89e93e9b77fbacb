package org.gpumediator.nvidia.vf.placement;

import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * The part of a type that decides where it can go. Types of one size on one board have equal
 * shapes.
 *
 * @param slots slots of one GiB; {@code 0} for free quotas
 * @param framebufferBytes guest framebuffer, a multiple of the board's segment
 * @param heapBytes management heap, a multiple of 2 MiB
 * @param channels hardware channels
 * @param maxInstances how many of it an empty board carries where all have this shape
 */
public record TypeShape(
        int slots, long framebufferBytes, long heapBytes, int channels, int maxInstances) {

    /** Returns the shape of a record. */
    public static TypeShape of(FramebufferSetup setup, TypeRecord type) {
        return new TypeShape(
                type.sharing().placementSize(),
                setup.guestFramebufferBytes(type),
                type.memory().heapBytes(),
                type.sharing().channels(),
                type.sharing().maxInstances());
    }

    /** Returns the shape of a type of free quotas. */
    static TypeShape ofFreeQuotas(FramebufferSetup setup, VgpuType type) {
        return new TypeShape(
                0,
                type.quota(VfResources.framebuffer(setup.board())),
                type.quota(VfResources.PLUGIN_HEAP),
                (int) type.quota(VfResources.CHANNEL_IDS),
                type.maxInstances());
    }

    /** Returns whether it has placement ids rather than free places. */
    public boolean isFixed() {
        return slots > 0;
    }
}
