package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.gpumediator.examples.policylab.common.Parallel;
import org.gpumediator.examples.policylab.report.LineChart;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.report.Table;

/** Runs streams of requests against a fleet under every policy, and tells what came of it. */
public final class FleetLab {

    private record Job(Stream stream, FleetPolicy policy) {}

    private final List<Job> jobs = new ArrayList<>();
    private final List<FleetRun.Result> results;

    /**
     * Runs everything.
     *
     * @param fleet makes the models and says how many boards of each; asked once a run
     * @param more policies beside {@link FleetPolicies#all}
     */
    public FleetLab(
            List<Stream> streams,
            Supplier<Map<BoardModel, Integer>> fleet,
            List<FleetPolicy> more,
            int threads,
            Parallel.Progress progress) {
        for (Stream stream : streams) {
            FleetPolicies.all(stream.demand()).forEach(policy -> jobs.add(new Job(stream, policy)));
            more.forEach(policy -> jobs.add(new Job(stream, policy)));
        }
        results =
                Parallel.map(
                        jobs,
                        threads,
                        progress,
                        job ->
                                new FleetRun(new Fleet(fleet.get(), job.policy, 1), job.stream)
                                        .run());
    }

    /** Returns a line for each stream and policy. */
    public Table table() {
        Table table =
                new Table(
                        List.of(
                                "stream",
                                "policy",
                                "requests",
                                "accepted %",
                                "used %",
                                "fragments % of free",
                                "refused though free",
                                "refused for"));
        for (int i = 0; i < jobs.size(); i++) {
            Job job = jobs.get(i);
            FleetRun.Result result = results.get(i);
            List<String> reasons = new ArrayList<>();
            new TreeMap<>(result.refused())
                    .forEach((kind, count) -> reasons.add(kind + " " + count));
            table.row(
                    List.of(
                            job.stream.name(),
                            job.policy.title(),
                            Integer.toString(job.stream.requests().size()),
                            two(result.acceptance()),
                            two(result.utilisation()),
                            two(result.fragmented()),
                            Integer.toString(result.refusedThoughFree()),
                            String.join(" ", reasons)));
        }
        return table;
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** Adds what came of the runs to a report. */
    public void addTo(Report report) {
        report.heading("Board mode: virtual GPUs of named types come and go")
                .paragraph(
                        "Each board has an inventory and a partition policy; the policy of a line"
                                + " chooses the board. Fragments are what is free and a type could"
                                + " not use if it alone came, weighted by how common the types are."
                                + " Refused though free: the boards together had room enough. There"
                                + " is nothing published to compare these numbers with.")
                .table("fleet", table());
        for (Stream stream : jobs.stream().map(Job::stream).distinct().toList()) {
            LineChart chart =
                    new LineChart(stream.name() + ": fleet in use", "time, s", "given out, %");
            for (int i = 0; i < jobs.size(); i++) {
                if (jobs.get(i).stream == stream) {
                    FleetRun.Result result = results.get(i);
                    chart.line(jobs.get(i).policy.title(), result.times(), result.utilisations());
                }
            }
            report.chart("fleet-" + stream.name(), chart);
        }
    }
}
