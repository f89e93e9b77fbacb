package org.gpumediator.api.partition;

import java.util.Arrays;
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
        Builder builder = new Builder();
        ranges.forEach(builder::ranges);
        counts.forEach(builder::count);
        return builder.build();
    }

    /** Makes a partition of one resource after the other. Not safe for use by multiple threads. */
    final class Builder {

        private static final int FEW = 8;

        private ResourceKind[] kinds = new ResourceKind[FEW];
        private List<?>[] ranges = new List<?>[FEW];
        private long[] amounts = new long[FEW];
        private int size;
        private boolean built;

        /** Starts with nothing. */
        public Builder() {}

        /**
         * Adds the places of a resource; none at all count as nothing of it.
         *
         * @throws IllegalArgumentException as for {@link ResourcePartition#of}, or if the resource
         *     was added before
         */
        public Builder ranges(ResourceKind kind, List<ResourceRange> places) {
            List<ResourceRange> sorted = ImmutablePartition.sorted(kind, places);
            if (!sorted.isEmpty()) {
                add(kind, sorted, ImmutablePartition.sum(sorted));
            }
            return this;
        }

        /**
         * Adds the only place of a resource.
         *
         * @throws IllegalArgumentException as for {@link #ranges}
         */
        public Builder range(ResourceKind kind, ResourceRange place) {
            return ranges(kind, List.of(place));
        }

        /**
         * Adds an amount of a counted resource.
         *
         * @throws IllegalArgumentException as for {@link #ranges}
         */
        public Builder count(ResourceKind kind, long amount) {
            ImmutablePartition.checkCount(kind, amount);
            add(kind, List.of(), amount);
            return this;
        }

        private void add(ResourceKind kind, List<ResourceRange> places, long amount) {
            checkUnbuilt();
            for (int i = 0; i < size; i++) {
                if (kinds[i].equals(kind)) {
                    throw new IllegalArgumentException(kind.name() + ": given twice");
                }
            }
            if (size == kinds.length) {
                kinds = Arrays.copyOf(kinds, 2 * size);
                ranges = Arrays.copyOf(ranges, 2 * size);
                amounts = Arrays.copyOf(amounts, 2 * size);
            }
            kinds[size] = kind;
            ranges[size] = places;
            amounts[size++] = amount;
        }

        /**
         * Returns the partition, to which nothing can be added any more.
         *
         * @throws IllegalStateException if it was built before
         */
        public ResourcePartition build() {
            checkUnbuilt();
            built = true;
            return new ImmutablePartition(kinds, ranges, amounts, size);
        }

        private void checkUnbuilt() {
            if (built) {
                throw new IllegalStateException("partition: built already");
            }
        }
    }
}
