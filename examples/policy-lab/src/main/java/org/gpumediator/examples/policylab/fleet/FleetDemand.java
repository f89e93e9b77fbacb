package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.nvidia.vf.types.AdaBoard;

/** Made-up demand that fills a fleet. */
public final class FleetDemand {

    private static final double MEAN_LIFETIME_SECONDS = 3600;

    /** How much more is asked for than there is. */
    private static final double LOAD = 1.15;

    private FleetDemand() {}

    /**
     * Makes a stream of each kind of arrivals. The smaller a type, the more often it is asked for,
     * so that each size asks for about as much.
     *
     * @param sizes types, and how many thousandths of a board each is
     * @param boards how many there are of each model
     * @param requests how many in each stream
     */
    public static List<Stream> generated(
            Map<String, Integer> sizes, Map<AdaBoard, Integer> boards, int requests, long seed) {
        Map<String, Integer> mix = new LinkedHashMap<>();
        double tickets = 0;
        double boardsPerTicket = 0;
        for (Map.Entry<String, Integer> size : sizes.entrySet()) {
            int weight = Math.max(1, 1000 / size.getValue());
            mix.put(size.getKey(), weight);
            tickets += weight;
            boardsPerTicket += weight * size.getValue() / 1000.0;
        }
        int count = boards.values().stream().mapToInt(Integer::intValue).sum();
        double perSecond = LOAD * count / (boardsPerTicket / tickets * MEAN_LIFETIME_SECONDS);
        List<Stream> streams = new ArrayList<>();
        for (Stream.Arrivals arrivals : Stream.Arrivals.values()) {
            streams.add(
                    Stream.generated(
                            arrivals, requests, perSecond, MEAN_LIFETIME_SECONDS, mix, seed));
        }
        return streams;
    }
}
