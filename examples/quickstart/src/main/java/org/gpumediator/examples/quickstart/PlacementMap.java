package org.gpumediator.examples.quickstart;

import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.Placement;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Draws a board of mixed sizes: who holds its slots, its framebuffer and its channels, to scale,
 * and below that the places of each size: held, still open, or closed by somebody else.
 */
final class PlacementMap extends Drawing {

    private static final int TOP = 14;
    private static final int BAR = 42;
    private static final int ROW = 60;
    private static final int PLACE = 15;
    private static final int PLACE_ROW = 20;
    private static final int COUNT = 72;
    private static final int RIGHT = WIDTH - COUNT;
    private static final double LEAST_FOR_NAME = 44;
    private static final double LEAST_FOR_SIZE = 62;
    private static final double LEAST_FOR_ID = 18;
    private static final int TICK = 6;

    private final GpuInventory now;
    private final GpuInventory empty;
    private final List<VgpuType> types;
    private final long slots;

    /**
     * Draws an inventory.
     *
     * @param empty the same board with nothing given out
     * @param types one type for each size, a row each
     */
    PlacementMap(GpuInventory now, GpuInventory empty, List<VgpuType> types) {
        super(now.holdings());
        this.now = now;
        this.empty = empty;
        this.types = types;
        this.slots = now.resource(VfResources.PLACEMENT).space().length();
    }

    /** Returns the drawing as one SVG element. */
    String svg() {
        ResourceKind framebuffer = VfResources.framebuffer(VfInventory.setup(now).board());
        int places = TOP + 3 * ROW + 34;
        int legend = places + PLACE_ROW * types.size() + 14;
        begin("Placement map", legend + 46);
        bar(TOP, "slots", slots + " of 1 GiB", List.of(VfResources.PLACEMENT));
        bar(
                TOP + ROW,
                "framebuffer",
                framebuffer.format(now.resource(framebuffer).space().length()),
                List.of(framebuffer, VfResources.PLUGIN_HEAP));
        bar(
                TOP + 2 * ROW,
                "channels",
                Long.toString(now.resource(VfResources.CHANNEL_IDS).space().length()),
                List.of(VfResources.CHANNEL_IDS));
        scale(places - 8);
        PlacementPlanner planner = new PlacementPlanner(now);
        PlacementPlanner fresh = new PlacementPlanner(empty);
        for (int i = 0; i < types.size(); i++) {
            places(planner, fresh, types.get(i), places + PLACE_ROW * i);
        }
        owners(legend);
        int x = legend(LABEL, legend + 24, "open", "open: can be created there now");
        x = legend(x, legend + 24, "shut", "closed by another's slots");
        legend(x, legend + 24, "heap", "firmware heap");
        return end();
    }

    private void bar(int y, String name, String size, List<ResourceKind> kinds) {
        label(y + 19, name, size);
        ResourceRange space = now.resource(kinds.getFirst()).space();
        add(
                "<rect class=\"free\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>",
                LABEL, y, RIGHT - LABEL, BAR);
        for (ResourceRange range : now.resource(kinds.getFirst()).reserved()) {
            block("shut", at(range.start(), space), at(range.end(), space), y, BAR);
        }
        for (Holding holding : now.holdings()) {
            for (ResourceKind kind : kinds) {
                for (ResourceRange range : holding.partition().ranges(kind)) {
                    share(holding.owner(), kind, range, space, y);
                }
            }
        }
    }

    private void share(
            String owner, ResourceKind kind, ResourceRange range, ResourceRange space, int y) {
        double from = at(range.start(), space);
        double to = at(range.end(), space);
        add(
                "<g><title>%s: %s %s from %s</title>",
                escape(owner),
                kind.format(range.length()),
                kind.name(),
                kind.format(range.start()));
        block("block " + colour(owner), from, to, y, BAR);
        if (kind.equals(VfResources.PLUGIN_HEAP)) {
            block("heap", from, to, y, BAR);
        } else if (to - from >= LEAST_FOR_NAME) {
            double middle = (from + to) / 2;
            add(
                    "<text class=\"on name\" x=\"%.1f\" y=\"%d\">%s</text>",
                    middle, y + 18, escape(owner));
            if (to - from >= LEAST_FOR_SIZE) {
                add(
                        "<text class=\"on\" x=\"%.1f\" y=\"%d\">%s</text>",
                        middle, y + 33, kind.format(range.length()));
            }
        }
        add("</g>");
    }

    /** Numbers the slots, above the rows of places. */
    private void scale(int y) {
        ResourceRange space = new ResourceRange(0, slots);
        for (long slot = 0; slot <= slots; slot += TICK) {
            add(
                    "<text class=\"mark\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
                    at(slot, space), y, slot);
        }
        add(
                "<text class=\"mark\" x=\"%d\" y=\"%d\" text-anchor=\"end\">creatable</text>",
                WIDTH, y);
    }

    private void places(PlacementPlanner planner, PlacementPlanner fresh, VgpuType type, int y) {
        List<Placement> open = planner.creatablePlacements(type);
        List<Placement> all = fresh.creatablePlacements(type);
        add(
                "<text class=\"kind row\" x=\"0\" y=\"%d\">%s</text>",
                y + 12,
                escape(type.attributes().getOrDefault(TypeAttributes.SHORT_NAME, type.name())));
        for (Placement place : all) {
            place(place, open.contains(place), y);
        }
        add(
                "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%d of %d</text>",
                open.isEmpty() ? "none" : "some",
                WIDTH,
                y + 12,
                planner.available(type),
                all.size());
    }

    private void place(Placement place, boolean open, int y) {
        ResourceRange range = new ResourceRange(place.id(), place.shape().slots());
        ResourceRange space = new ResourceRange(0, slots);
        double from = at(range.start(), space);
        double to = at(range.end(), space);
        String owner = holder(range);
        String state = !owner.isEmpty() ? "held by " + owner : open ? "open" : "closed";
        add("<g><title>place %d, %d slots: %s</title>", place.id(), range.length(), escape(state));
        block(
                owner.isEmpty() ? open ? "open" : "shut" : "block " + colour(owner),
                from,
                to,
                y,
                PLACE);
        if (to - from >= LEAST_FOR_ID) {
            add(
                    "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%d</text>",
                    owner.isEmpty() ? "id" : "on", (from + to) / 2, y + 12, place.id());
        }
        add("</g>");
    }

    /** Returns who holds exactly these slots; empty if nobody does. */
    private String holder(ResourceRange range) {
        return now.holdings().stream()
                .filter(held -> held.partition().ranges(VfResources.PLACEMENT).contains(range))
                .map(Holding::owner)
                .findFirst()
                .orElse("");
    }

    private static double at(long place, ResourceRange space) {
        return LABEL + (double) (place - space.start()) / space.length() * (RIGHT - LABEL);
    }
}
