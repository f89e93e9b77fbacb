package org.gpumediator.api.partition;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The one implementation of {@link ResourcePartition}: a row for each resource, checked once. */
final class ImmutablePartition implements ResourcePartition {

    private final ResourceKind[] kinds;
    private final List<?>[] ranges;
    private final long[] amounts;
    private final int size;

    /** Takes the first rows of arrays that nobody changes any more. */
    ImmutablePartition(ResourceKind[] kinds, List<?>[] ranges, long[] amounts, int size) {
        this.kinds = kinds;
        this.ranges = ranges;
        this.amounts = amounts;
        this.size = size;
    }

    /** Returns the places of a resource, checked and ascending. */
    static List<ResourceRange> sorted(ResourceKind kind, List<ResourceRange> places) {
        if (kind.shape() != ResourceKind.Shape.RANGE) {
            throw new IllegalArgumentException(kind.name() + ": a counted resource has no ranges");
        }
        List<ResourceRange> sorted =
                places.size() <= 1 ? List.copyOf(places) : places.stream().sorted().toList();
        long free = 0;
        for (ResourceRange range : sorted) {
            if (range.start() % kind.granularity() != 0
                    || range.length() % kind.granularity() != 0) {
                throw new IllegalArgumentException(
                        kind.name()
                                + " "
                                + range.start()
                                + "+"
                                + range.length()
                                + ": expected multiples of "
                                + kind.granularity());
            }
            if (range.start() < free) {
                throw new IllegalArgumentException(
                        kind.name()
                                + " "
                                + range.start()
                                + "+"
                                + range.length()
                                + ": overlaps its neighbour");
            }
            free = range.end();
        }
        return sorted;
    }

    static long sum(List<ResourceRange> places) {
        long sum = 0;
        for (ResourceRange range : places) {
            sum += range.length();
        }
        return sum;
    }

    static void checkCount(ResourceKind kind, long count) {
        if (kind.shape() != ResourceKind.Shape.COUNT) {
            throw new IllegalArgumentException(
                    kind.name() + ": expected ranges, got the count " + count);
        }
        if (count < 0 || count % kind.granularity() != 0) {
            throw new IllegalArgumentException(
                    kind.name()
                            + " "
                            + count
                            + ": expected a multiple of "
                            + kind.granularity()
                            + ", not negative");
        }
    }

    /** Returns the row of a resource, or -1. There are few: looking beats hashing. */
    private int row(ResourceKind kind) {
        for (int i = 0; i < size; i++) {
            if (kinds[i] == kind) { // as good as always
                return i;
            }
        }
        for (int i = 0; i < size; i++) {
            if (kinds[i].equals(kind)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Set<ResourceKind> kinds() {
        return Collections.unmodifiableSet(
                new LinkedHashSet<>(Arrays.asList(kinds).subList(0, size)));
    }

    @Override
    @SuppressWarnings("unchecked") // the builder puts nothing else in
    public List<ResourceRange> ranges(ResourceKind kind) {
        int row = row(kind);
        return row < 0 ? List.of() : (List<ResourceRange>) ranges[row];
    }

    @Override
    public long amount(ResourceKind kind) {
        int row = row(kind);
        return row < 0 ? 0 : amounts[row];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof ImmutablePartition that) || size != that.size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            int row = that.row(kinds[i]);
            if (row < 0 || amounts[i] != that.amounts[row] || !ranges[i].equals(that.ranges[row])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 0; // the order does not count
        for (int i = 0; i < size; i++) {
            hash +=
                    31 * (31 * kinds[i].hashCode() + Long.hashCode(amounts[i]))
                            + ranges[i].hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        for (int i = 0; i < size; i++) {
            String at = "";
            for (ResourceRange range : ranges(kinds[i])) {
                at += String.format(" [0x%x,0x%x)", range.start(), range.end());
            }
            text.add(kinds[i].name() + "=" + kinds[i].format(amounts[i]) + at);
        }
        return text.toString();
    }
}
