package org.gpumediator.examples.policylab.fleet;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.gpumediator.examples.policylab.fleet.Stream.Request;

/**
 * One stream of requests against one fleet. Who finds no board is refused and does not come back.
 */
public final class FleetRun {

    private static final int SAMPLES = 20;

    private record Departure(double at, long number, Fleet.Placed placed) {}

    /**
     * What came of it.
     *
     * @param accepted requests placed
     * @param refused requests refused, by the resource that the emptiest board lacked
     * @param refusedThoughFree refused although the boards together had room enough: what moving
     *     virtual GPUs, or placing them better, could have saved
     * @param utilisation percent of the fleet given out, the mean over the samples
     * @param fragmented percent of what is free that is fragments as the demand sees it, the mean
     *     over the samples
     * @param times when the samples were taken, in seconds
     * @param utilisations percent of the fleet given out at each
     */
    public record Result(
            int accepted,
            Map<String, Integer> refused,
            int refusedThoughFree,
            double utilisation,
            double fragmented,
            double[] times,
            double[] utilisations) {

        /** Returns the percent of the requests that were placed. */
        public double acceptance() {
            int no = refused.values().stream().mapToInt(Integer::intValue).sum();
            return accepted + no == 0 ? 100 : 100.0 * accepted / (accepted + no);
        }
    }

    private final Fleet fleet;
    private final Stream stream;
    private final FleetPolicies.Gradient measure;
    private final PriorityQueue<Departure> departures =
            new PriorityQueue<>(
                    Comparator.comparingDouble(Departure::at).thenComparingLong(Departure::number));

    /** Prepares a run against a fleet of empty boards. */
    public FleetRun(Fleet fleet, Stream stream) {
        this.fleet = fleet;
        this.stream = stream;
        measure = new FleetPolicies.Gradient(stream.demand());
    }

    /** Runs to the last arrival. */
    public Result run() {
        List<Request> requests = stream.requests();
        Map<String, Integer> refused = new TreeMap<>();
        int accepted = 0;
        int refusedThoughFree = 0;
        int samples = Math.min(SAMPLES, requests.size());
        double[] times = new double[samples];
        double[] utilisations = new double[samples];
        double fragmented = 0;
        int taken = 0;
        for (int i = 0; i < requests.size(); i++) {
            Request request = requests.get(i);
            while (!departures.isEmpty() && departures.element().at <= request.arrivalSeconds()) {
                fleet.remove(departures.remove().placed);
            }
            Fleet.Placed placed = fleet.place(request.type());
            if (placed != null) {
                accepted++;
                departures.add(
                        new Departure(
                                request.arrivalSeconds() + request.lifetimeSeconds(), i, placed));
            } else {
                refused.merge(fleet.lacking(request.type()), 1, Integer::sum);
                refusedThoughFree += fleet.hasRoomInAll(request.type()) ? 1 : 0;
            }
            if (taken < samples && i + 1 >= (long) (taken + 1) * requests.size() / samples) {
                times[taken] = request.arrivalSeconds();
                utilisations[taken] = 100 * fleet.utilisation();
                fragmented += fragmented();
                taken++;
            }
        }
        return new Result(
                accepted,
                refused,
                refusedThoughFree,
                Arrays.stream(utilisations).average().orElse(0),
                samples == 0 ? 0 : fragmented / samples,
                times,
                utilisations);
    }

    private double fragmented() {
        double free = 0;
        double fragments = 0;
        for (int i = 0; i < fleet.boards(); i++) {
            BoardState board = fleet.board(i);
            free += (double) board.free() / board.model().capacity();
            fragments += measure.fragmentation(board);
        }
        return free < 1e-9 ? 0 : 100 * fragments / free;
    }
}
