package org.gpumediator.testkit.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;

/**
 * Makes the accesses of a trace again, on another virtual GPU, and compares what the reads answer.
 *
 * <pre>{@code
 * ReplayReport report =
 *         TraceReplay.of(AccessTrace.read(file))
 *                 .stepping(16, this::step)
 *                 .excusing((region, offset) -> region == 0 && offset == 0x44018)
 *                 .run(vmm.gpu());
 * assertThat(report.differences()).isEmpty();
 * }</pre>
 *
 * <p>Works on the handlers of the regions: also accesses to direct windows are trapped. The test
 * does before what is not in a trace: sizes and places the BARs, enables the function.
 *
 * <p>Can be run several times, each time on a virtual GPU that is as the recorded one was at the
 * beginning. Not safe for use by multiple threads.
 */
public final class TraceReplay {

    private static final int REGIONS = TrapRegion.EXPANSION_ROM + 1;

    /** Says which reads are not held against the recording. */
    @FunctionalInterface
    public interface Excuse {

        /**
         * Returns whether the answer may differ: it depends on time, or on memory of the guest,
         * which the trace does not hold. Called in the thread of the replay.
         *
         * @param region BAR number, 6 for the expansion ROM
         * @param offset byte offset of the read's first byte from the start of the region
         */
        boolean covers(int region, long offset);
    }

    private final AccessTrace trace;
    private int interval = 1;
    private Runnable step = () -> {};
    private Excuse excuse = (region, offset) -> false;

    private TraceReplay(AccessTrace trace) {
        this.trace = trace;
    }

    /** Returns a replay that steps nothing and excuses nothing. */
    public static TraceReplay of(AccessTrace trace) {
        return new TraceReplay(Objects.requireNonNull(trace, "trace"));
    }

    /**
     * Sets what lets time pass. Called between accesses, and once after the last one.
     *
     * @param accesses after how many accesses it is called, positive
     * @param callback moves the clock, the GPU and the mediator; what it throws ends the replay
     * @return this
     * @throws IllegalArgumentException if {@code accesses} is not positive
     */
    public TraceReplay stepping(int accesses, Runnable callback) {
        if (accesses <= 0) {
            throw new IllegalArgumentException(
                    "a step each " + accesses + " accesses: expected 1 or more");
        }
        interval = accesses;
        step = Objects.requireNonNull(callback, "callback");
        return this;
    }

    /**
     * Sets which reads are not held against the recording; none unless set.
     *
     * @return this
     */
    public TraceReplay excusing(Excuse which) {
        excuse = Objects.requireNonNull(which, "which");
        return this;
    }

    /**
     * Makes all accesses, in the order of the trace, on the calling thread.
     *
     * @return what was done, and which reads answered otherwise than recorded
     * @throws IllegalArgumentException if the trace has an access that is not wholly inside a
     *     region of this virtual GPU; nothing has been accessed then
     */
    public ReplayReport run(VirtualGpu vgpu) {
        TrapHandler[] handlers = handlers(vgpu);
        Tally held = new Tally();
        Tally excused = new Tally();
        long reads = 0;
        long excusedReads = 0;
        long steps = 0;
        for (int i = 0; i < trace.size(); i++) {
            int region = trace.region(i);
            long offset = trace.offset(i);
            TrapHandler handler = handlers[region];
            if (trace.isWrite(i)) {
                handler.write(offset, trace.width(i), trace.value(i));
            } else {
                reads++;
                long answer = handler.read(offset, trace.width(i));
                boolean mayDiffer = excuse.covers(region, offset);
                excusedReads += mayDiffer ? 1 : 0;
                if (answer != trace.value(i)) {
                    (mayDiffer ? excused : held).add(region, offset, i, trace.value(i), answer);
                }
            }
            if ((i + 1) % interval == 0 || i + 1 == trace.size()) {
                step.run();
                steps++;
            }
        }
        return new ReplayReport(
                reads, trace.size() - reads, excusedReads, steps, held.sorted(), excused.sorted());
    }

    private TrapHandler[] handlers(VirtualGpu vgpu) {
        TrapHandler[] handlers = new TrapHandler[REGIONS];
        long[] lengths = new long[REGIONS];
        for (TrapRegion region : vgpu.regions()) {
            handlers[region.index()] = region.handler();
            lengths[region.index()] = region.length();
        }
        for (int i = 0; i < trace.size(); i++) {
            int region = trace.region(i);
            if (trace.offset(i) > lengths[region] - trace.width(i)) {
                throw new IllegalArgumentException(
                        String.format(
                                "access %d to 0x%x of region %d: %s has 0x%x bytes there",
                                i, trace.offset(i), region, vgpu.name(), lengths[region]));
            }
        }
        return handlers;
    }

    /** Differences by place. */
    private static final class Tally {

        private record Place(int region, long offset) {}

        private final Map<Place, ReplayReport.Difference> byPlace = new HashMap<>();

        void add(int region, long offset, int index, long recorded, long replayed) {
            byPlace.merge(
                    new Place(region, offset),
                    new ReplayReport.Difference(region, offset, 1, index, recorded, replayed),
                    (first, next) ->
                            new ReplayReport.Difference(
                                    region,
                                    offset,
                                    first.count() + 1,
                                    first.firstIndex(),
                                    first.recorded(),
                                    first.replayed()));
        }

        List<ReplayReport.Difference> sorted() {
            List<ReplayReport.Difference> all = new ArrayList<>(byPlace.values());
            all.sort(
                    Comparator.comparingInt(ReplayReport.Difference::region)
                            .thenComparingLong(ReplayReport.Difference::offset));
            return all;
        }
    }
}
