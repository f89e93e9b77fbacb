package org.gpumediator.nvidia.vf.types;

import java.util.List;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;

/**
 * The resources of a board that virtual GPUs share.
 *
 * <table>
 * <caption>What each one is</caption>
 * <tr><th>name</th><th>a share is</th><th>remarks</th></tr>
 * <tr><td>vf</td><td>one virtual function</td><td>index from 0; its guest function id is one more</td></tr>
 * <tr><td>framebuffer</td><td>bytes of the guest's framebuffer</td><td>places are physical framebuffer
 *   offsets, multiples of the translation segment</td></tr>
 * <tr><td>plugin-heap</td><td>bytes of the firmware task's heap</td><td>places are offsets in the
 *   <em>same</em> framebuffer: a byte belongs to one of the two, never to both</td></tr>
 * <tr><td>channel-ids</td><td>hardware channels</td><td>a power of two, contiguous, one offset for every
 *   engine</td></tr>
 * <tr><td>placement</td><td>slots of one GiB</td><td>what a fixed placement id names; a type of free quotas
 *   has none</td></tr>
 * <tr><td>bar1</td><td>bytes of framebuffer aperture</td><td>every virtual function has its own window, so a
 *   share only says how much of the window works</td></tr>
 * <tr><td>encoder</td><td>percent</td><td>a bound for each, not a part of a sum: 32 virtual functions at 100 %
 *   each compete for the same encoder, and the capacity says so</td></tr>
 * </table>
 *
 * <p>Source: resource set of the open vGPU manager series (create path), Ada type data.
 */
public final class VfResources {

    /** Every share of channels is a multiple of this: the least that a type of Ada has. */
    public static final int CHANNEL_GRANULARITY = 64;

    // spotless:off
    /** Virtual functions. */
    public static final ResourceKind VF          = new ResourceKind("vf",          Unit.PIECES,  Shape.RANGE, 1);
    /** Channel ids. */
    public static final ResourceKind CHANNEL_IDS = new ResourceKind("channel-ids", Unit.PIECES,  Shape.RANGE, CHANNEL_GRANULARITY);
    /** Placement slots of one GiB. */
    public static final ResourceKind PLACEMENT   = new ResourceKind("placement",   Unit.PIECES,  Shape.RANGE, 1);
    /** Management heaps, placed in the framebuffer. */
    public static final ResourceKind PLUGIN_HEAP = new ResourceKind("plugin-heap", Unit.BYTES,   Shape.RANGE, 2 * AdaBoard.MIB);
    /** Framebuffer aperture. */
    public static final ResourceKind BAR1        = new ResourceKind("bar1",        Unit.BYTES,   Shape.COUNT, AdaBoard.MIB);
    /** Bounds of encoder use. */
    public static final ResourceKind ENCODER     = new ResourceKind("encoder",     Unit.PERCENT, Shape.COUNT, 1);
    // spotless:on

    private static final ResourceKind FRAMEBUFFER_64 = framebuffer(64 * AdaBoard.MIB);
    private static final ResourceKind FRAMEBUFFER_128 = framebuffer(128 * AdaBoard.MIB);

    private VfResources() {}

    private static ResourceKind framebuffer(long segmentBytes) {
        return new ResourceKind("framebuffer", Unit.BYTES, Shape.RANGE, segmentBytes);
    }

    /** Returns the framebuffer of a board; its granularity is the board's segment. */
    public static ResourceKind framebuffer(AdaBoard board) {
        return board.segmentBytes() == FRAMEBUFFER_64.granularity()
                ? FRAMEBUFFER_64
                : FRAMEBUFFER_128;
    }

    /** Returns all resources of a board, in the order an inventory lists them. */
    public static List<ResourceKind> of(AdaBoard board) {
        return List.of(VF, framebuffer(board), PLUGIN_HEAP, CHANNEL_IDS, PLACEMENT, BAR1, ENCODER);
    }
}
