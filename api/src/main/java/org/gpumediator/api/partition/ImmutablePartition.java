package org.gpumediator.api.partition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The one implementation of {@link ResourcePartition}: two maps, checked once. */
final class ImmutablePartition implements ResourcePartition {

    private final Map<ResourceKind, List<ResourceRange>> ranges = new LinkedHashMap<>();
    private final Map<ResourceKind, Long> amounts = new LinkedHashMap<>();
    private final Set<ResourceKind> kinds;

    ImmutablePartition(
            Map<ResourceKind, List<ResourceRange>> ranges, Map<ResourceKind, Long> counts) {
        ranges.forEach(this::addRanges);
        counts.forEach(this::addCount);
        kinds = Collections.unmodifiableSet(new LinkedHashSet<>(amounts.keySet()));
    }

    private void addRanges(ResourceKind kind, List<ResourceRange> unsorted) {
        if (kind.shape() != ResourceKind.Shape.RANGE) {
            throw new IllegalArgumentException(kind.name() + ": a counted resource has no ranges");
        }
        List<ResourceRange> sorted =
                unsorted.size() <= 1 ? List.copyOf(unsorted) : unsorted.stream().sorted().toList();
        long free = 0;
        long sum = 0;
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
            sum += range.length();
        }
        if (!sorted.isEmpty()) {
            this.ranges.put(kind, sorted);
            amounts.put(kind, sum);
        }
    }

    private void addCount(ResourceKind kind, Long count) {
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
        amounts.put(kind, count);
    }

    @Override
    public Set<ResourceKind> kinds() {
        return kinds;
    }

    @Override
    public List<ResourceRange> ranges(ResourceKind kind) {
        return ranges.getOrDefault(kind, List.of());
    }

    @Override
    public long amount(ResourceKind kind) {
        return amounts.getOrDefault(kind, 0L);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ImmutablePartition that
                && ranges.equals(that.ranges)
                && amounts.equals(that.amounts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(ranges, amounts);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        amounts.forEach(
                (kind, amount) -> {
                    String at = "";
                    for (ResourceRange range : ranges(kind)) {
                        at += String.format(" [0x%x,0x%x)", range.start(), range.end());
                    }
                    text.add(kind.name() + "=" + kind.format(amount) + at);
                });
        return text.toString();
    }
}
