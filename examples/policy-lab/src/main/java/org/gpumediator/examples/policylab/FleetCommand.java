package org.gpumediator.examples.policylab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.examples.policylab.fleet.AdaBoards;
import org.gpumediator.examples.policylab.fleet.BoardModel;
import org.gpumediator.examples.policylab.fleet.FleetDemand;
import org.gpumediator.examples.policylab.fleet.FleetLab;
import org.gpumediator.examples.policylab.fleet.FleetPolicy;
import org.gpumediator.examples.policylab.fleet.Stream;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs streams of requests against a fleet of boards. */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        description = "Board mode: virtual GPUs of named types come and go on a fleet of boards.")
final class FleetCommand extends LabCommand {

    @Option(
            names = "--boards",
            paramLabel = "BOARD=N",
            description =
                    "How many boards of a model, such as L40=100; repeatable. Default: L40=40.")
    private @Nullable Map<AdaBoard, Integer> boards;

    @Option(
            names = "--mode",
            description =
                    "Whether sizes are mixed: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private PlacementMode mode = PlacementMode.HETEROGENEOUS;

    @Option(
            names = "--place",
            description =
                    "Policy inside a board: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private VfPlacementPolicy place = VfPlacementPolicy.KEEP_MOST_CREATABLE;

    @Option(
            names = "--place-file",
            paramLabel = "FILE.java|CLASS",
            description = "A PartitionPolicy of your own instead, in one file.")
    private @Nullable String placeFile;

    @Option(
            names = "--policy",
            paramLabel = "FILE.java|CLASS",
            description = "A FleetPolicy of your own, in one file; repeatable.")
    private @Nullable List<String> policies;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Columns arrival_s, lifetime_s, type; repeatable.")
    private @Nullable List<Path> traces;

    @Option(
            names = "--event-log",
            paramLabel = "FILE",
            description = "Columns time_s or timestamp, event, id, type; repeatable.")
    private @Nullable List<Path> logs;

    @Option(
            names = "--openb",
            paramLabel = "FILE",
            description =
                    "An openb pod list with times; sizes become types of the first board."
                            + " Repeatable.")
    private @Nullable List<Path> openb;

    @Option(names = "--requests", description = "How many to generate. Default: ${DEFAULT-VALUE}.")
    private int requests = 4000;

    @Option(
            names = "--seed",
            description = "Of the first stream that is generated. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "How many of each kind to generate. Default: ${DEFAULT-VALUE}.")
    private int seeds = 1;

    @Override
    String title() {
        return "Policy lab: placement, board mode";
    }

    @Override
    String addTo(Report report) {
        Map<AdaBoard, Integer> counts =
                boards == null ? Map.of(AdaBoard.L40, 40) : new LinkedHashMap<>(boards);
        PartitionPolicy inside =
                placeFile == null ? place : PolicyLoader.load(placeFile, PartitionPolicy.class);
        FleetLab lab =
                new FleetLab(
                        streams(counts),
                        () -> {
                            Map<BoardModel, Integer> fleet = new LinkedHashMap<>();
                            counts.forEach(
                                    (board, count) ->
                                            fleet.put(AdaBoards.of(board, mode, inside), count));
                            return fleet;
                        },
                        policies(policies, FleetPolicy.class),
                        threads,
                        this::progress);
        lab.addTo(report);
        return lab.table().text() + "\n" + lab.decisionTimes().text();
    }

    private List<Stream> streams(Map<AdaBoard, Integer> counts) {
        AdaBoard first = counts.keySet().iterator().next();
        Map<String, Integer> sizes = AdaBoards.sizes(first, mode);
        List<Stream> streams = new ArrayList<>();
        given(traces).forEach(file -> streams.add(Stream.trace(file)));
        given(logs).forEach(file -> streams.add(Stream.eventLog(file)));
        given(openb).forEach(file -> streams.add(Stream.openb(file, sizes)));
        for (long next = seed; streams.size() < 3 * seeds && isGenerated(); next++) {
            for (Stream one : FleetDemand.generated(sizes, counts, requests, next)) {
                streams.add(next == seed ? one : one.named(one.name() + "-" + next));
            }
        }
        return streams;
    }

    private boolean isGenerated() {
        return traces == null && logs == null && openb == null;
    }
}
