package org.gpumediator.core.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;

/** What all ready-made policies share: checks a request, and tries one resource after another. */
public final class Fit {

    /** Picks a place among the free ones. */
    @FunctionalInterface
    interface Chooser {

        /** The answer where nothing fits. */
        long NOWHERE = -1;

        /**
         * Picks the first place of a share.
         *
         * @param holes free places, ascending, both ends multiples of the granularity
         * @param length how many places the share has
         * @return a place inside one of the holes, or {@link #NOWHERE}
         */
        long choose(List<ResourceRange> holes, long length);
    }

    private Fit() {}

    /**
     * Places quotas one by one, in the inventory's order.
     *
     * @param quotas how much of each resource; resources of no amount are left out
     * @return a partition, or a refusal that names the first resource that does not fit
     * @throws IllegalArgumentException as {@link
     *     org.gpumediator.api.partition.PartitionPolicy#decide}
     */
    static PartitionDecision place(
            GpuInventory inventory,
            PartitionRequest request,
            Map<ResourceKind, Long> quotas,
            Chooser chooser) {
        check(inventory, request, quotas);
        Map<ResourceKind, List<ResourceRange>> ranges = new LinkedHashMap<>();
        Map<ResourceKind, Long> counts = new LinkedHashMap<>();
        for (GpuInventory.Resource resource : inventory.resources()) {
            ResourceKind kind = resource.kind();
            long wanted = quotas.getOrDefault(kind, 0L);
            if (wanted == 0) {
                continue;
            }
            if (kind.shape() == ResourceKind.Shape.COUNT) {
                if (wanted > inventory.available(kind)) {
                    return refusal(inventory, request, kind, wanted, "");
                }
                counts.put(kind, wanted);
                continue;
            }
            List<ResourceRange> holes = alignedHoles(inventory, kind);
            Long wished = request.places().get(kind);
            long start =
                    wished == null ? chooser.choose(holes, wanted) : chosen(holes, wished, wanted);
            if (start == Chooser.NOWHERE) {
                return refusal(
                        inventory,
                        request,
                        kind,
                        wanted,
                        wished == null
                                ? ""
                                : String.format("wished place 0x%x is not free", wished));
            }
            ranges.put(kind, List.of(new ResourceRange(start, wanted)));
        }
        return new PartitionDecision.Placed(ResourcePartition.of(ranges, counts));
    }

    private static long chosen(List<ResourceRange> holes, long start, long length) {
        if (start > Long.MAX_VALUE - length) {
            return Chooser.NOWHERE;
        }
        ResourceRange wished = new ResourceRange(start, length);
        return holes.stream().anyMatch(hole -> hole.contains(wished)) ? start : Chooser.NOWHERE;
    }

    static PartitionDecision.Refused refusal(
            GpuInventory inventory,
            PartitionRequest request,
            ResourceKind kind,
            long wanted,
            String reason) {
        return new PartitionDecision.Refused(
                request.owner(),
                kind,
                wanted,
                inventory.available(kind),
                kind.shape() == ResourceKind.Shape.COUNT
                        ? inventory.available(kind)
                        : largest(alignedHoles(inventory, kind)),
                reason);
    }

    /** Returns the free places, cut to multiples of the granularity. */
    static List<ResourceRange> alignedHoles(GpuInventory inventory, ResourceKind kind) {
        long unit = kind.granularity();
        if (unit == 1) {
            return inventory.holes(kind);
        }
        return inventory.holes(kind).stream()
                .filter(hole -> firstMultiple(hole, unit) < hole.end() / unit * unit)
                .map(
                        hole -> {
                            long start = firstMultiple(hole, unit);
                            return new ResourceRange(start, hole.end() / unit * unit - start);
                        })
                .toList();
    }

    private static long firstMultiple(ResourceRange hole, long unit) {
        long over = hole.start() % unit;
        if (over == 0) {
            return hole.start();
        }
        return unit - over >= hole.length() ? hole.end() : hole.start() + (unit - over);
    }

    static long largest(List<ResourceRange> holes) {
        return holes.stream().mapToLong(ResourceRange::length).max().orElse(0);
    }

    /** Checks names, amounts and places of a request. */
    static void check(
            GpuInventory inventory, PartitionRequest request, Map<ResourceKind, Long> quotas) {
        quotas.forEach((kind, amount) -> check(inventory, request.owner(), kind, amount, ""));
        request.places()
                .forEach(
                        (kind, place) -> {
                            check(inventory, request.owner(), kind, place, "place ");
                            if (kind.shape() == ResourceKind.Shape.COUNT) {
                                throw new IllegalArgumentException(
                                        request.owner()
                                                + ": place "
                                                + place
                                                + " of "
                                                + kind.name()
                                                + ": a counted resource has no places");
                            }
                            if (quotas.getOrDefault(kind, 0L) == 0) {
                                throw new IllegalArgumentException(
                                        request.owner()
                                                + ": place "
                                                + place
                                                + " of "
                                                + kind.name()
                                                + ": none of it is asked for");
                            }
                        });
    }

    private static void check(
            GpuInventory inventory, String owner, ResourceKind kind, long number, String what) {
        inventory.resource(kind);
        if (number < 0 || number % kind.granularity() != 0) {
            throw new IllegalArgumentException(
                    owner
                            + ": "
                            + what
                            + kind.name()
                            + " "
                            + number
                            + ": expected a multiple of "
                            + kind.granularity()
                            + ", not negative");
        }
    }
}
