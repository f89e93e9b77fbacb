package org.gpumediator.testkit.trace;

import java.util.List;

/**
 * What a replay has found.
 *
 * @param reads how many reads were made
 * @param writes how many writes were made
 * @param excusedReads how many of the reads were not held against the recording
 * @param steps how often the callback between accesses was called
 * @param differences places that a read answered otherwise than recorded, by rising region and
 *     offset
 * @param excusedDifferences the same among the excused reads
 */
public record ReplayReport(
        long reads,
        long writes,
        long excusedReads,
        long steps,
        List<Difference> differences,
        List<Difference> excusedDifferences) {

    /** Copies the lists. */
    public ReplayReport {
        differences = List.copyOf(differences);
        excusedDifferences = List.copyOf(excusedDifferences);
    }

    /**
     * A place that was read with another answer than recorded.
     *
     * @param region BAR number, 6 for the expansion ROM
     * @param offset byte offset from the start of the region
     * @param count how many reads there answered otherwise, positive
     * @param firstIndex the first of them: its index in the trace
     * @param recorded what that one answered when it was recorded
     * @param replayed what it answered now
     */
    public record Difference(
            int region, long offset, long count, int firstIndex, long recorded, long replayed) {

        @Override
        public String toString() {
            return String.format(
                    "region %d at 0x%x: %d reads differ, first access %d: recorded 0x%x, now 0x%x",
                    region, offset, count, firstIndex, recorded, replayed);
        }
    }
}
