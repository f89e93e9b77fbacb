package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.nvidia.vf.types.VfTypes;

/**
 * Makes the inventory of a board, and reads back from its attributes what a placement decision
 * needs. An inventory made here is all a policy wants: no device is involved.
 */
public final class VfInventory {

    // spotless:off
    /** Attribute: {@link AdaBoard#id}. */
    public static final String BOARD             = "board";
    /** Attribute: {@link PlacementMode#text}. */
    public static final String MODE              = "placement-mode";
    /** Attribute: {@link HomogeneousRule#text}. */
    public static final String RULE              = "homogeneous-rule";
    /** Attribute: {@code on} or {@code off}. */
    public static final String ERROR_CORRECTION  = "error-correction";
    /** Attribute: bytes of framebuffer that the firmware reports. */
    public static final String TOTAL_FRAMEBUFFER = "total-framebuffer";
    // spotless:on

    private VfInventory() {}

    /**
     * Returns the inventory of an empty board in {@link PlacementMode#HOMOGENEOUS}, with all its
     * virtual functions.
     */
    public static GpuInventory empty(AdaBoard board) {
        return empty(
                FramebufferSetup.of(board),
                PlacementMode.HOMOGENEOUS,
                HomogeneousRule.SIZE,
                AdaBoard.TOTAL_VFS);
    }

    /** Returns the inventory of an empty board in a mode, with all its virtual functions. */
    public static GpuInventory empty(AdaBoard board, PlacementMode mode) {
        return empty(FramebufferSetup.of(board), mode, HomogeneousRule.SIZE, AdaBoard.TOTAL_VFS);
    }

    /**
     * Returns the inventory of an empty board.
     *
     * @param setup its framebuffer
     * @param mode whether sizes are mixed
     * @param rule what virtual GPUs must have in common if not
     * @param enabledVfs virtual functions that exist, {@code 0} to {@link AdaBoard#TOTAL_VFS}; the
     *     rest are reserved
     * @throws IllegalArgumentException if the number of virtual functions is out of range
     */
    public static GpuInventory empty(
            FramebufferSetup setup, PlacementMode mode, HomogeneousRule rule, int enabledVfs) {
        if (enabledVfs < 0 || enabledVfs > AdaBoard.TOTAL_VFS) {
            throw new IllegalArgumentException(
                    "virtual functions " + enabledVfs + ": expected 0 to " + AdaBoard.TOTAL_VFS);
        }
        AdaBoard board = setup.board();
        ResourceRange bytes = new ResourceRange(0, setup.totalBytes());
        List<ResourceRange> top =
                List.of(new ResourceRange(setup.guestBytes(), setup.hostReserveBytes()));
        List<ResourceRange> absent =
                enabledVfs == AdaBoard.TOTAL_VFS
                        ? List.of()
                        : List.of(new ResourceRange(enabledVfs, AdaBoard.TOTAL_VFS - enabledVfs));
        List<GpuInventory.Resource> resources = new ArrayList<>();
        resources.add(resource(VfResources.VF, AdaBoard.TOTAL_VFS, absent));
        resources.add(new GpuInventory.Resource(VfResources.framebuffer(board), bytes, top));
        resources.add(new GpuInventory.Resource(VfResources.PLUGIN_HEAP, bytes, top));
        resources.add(resource(VfResources.CHANNEL_IDS, AdaBoard.TOTAL_CHANNELS, List.of()));
        resources.add(resource(VfResources.PLACEMENT, board.placementSlots(), List.of()));
        resources.add(resource(VfResources.BAR1, board.bar1Bytes(), List.of()));
        resources.add(resource(VfResources.ENCODER, 100L * AdaBoard.TOTAL_VFS, List.of()));
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(BOARD, board.id());
        attributes.put(MODE, mode.text());
        attributes.put(RULE, rule.text());
        attributes.put(
                ERROR_CORRECTION, setup.errorCorrection() == ErrorCorrection.ON ? "on" : "off");
        attributes.put(TOTAL_FRAMEBUFFER, Long.toString(setup.totalBytes()));
        return new GpuInventory(resources, List.of(), attributes);
    }

    private static GpuInventory.Resource resource(
            ResourceKind kind, long amount, List<ResourceRange> reserved) {
        return new GpuInventory.Resource(kind, new ResourceRange(0, amount), reserved);
    }

    /**
     * Returns the types of a board: of each the number that an empty board carries in a mode.
     *
     * @param catalogue where the records come from
     * @param setup the board's framebuffer
     * @param mode whether sizes are mixed
     */
    public static VfTypes types(
            TypeCatalogue catalogue, FramebufferSetup setup, PlacementMode mode) {
        return new VfTypes(
                catalogue,
                setup,
                type ->
                        mode == PlacementMode.HOMOGENEOUS
                                ? type.sharing().maxInstances()
                                : type.sharing().mixedIds().size());
    }

    /**
     * Returns an inventory with another mode.
     *
     * @throws IllegalStateException if anything is given out: a mode changes only on an empty board
     */
    public static GpuInventory withMode(GpuInventory inventory, PlacementMode mode) {
        if (!inventory.holdings().isEmpty()) {
            throw new IllegalStateException(
                    "placement mode: " + inventory.holdings().size() + " virtual GPUs exist");
        }
        Map<String, String> attributes = new LinkedHashMap<>(inventory.attributes());
        attributes.put(MODE, mode.text());
        return new GpuInventory(inventory.resources(), inventory.holdings(), attributes);
    }

    /**
     * Returns the board's framebuffer.
     *
     * @throws IllegalArgumentException if the inventory is not one of this family
     */
    public static FramebufferSetup setup(GpuInventory inventory) {
        String id = attribute(inventory, BOARD);
        AdaBoard board =
                AdaBoard.byId(id)
                        .orElseThrow(() -> new IllegalArgumentException("unknown board " + id));
        return new FramebufferSetup(
                board,
                Long.parseLong(attribute(inventory, TOTAL_FRAMEBUFFER)),
                attribute(inventory, ERROR_CORRECTION).equals("on")
                        ? ErrorCorrection.ON
                        : ErrorCorrection.OFF);
    }

    /**
     * Returns whether sizes are mixed.
     *
     * @throws IllegalArgumentException if the inventory does not say
     */
    public static PlacementMode mode(GpuInventory inventory) {
        return PlacementMode.of(attribute(inventory, MODE));
    }

    /**
     * Returns what virtual GPUs must have in common.
     *
     * @throws IllegalArgumentException if the inventory does not say
     */
    public static HomogeneousRule rule(GpuInventory inventory) {
        return HomogeneousRule.of(attribute(inventory, RULE));
    }

    private static String attribute(GpuInventory inventory, String name) {
        String value = inventory.attributes().get(name);
        if (value == null) {
            throw new IllegalArgumentException("inventory has no attribute " + name);
        }
        return value;
    }
}
