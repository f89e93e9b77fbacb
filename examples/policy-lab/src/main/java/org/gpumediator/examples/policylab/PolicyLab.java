package org.gpumediator.examples.policylab;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.examples.policylab.fleet.AdaBoards;
import org.gpumediator.examples.policylab.fleet.BoardModel;
import org.gpumediator.examples.policylab.fleet.FleetDemand;
import org.gpumediator.examples.policylab.fleet.FleetLab;
import org.gpumediator.examples.policylab.fleet.FleetPolicy;
import org.gpumediator.examples.policylab.fleet.Stream;
import org.gpumediator.examples.policylab.paper.NodePolicy;
import org.gpumediator.examples.policylab.paper.OpenbFiles;
import org.gpumediator.examples.policylab.paper.PaperLab;
import org.gpumediator.examples.policylab.paper.SyntheticWorkload;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.scheduling.Scenario;
import org.gpumediator.examples.policylab.scheduling.SchedulingLab;
import org.gpumediator.examples.policylab.scheduling.Workload;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program: tries policies out and writes a report. */
@Command(
        name = "policy-lab",
        mixinStandardHelpOptions = true,
        version = "policy-lab 0.1.0",
        description = "Tries partition and scheduling policies out, without any GPU.")
public final class PolicyLab {

    /** What every part takes. */
    static final class Common {

        @Spec(Spec.Target.MIXEE)
        @Nullable CommandSpec spec;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "Folder for the report. Default: ${DEFAULT-VALUE}.")
        Path out = Path.of("policy-lab-report");

        @Option(
                names = "--threads",
                paramLabel = "N",
                description = "Runs at once. Default: ${DEFAULT-VALUE}.")
        int threads = 2;

        void progress(int done, int all) {
            PrintWriter err = commandLine().getErr();
            err.print("\r" + done + " of " + all + " runs" + (done == all ? "\n" : ""));
            err.flush();
        }

        private CommandLine commandLine() {
            return Objects.requireNonNull(spec, "spec").commandLine();
        }

