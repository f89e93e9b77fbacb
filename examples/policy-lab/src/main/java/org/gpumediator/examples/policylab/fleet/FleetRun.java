package org.gpumediator.examples.policylab.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.gpumediator.examples.policylab.common.Percentiles;
import org.gpumediator.examples.policylab.fleet.Stream.Request;

/**
 * One stream of requests against one fleet. Who finds no board is refused and does not come back.
 */
public final class FleetRun {

    private static final int SAMPLES = 100;

    private record Departure(double at, long number, Fleet.Placed placed)
            implements Comparable<Departure> {

        @Override
        public int compareTo(Departure other) {
            int byTime = Double.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /**
     * What came of it.
     *
     * @param accepted requests placed
     * @param refused requests refused, by the resource that the emptiest board lacked
     * @param refusedThoughFree refused although the boards together had room enough
     * @param movable those of them that moving virtual GPUs off the emptiest board would have
     *     served
     * @param moves how many would have had to move for them, all together
     * @param curves what was measured on the way
     * @param decisions nanoseconds that each decision took; this and {@code nanos} are all that
     *     differs from one run to the next
     * @param nanos how long the run took: decisions, departures and what is kept of the fleet
     */
    public record Result(
            int accepted,
            Map<String, Integer> refused,
            int refusedThoughFree,
            int movable,
            int moves,
            Curves curves,
            Percentiles decisions,
            long nanos) {

        /** Returns the percent of the requests that were placed. */
        public double acceptance() {
            int no = refused.values().stream().mapToInt(Integer::intValue).sum();
            return accepted + no == 0 ? 100 : 100.0 * accepted / (accepted + no);
        }
    }

    /**
     * What was measured at even steps of the stream, in percent.
     *
     * @param times when, in seconds
     * @param used what of the fleet was given out
     * @param fragmented what of the free room is fragments as the demand sees it
     * @param scattered what of the boards' free room is lost by not being in one place
     */
    public record Curves(double[] times, double[] used, double[] fragmented, double[] scattered) {

        private Curves(int samples) {
            this(
                    new double[samples],
                    new double[samples],
                    new double[samples],
                    new double[samples]);
        }

        /** Returns the mean of a curve; 0 if it is empty. */
        public static double mean(double[] curve) {
            return Arrays.stream(curve).average().orElse(0);
        }
    }

    private final Fleet fleet;
    private final Stream stream;
    private final PriorityQueue<Departure> departures = new PriorityQueue<>();
    private final Map<String, Integer> refused = new TreeMap<>();
    private int accepted;
    private int refusedThoughFree;
    private int movable;
    private int moves;

    /** Prepares a run against a fleet of empty boards. */
    public FleetRun(Fleet fleet, Stream stream) {
        this.fleet = fleet;
        this.stream = stream;
    }

    /** Runs to the last arrival. */
    public Result run() {
        List<Request> requests = stream.requests();
        Map<String, Double> demand = stream.demand();
        Curves curves = new Curves(Math.min(SAMPLES, requests.size()));
        long[] nanos = new long[requests.size()];
        int samples = 0;
        long start = System.nanoTime();
        for (int i = 0; i < requests.size(); i++) {
            Request request = requests.get(i);
            while (!departures.isEmpty() && departures.element().at <= request.arrivalSeconds()) {
                fleet.remove(departures.remove().placed);
            }
            long before = System.nanoTime();
            Fleet.Placed placed = fleet.place(request.type());
            nanos[i] = System.nanoTime() - before;
            if (placed == null) {
                refuse(request.type());
            } else {
                accepted++;
                departures.add(
                        new Departure(
                                request.arrivalSeconds() + request.lifetimeSeconds(), i, placed));
            }
            if (i + 1 >= (samples + 1L) * requests.size() / curves.times.length) {
                curves.times[samples] = request.arrivalSeconds();
                curves.used[samples] = 100 * fleet.utilisation();
                curves.fragmented[samples] = 100 * fleet.fragmented(demand);
                curves.scattered[samples] = 100 * fleet.scattered();
                samples++;
            }
        }
        return new Result(
                accepted,
                refused,
                refusedThoughFree,
                movable,
                moves,
                curves,
                new Percentiles(nanos, nanos.length),
                System.nanoTime() - start);
    }

    private void refuse(String type) {
        refused.merge(fleet.lacking(type), 1, Integer::sum);
        if (fleet.hasRoomInAll(type)) {
            refusedThoughFree++;
            int needed = fleet.movesNeeded(type);
            moves += needed;
            movable += needed > 0 ? 1 : 0;
        }
    }
}
