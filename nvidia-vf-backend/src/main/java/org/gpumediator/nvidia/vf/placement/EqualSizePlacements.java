package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;

/**
 * The placements of one size on a board where all have it: guests one behind the other from the
 * board's first segment, heaps and channels from the top down.
 *
 * <p>Source: equal-size placement rule of the vendor's manager for Ada.
 */
final class EqualSizePlacements {

    private EqualSizePlacements() {}

    /**
     * Returns all placements of a shape, ascending. Free quotas have ids as well: their ordinal
     * number.
     */
    static List<Placement> of(FramebufferSetup setup, TypeShape shape) {
        List<Placement> placements = new ArrayList<>();
        int count = count(setup, shape);
        for (int i = 0; i < count; i++) {
            placements.add(
                    new Placement(
                            shape,
                            shape.isFixed() ? i * shape.slots() : i,
                            new ResourceRange(
                                    i * shape.framebufferBytes(), shape.framebufferBytes()),
                            new ResourceRange(
                                    setup.guestBytes() - (i + 1) * shape.heapBytes(),
                                    shape.heapBytes()),
                            new ResourceRange(
                                    AdaBoard.TOTAL_CHANNELS - (i + 1) * shape.channels(),
                                    shape.channels())));
        }
        return List.copyOf(placements);
    }

    private static int count(FramebufferSetup setup, TypeShape shape) {
        long byBytes = setup.guestBytes() / (shape.framebufferBytes() + shape.heapBytes());
        long bySlots =
                shape.isFixed()
                        ? setup.board().placementSlots() / shape.slots()
                        : AdaBoard.TOTAL_VFS;
        long byChannels = AdaBoard.TOTAL_CHANNELS / shape.channels();
        return (int)
                Math.min(Math.min(shape.maxInstances(), bySlots), Math.min(byBytes, byChannels));
    }
}