        void finish(Report report, String text) {
            PrintWriter printer = commandLine().getOut();
            printer.print(text);
            printer.println("report: " + report.write(out));
            printer.flush();
        }
    }

    private PolicyLab() {}

    /** Runs the program and ends the process with its status: 2 for a bad option. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** Returns the program, to be run with other outputs. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new PolicyLab());
        line.setExecutionExceptionHandler(
                (problem, command, parsed) -> {
                    if (problem instanceof IllegalArgumentException
                            || problem instanceof UncheckedIOException) {
                        command.getErr().println("policy-lab: " + problem.getMessage());
                        return CommandLine.ExitCode.USAGE;
                    }
                    throw problem;
                });
        return line;
    }

    /** Makes the published runs of fragmentation gradient descent again. */
    @Command(
            name = "paper",
            mixinStandardHelpOptions = true,
            description =
                    "Paper mode: the published runs of fragmentation gradient descent and its"
                            + " rivals, on their trace or a made-up workload.")
    int paper(
            @Mixin Common common,
            @Option(
                            names = "--openb",
                            paramLabel = "DIR",
                            description =
                                    "Folder of the openb files. Without it a made-up workload"
                                            + " runs.")
                    @Nullable Path openb,
            @Option(
                            names = "--workload",
                            paramLabel = "NAME",
                            description =
                                    "What follows openb_pod_list_; repeatable. Default: default.")
                    @Nullable List<String> names,
            @Option(
                            names = "--seeds",
                            paramLabel = "N",
                            defaultValue = "10",
                            description =
                                    "How many runs each, from seed 42 on. Default:"
                                            + " ${DEFAULT-VALUE}.")
                    int seeds,
            @Option(
                            names = "--policy",
                            paramLabel = "FILE.java|CLASS",
                            description = "A NodePolicy of your own, in one file; repeatable.")
                    @Nullable List<String> policies) {
        List<org.gpumediator.examples.policylab.paper.Workload> workloads = new ArrayList<>();
        if (openb == null) {
            workloads.add(SyntheticWorkload.of(150, 1));
        } else {
            for (String name : names == null ? List.of("default") : names) {
                workloads.add(OpenbFiles.read(openb, name));
            }
        }
        List<NodePolicy> more = new ArrayList<>();
        for (String file : orNone(policies)) {
            more.add(PolicyLoader.load(file, NodePolicy.class));
        }
        List<Long> all = LongStream.range(42, 42 + seeds).boxed().toList();
        PaperLab lab = PaperLab.run(workloads, all, more, common.threads, common::progress);
        Report report = new Report("Policy lab: placement, paper mode");
        lab.addTo(report);
        common.finish(report, lab.comparison().text());
        return 0;
    }

    /** Runs streams of requests against a fleet of boards. */
    @Command(
            name = "fleet",
            mixinStandardHelpOptions = true,
            description =
                    "Board mode: virtual GPUs of named types come and go on a fleet of boards.")
    int fleet(
            @Mixin Common common,
            @Option(
                            names = "--boards",
                            paramLabel = "BOARD=N",
                            description =
                                    "How many boards of a model, such as L40=100; repeatable."
                                            + " Default: L40=40.")
                    @Nullable Map<AdaBoard, Integer> boards,
            @Option(
                            names = "--mode",
                            defaultValue = "HETEROGENEOUS",
                            description =
                                    "Whether sizes are mixed: ${COMPLETION-CANDIDATES}. Default:"
                                            + " ${DEFAULT-VALUE}.")
                    PlacementMode mode,
            @Option(
                            names = "--place",
                            defaultValue = "KEEP_MOST_CREATABLE",
                            description =
                                    "Policy inside a board: ${COMPLETION-CANDIDATES}. Default:"
                                            + " ${DEFAULT-VALUE}.")
                    VfPlacementPolicy place,
            @Option(
                            names = "--place-file",
                            paramLabel = "FILE.java|CLASS",
                            description = "A PartitionPolicy of your own instead, in one file.")
                    @Nullable String placeFile,
            @Option(
                            names = "--policy",
                            paramLabel = "FILE.java|CLASS",
                            description = "A FleetPolicy of your own, in one file; repeatable.")
                    @Nullable List<String> policies,
            @Option(
                            names = "--trace",
                            paramLabel = "FILE",
                            description = "Columns arrival_s, lifetime_s, type; repeatable.")
                    @Nullable List<Path> traces,
            @Option(
                            names = "--event-log",
                            paramLabel = "FILE",
                            description =
                                    "Columns time_s, event (create or delete), id, type;"
                                            + " repeatable.")
                    @Nullable List<Path> logs,
            @Option(
                            names = "--openb",
                            paramLabel = "FILE",
                            description =
                                    "An openb pod list with times; sizes become types of the first"
                                            + " board. Repeatable.")
                    @Nullable List<Path> openb,
            @Option(
                            names = "--requests",
                            defaultValue = "4000",
                            description = "How many to generate. Default: ${DEFAULT-VALUE}.")
                    int requests,
            @Option(
                            names = "--seed",
                            defaultValue = "1",
                            description = "For what is generated. Default: ${DEFAULT-VALUE}.")
                    long seed) {
        Map<AdaBoard, Integer> counts =
                boards == null ? Map.of(AdaBoard.L40, 40) : new LinkedHashMap<>(boards);
        PartitionPolicy inside =
                placeFile == null ? place : PolicyLoader.load(placeFile, PartitionPolicy.class);
        AdaBoard first = counts.keySet().iterator().next();
        Map<String, Integer> sizes = AdaBoards.sizes(first, mode);
        List<Stream> streams = new ArrayList<>();
        orNone(traces).forEach(file -> streams.add(Stream.trace(file)));
        orNone(logs).forEach(file -> streams.add(Stream.eventLog(file)));
        orNone(openb).forEach(file -> streams.add(Stream.openb(file, sizes)));
        if (streams.isEmpty()) {
            streams.addAll(FleetDemand.generated(sizes, counts, requests, seed));
        }
        List<FleetPolicy> more = new ArrayList<>();
        orNone(policies).forEach(file -> more.add(PolicyLoader.load(file, FleetPolicy.class)));
        FleetLab lab =
                new FleetLab(
                        streams,
                        () -> {
                            Map<BoardModel, Integer> fleet = new LinkedHashMap<>();
                            counts.forEach(
                                    (board, count) ->
                                            fleet.put(AdaBoards.of(board, mode, inside), count));
                            return fleet;
                        },
                        more,
                        common.threads,
                        common::progress);
        Report report = new Report("Policy lab: placement, board mode");
        lab.addTo(report);
        common.finish(report, lab.table().text() + "\n" + lab.decisionTimes().text());
        return 0;
    }

    /** Runs guests on one group of engines. */
    @Command(
            name = "schedule",
            mixinStandardHelpOptions = true,
            description =
                    "Guests with workloads share one group of engines in virtual time, under every"
                            + " scheduling policy.")
    int schedule(
            @Mixin Common common,
            @Option(
                            names = "--scenario",
                            paramLabel = "NAME",
                            description =
                                    "desktop, office, hog, hostile, weights or overload;"
                                            + " repeatable. Default: all.")
                    @Nullable List<String> scenarios,
            @Option(
                            names = "--policy",
                            paramLabel = "FILE.java|CLASS",
                            description =
                                    "A SchedulingPolicy of your own, in one file; repeatable.")
                    @Nullable List<String> policies,
            @Option(
                            names = "--millis",
                            defaultValue = "5000",
                            description = "Virtual time of a run. Default: ${DEFAULT-VALUE}.")
                    int millis,
            @Option(
                            names = "--seed",
                            defaultValue = "1",
                            description = "For workloads that draw. Default: ${DEFAULT-VALUE}.")
                    long seed) {
        List<Scenario> all = Scenario.all();
        List<String> names = all.stream().map(Scenario::name).toList();
        for (String name : orNone(scenarios)) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(
                        "scenario " + name + ": expected one of " + names);
            }
        }
        List<SchedulingPolicy> more = new ArrayList<>();
        orNone(policies).forEach(it -> more.add(PolicyLoader.load(it, SchedulingPolicy.class)));
        SchedulingLab lab =
                new SchedulingLab(
                        all.stream()
                                .filter(one -> scenarios == null || scenarios.contains(one.name()))
                                .toList(),
                        more,
                        millis * Workload.MILLI,
                        seed,
                        common.threads,
                        common::progress);
        Report report = new Report("Policy lab: scheduling");
        lab.addTo(report);
        common.finish(report, lab.table().text());
        return 0;
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
