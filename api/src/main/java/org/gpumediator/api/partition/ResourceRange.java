package org.gpumediator.api.partition;

/**
 * A half-open range of places of one resource.
 *
 * @param start first place; not negative
 * @param length how many; positive
 */
public record ResourceRange(long start, long length) implements Comparable<ResourceRange> {

    /**
     * Validates the range.
     *
     * @throws IllegalArgumentException if the start is negative, the length is not positive, or the
     *     end overflows
     */
    public ResourceRange {
        if (start < 0 || length <= 0 || start > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException(
                    "range "
                            + start
                            + "+"
                            + length
                            + ": expected start >= 0, length > 0, end <= "
                            + Long.MAX_VALUE);
        }
    }

    /** Returns the first place behind the range. */
    public long end() {
        return start + length;
    }

    /** Returns whether {@code other} lies wholly in this range. */
    public boolean contains(ResourceRange other) {
        return start <= other.start && other.end() <= end();
    }

    /** Returns whether the two ranges share a place. */
    public boolean overlaps(ResourceRange other) {
        return start < other.end() && other.start < end();
    }

    @Override
    public int compareTo(ResourceRange other) {
        int byStart = Long.compare(start, other.start);
        return byStart != 0 ? byStart : Long.compare(length, other.length);
    }
}
