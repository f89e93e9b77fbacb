package org.gpumediator.nvidia.vf.placement;

import java.util.Optional;
import org.gpumediator.api.partition.ResourceRange;

/**
 * A place for one virtual GPU on a board. The guest's framebuffer and the management heap are both
 * offsets in the board's framebuffer and never overlap.
 *
 * @param shape what fits there
 * @param id the placement id, or {@link #NO_ID} for free quotas in mixed-size mode
 * @param framebuffer bytes for the guest
 * @param heap bytes for its management heap
 * @param channels channel ids
 */
public record Placement(
        TypeShape shape,
        int id,
        ResourceRange framebuffer,
        ResourceRange heap,
        ResourceRange channels) {

    /** The id of no placement. */
    public static final int NO_ID = 0xffff;

    /** Returns the slots it takes; empty for free quotas. */
    public Optional<ResourceRange> slots() {
        return shape.isFixed()
                ? Optional.of(new ResourceRange(id, shape.slots()))
                : Optional.empty();
    }

    /** Returns whether the two cannot exist at the same time. */
    public boolean conflictsWith(Placement other) {
        return touches(other.framebuffer)
                || touches(other.heap)
                || channels.overlaps(other.channels)
                || (shape.isFixed()
                        && other.shape.isFixed()
                        && id < other.id + other.shape.slots()
                        && other.id < id + shape.slots());
    }

    /** Returns whether it uses any byte of a range of the board's framebuffer. */
    boolean touches(ResourceRange bytes) {
        return framebuffer.overlaps(bytes) || heap.overlaps(bytes);
    }
}
