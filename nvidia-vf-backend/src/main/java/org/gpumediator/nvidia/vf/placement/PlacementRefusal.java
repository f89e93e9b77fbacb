package org.gpumediator.nvidia.vf.placement;

import java.util.List;
import java.util.Objects;
import org.gpumediator.api.partition.PartitionDecision;

/**
 * Why a request does not fit, and what would make it fit.
 *
 * @param refusal resource, asked, left
 * @param cause what stands in the way first
 * @param mustGo names of the virtual GPUs without which the request would fit: a smallest such set,
 *     of those the one with the least framebuffer; empty if no set helps
 */
public record PlacementRefusal(
        PartitionDecision.Refused refusal, Cause cause, List<String> mustGo) {

    /** What stands in the way. */
    public enum Cause {
        /** No virtual function is free, or not the one that was wished for. */
        VIRTUAL_FUNCTIONS,
        /** A counted resource is used up. */
        COUNTED_RESOURCE,
        /** The board holds virtual GPUs of another size, and may not mix sizes. */
        OTHER_SIZE,
        /** As many of this size exist as the board carries. */
        MOST_INSTANCES,
        /** There is room, but not where this size may be placed. */
        FRAGMENTED,
        /** There is no room. */
        NO_ROOM,
        /** The place that was wished for does not exist for this type. */
        NO_SUCH_PLACE
    }

    /** Copies the list. */
    public PlacementRefusal {
        Objects.requireNonNull(refusal, "refusal");
        Objects.requireNonNull(cause, "cause");
        mustGo = List.copyOf(mustGo);
    }
}
