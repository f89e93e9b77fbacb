package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.gpumediator.examples.policylab.common.Parallel;
import org.gpumediator.examples.policylab.common.Percentiles;
import org.gpumediator.examples.policylab.fleet.FleetRun.Curves;
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
                                "scattered %",
                                "refused though free",
                                "of them movable",
                                "moves needed",
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
                            two(Curves.mean(result.curves().used())),
                            two(Curves.mean(result.curves().fragmented())),
                            two(Curves.mean(result.curves().scattered())),
                            Integer.toString(result.refusedThoughFree()),
                            Integer.toString(result.movable()),
                            Integer.toString(result.moves()),
                            String.join(" ", reasons)));
        }
        return table;
    }

    /**
     * Returns how long decisions took, and a request with all that it brings about (its departure,
     * what is kept of the fleet), in microseconds. Not part of the report, which is the same bytes
     * in every run.
     */
    public Table decisionTimes() {
        Table table =
                new Table(
                        List.of(
                                "stream",
                                "policy",
                                "request us",
                                "decision us",
                                "median",
                                "99 %",
                                "most"));
        for (int i = 0; i < jobs.size(); i++) {
            FleetRun.Result result = results.get(i);
            Percentiles nanos = result.decisions();
            int requests = Math.max(1, jobs.get(i).stream.requests().size());
            table.row(
                    List.of(
                            jobs.get(i).stream.name(),
                            jobs.get(i).policy.title(),
                            two(result.nanos() / 1000.0 / requests),
                            two(nanos.mean() / 1000),
                            two(nanos.at(50) / 1000.0),
                            two(nanos.at(99) / 1000.0),
                            two(nanos.at(100) / 1000.0)));
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
                                + " chooses the board. Fragments: what is free and a type could not"
                                + " use if it alone came, weighted by how common the types are (the"
                                + " measure of FGD). Scattered: what of the room of each board is"
                                + " lost because it is not in one place. Refused though free: the"
                                + " boards together had room enough. Movable: moving virtual GPUs"
                                + " off the emptiest board to others would have served it. There is"
                                + " nothing published to compare these numbers with.")
                .table("fleet", table());
        for (Stream stream : jobs.stream().map(Job::stream).distinct().toList()) {
            chart(report, stream, "used", "fleet in use", "given out, %", Curves::used);
            chart(report, stream, "fragments", "fragments", "% of free", Curves::fragmented);
        }
    }

    private void chart(
            Report report,
            Stream stream,
            String name,
            String title,
            String axis,
            Function<Curves, double[]> curve) {
        LineChart chart = new LineChart(stream.name() + ": " + title, "time, s", axis);
        for (int i = 0; i < jobs.size(); i++) {
            if (jobs.get(i).stream == stream) {
                Curves curves = results.get(i).curves();
                chart.line(jobs.get(i).policy.title(), curves.times(), curve.apply(curves));
            }
        }
        report.chart("fleet-" + name + "-" + stream.name(), chart);
    }
}
