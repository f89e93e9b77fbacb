package org.gpumediator.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.GpuInventory.Resource;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;

/** Draws who owns which part of a GPU: one bar per resource, one colour per owner, to scale. */
final class PartitionMap extends Drawing {

    private static final int BAR = 46;
    private static final int ROW = 92;
    private static final int TOP = 14;
    private static final double LEAST_FOR_TEXT = 46;

    private final GpuInventory inventory;

    PartitionMap(GpuInventory inventory) {
        super(inventory.holdings());
        this.inventory = inventory;
    }

    /** Returns the drawing as one SVG element. */
    String svg() {
        List<Resource> drawn =
                inventory.resources().stream().filter(Inventories::hasPlaces).toList();
        int height = TOP + ROW * drawn.size() + 34;
        begin("Partition map", height);
        add(
                "<defs><pattern id=\"hatch\" width=\"7\" height=\"7\""
                        + " patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                        + "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" class=\"hatch\"/>"
                        + "</pattern></defs>");
        int y = TOP;
        for (Resource resource : drawn) {
            drawRow(resource, y);
            y += ROW;
        }
        drawLegend(y + 6);
        return end();
    }

    private void drawRow(Resource resource, int y) {
        ResourceKind kind = resource.kind();
        ResourceRange space = resource.space();
        label(y + 21, kind.name(), kind.format(space.length()));
        add(
                "<rect class=\"free\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\">"
                        + "<title>free: %s</title></rect>",
                LABEL, y, WIDTH - LABEL, BAR, kind.format(inventory.available(kind)));
        for (ResourceRange range : resource.reserved()) {
            block(kind, space, range, y, "reserved", "reserved");
        }
        for (Holding holding : inventory.holdings()) {
            for (ResourceRange range : holding.partition().ranges(kind)) {
                block(kind, space, range, y, holding.owner(), colour(holding.owner()));
            }
        }
        drawScale(resource, y + BAR + 15);
    }

    private void block(
            ResourceKind kind,
            ResourceRange space,
            ResourceRange range,
            int y,
            String owner,
            String style) {
        double x = place(space, range.start());
        double width = place(space, range.end()) - x;
        add(
                "<g><title>%s: %s %s, [%s, %s)</title>",
                escape(owner),
                kind.format(range.length()),
                kind.name(),
                at(kind, range.start()),
                at(kind, range.end()));
        block("block " + style, x, x + width, y, BAR);
        if (width >= LEAST_FOR_TEXT) {
            String on = style.equals("reserved") ? "on-reserved" : "on";
            add(
                    "<text class=\"%s name\" x=\"%.1f\" y=\"%d\">%s</text>",
                    on, x + width / 2, y + 20, escape(owner));
            add(
                    "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>",
                    on, x + width / 2, y + 36, kind.format(range.length()));
        }
        add("</g>");
    }

    /** Marks where shares begin and end, leaving out marks that would touch each other. */
    private void drawScale(Resource resource, int y) {
        List<Long> marks = new ArrayList<>();
        marks.add(resource.space().start());
        for (Holding holding : inventory.holdings()) {
            for (ResourceRange range : holding.partition().ranges(resource.kind())) {
                marks.add(range.start());
                marks.add(range.end());
            }
        }
        marks.add(resource.space().end());
        double last = -1000;
        for (long mark : marks.stream().sorted().distinct().toList()) {
            double x = place(resource.space(), mark);
            boolean end = mark == resource.space().end();
            if (x - last < 72 || (!end && WIDTH - x < 72 && mark != resource.space().start())) {
                continue;
            }
            last = x;
            add(
                    "<text class=\"mark\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                    x,
                    y,
                    mark == resource.space().start() ? "start" : end ? "end" : "middle",
                    at(resource.kind(), mark));
        }
    }

    private void drawLegend(int y) {
        int x = legend(owners(y), y, "block reserved", "kept by the mediator");
        legend(x, y, "free", "free");
    }

    private static double place(ResourceRange space, long at) {
        return LABEL + (double) (at - space.start()) / space.length() * (WIDTH - LABEL);
    }

    private static String at(ResourceKind kind, long place) {
        return kind.unit() == ResourceKind.Unit.BYTES ? kind.format(place) : Long.toString(place);
    }
}
