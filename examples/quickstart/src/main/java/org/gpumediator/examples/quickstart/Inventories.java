package org.gpumediator.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.GpuInventory.Resource;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceRange;

/** An inventory as a table, for any kind of GPU. */
final class Inventories {

    private Inventories() {}

    /** Returns who holds what, one row each, with what is reserved and what is left at the end. */
    static List<List<String>> table(GpuInventory inventory) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("owner", "type"));
        inventory.resources().forEach(resource -> head.add(resource.kind().name()));
        rows.add(head);
        for (Holding holding : inventory.holdings()) {
            List<String> row = new ArrayList<>(List.of(holding.owner(), holding.type().name()));
            for (Resource resource : inventory.resources()) {
                row.add(share(resource.kind(), holding));
            }
            rows.add(row);
        }
        List<String> reserved = new ArrayList<>(List.of("(reserved)", ""));
        List<String> free = new ArrayList<>(List.of("(free)", ""));
        for (Resource resource : inventory.resources()) {
            ResourceKind kind = resource.kind();
            long kept = resource.reserved().stream().mapToLong(ResourceRange::length).sum();
            reserved.add(kept == 0 ? "-" : kind.format(kept));
            free.add(kind.format(inventory.available(kind)));
        }
        rows.add(reserved);
        rows.add(free);
        return rows;
    }

    private static String share(ResourceKind kind, Holding holding) {
        long amount = holding.partition().amount(kind);
        if (amount == 0) {
            return "-";
        }
        StringBuilder text = new StringBuilder(kind.format(amount));
        for (ResourceRange range : holding.partition().ranges(kind)) {
            text.append(
                    kind.unit() == ResourceKind.Unit.BYTES
                            ? String.format(Locale.ROOT, "  at 0x%08x", range.start())
                            : "  from " + range.start());
        }
        return text.toString();
    }

    /** Returns whether a resource has places, so that a map of it can be drawn. */
    static boolean hasPlaces(Resource resource) {
        return resource.kind().shape() == Shape.RANGE;
    }
}
