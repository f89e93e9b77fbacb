package org.gpumediator.nvidia.vf.placement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.gpumediator.api.partition.ResourceRange;

/** What is left of a run of places between ranges that are taken. */
final class RangeHoles {

    private RangeHoles() {}

    /**
     * Returns the free runs of {@code [0, end)}, ascending and maximal.
     *
     * @param taken ranges in any order; they may overlap and may leave the run
     */
    static List<ResourceRange> of(long end, List<ResourceRange> taken) {
        List<ResourceRange> sorted = new ArrayList<>(taken);
        Collections.sort(sorted);
        List<ResourceRange> holes = new ArrayList<>();
        long free = 0;
        for (ResourceRange range : sorted) {
            long until = Math.min(range.start(), end);
            if (until > free) {
                holes.add(new ResourceRange(free, until - free));
            }
            free = Math.max(free, range.end());
        }
        if (end > free) {
            holes.add(new ResourceRange(free, end - free));
        }
        return holes;
    }

    /**
     * Returns the starts that put a range at either end of a hole, without repetition.
     *
     * @param unit every start is a multiple of this
     */
    static List<Long> starts(List<ResourceRange> holes, long length, long unit) {
        List<Long> starts = new ArrayList<>();
        for (ResourceRange hole : holes) {
            long low = (hole.start() + unit - 1) / unit * unit;
            long high = (hole.end() - length) / unit * unit;
            if (low <= high) {
                starts.add(low);
            }
            if (low < high) {
                starts.add(high);
            }
        }
        return starts;
    }

    static long longest(List<ResourceRange> holes) {
        return holes.stream().mapToLong(ResourceRange::length).max().orElse(0);
    }

    static long sum(List<ResourceRange> holes) {
        return holes.stream().mapToLong(ResourceRange::length).sum();
    }
}
