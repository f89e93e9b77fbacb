package org.gpumediator.api.partition;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one virtual GPU owns. Immutable. */
public interface ResourcePartition {

    /** Returns the kinds of which it owns something. */
    Set<ResourceKind> kinds();

    /**
     * Returns the places it owns of a resource, ascending and disjoint; empty if it owns none, or
     * the resource is only counted.
     */
    List<ResourceRange> ranges(ResourceKind kind);

    /**
     * Returns how much it owns of a resource, {@code 0} if none; the sum of the lengths for a
     * resource with places.
     */
    long amount(ResourceKind kind);

    /**
     * Returns the only range it owns of a resource.
     *
     * @throws IllegalArgumentException if it owns none, or more than one
     */
    default ResourceRange range(ResourceKind kind) {
        List<ResourceRange> ranges = ranges(kind);
        if (ranges.size() != 1) {
            throw new IllegalArgumentException(
                    kind.name() + ": expected one range, has " + ranges.size());
        }
        return ranges.getFirst();
    }

    /**
     * Creates a partition.
     *
     * @param ranges the places, by resource; ranges of one resource must be disjoint
     * @param counts the amounts, by counted resource
     * @throws IllegalArgumentException if a resource's shape does not fit, a number is not a
     *     multiple of the resource's granularity, or two ranges overlap
     */
    static ResourcePartition of(
            Map<ResourceKind, List<ResourceRange>> ranges, Map<ResourceKind, Long> counts) {
        return new ImmutablePartition(ranges, counts);
    }
}
