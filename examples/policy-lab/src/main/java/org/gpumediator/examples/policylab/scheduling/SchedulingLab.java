package org.gpumediator.examples.policylab.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.core.schedule.SchedulingPolicies;
import org.gpumediator.examples.policylab.common.Parallel;
import org.gpumediator.examples.policylab.common.Percentiles;
import org.gpumediator.examples.policylab.report.LineChart;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.report.Table;

/** Runs scenarios under every policy, and tells what came of it. */
public final class SchedulingLab {

    /** So much of a run is drawn and traced. */
    private static final long SHOWN_NANOS = 250 * Workload.MILLI;

    private record Job(Scenario scenario, SchedulingPolicy policy, long seed) {}

    private final List<Job> jobs = new ArrayList<>();
    private final List<EngineRun.Result> results;

    /**
     * Runs everything.
     *
     * @param more policies beside the library's own, the lottery and earliest deadline first
     * @param nanos virtual time of each run
     * @param seed for workloads that draw
     */
    public SchedulingLab(
            List<Scenario> scenarios,
            List<SchedulingPolicy> more,
            long nanos,
            long seed,
            int threads,
            Parallel.Progress progress) {
        for (Scenario scenario : scenarios) {
            List<SchedulingPolicy> policies = new ArrayList<>();
            SchedulingPolicies.names()
                    .forEach(name -> policies.add(SchedulingPolicies.byName(name)));
            policies.add(EarliestDeadlineFirst.of(scenario.guests()));
            policies.add(new Lottery());
            policies.addAll(more);
            policies.forEach(policy -> jobs.add(new Job(scenario, policy, seed)));
        }
        results =
                Parallel.map(
                        jobs,
                        threads,
                        progress,
                        job ->
                                new EngineRun(job.scenario.guests(), job.policy, job.seed)
                                        .run(nanos));
    }

    /** Returns a line for each scenario and policy. */
    public Table table() {
        Table table =
                new Table(
                        List.of(
                                "scenario",
                                "policy",
                                "frames on time %",
                                "dropped",
                                "fairness",
                                "wasted %",
                                "changes a second",
                                "worst wait ms",
                                "policy faults"));
        for (int i = 0; i < jobs.size(); i++) {
            EngineRun.Result run = results.get(i);
            int frames = 0;
            int onTime = 0;
            int dropped = 0;
            long worst = 0;
            for (GuestResult guest : run.guests()) {
                worst = Math.max(worst, guest.worstWaitNanos());
                if (guest.workload().pattern() == Workload.Pattern.FRAMES) {
                    frames += guest.latencies().count() + guest.dropped();
                    onTime += guest.latencies().count() - guest.late();
                    dropped += guest.dropped();
                }
            }
            table.row(
                    List.of(
                            jobs.get(i).scenario.name(),
                            jobs.get(i).policy.name(),
                            frames == 0 ? "-" : two(100.0 * onTime / frames),
                            Integer.toString(dropped),
                            String.format(Locale.ROOT, "%.3f", run.fairness()),
                            two(100.0 * run.wastedNanos() / run.nanos()),
                            two(run.changes() * 1e9 / run.nanos()),
                            millis(worst),
                            Long.toString(run.policyFaults())));
        }
        return table;
    }

    private Table guests() {
        Table table =
                new Table(
                        List.of(
                                "scenario",
                                "policy",
                                "guest",
                                "engines %",
                                "jobs",
                                "latency ms: median",
                                "95 %",
                                "99 %",
                                "most",
                                "late",
                                "dropped",
                                "worst wait ms"));
        for (int i = 0; i < jobs.size(); i++) {
            EngineRun.Result run = results.get(i);
            for (GuestResult guest : run.guests()) {
                Percentiles latencies = guest.latencies();
                table.row(
                        List.of(
                                jobs.get(i).scenario.name(),
                                jobs.get(i).policy.name(),
                                guest.workload().name(),
                                two(100.0 * guest.busyNanos() / run.nanos()),
                                Integer.toString(latencies.count()),
                                millis(latencies.at(50)),
                                millis(latencies.at(95)),
                                millis(latencies.at(99)),
                                millis(latencies.at(100)),
                                Integer.toString(guest.late()),
                                Integer.toString(guest.dropped()),
                                millis(guest.worstWaitNanos())));
            }
        }
        return table;
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String millis(long nanos) {
        return two(nanos / 1e6);
    }

    /** Adds what came of the runs to a report. */
    public void addTo(Report report) {
        report.heading("Scheduling: guests on one group of engines, in virtual time")
                .paragraph(
                        "The library's own scheduler decides and keeps the accounts; the engines"
                                + " are a model: pieces of work that cannot be interrupted, and 50 us"
                                + " for each change of hands. A frame is late when it is done after the"
                                + " next was due, and dropped when the one before was not done."
                                + " Fairness is Jain's index over what each guest had of its fair part."
                                + " Wasted: the engines idled although somebody had work, as fixed"
                                + " shares mean to. No published latencies are known that a model of"
                                + " engines alone could be held against.")
                .table("schedule", table());
        for (Scenario scenario : jobs.stream().map(Job::scenario).distinct().toList()) {
            picture(report, scenario);
            latencies(report, scenario);
        }
        report.heading("Each guest").table("schedule-guests", guests());
        report.paragraph(
                "The files that end in .trace.json hold the runs for the Perfetto viewer"
                        + " (ui.perfetto.dev) and whatever else reads the trace event format.");
    }

    private void picture(Report report, Scenario scenario) {
        TimelinePicture picture =
                new TimelinePicture(scenario.name() + ": who had the engines when", SHOWN_NANOS);
        for (int i = 0; i < jobs.size(); i++) {
            if (jobs.get(i).scenario == scenario) {
                String policy = jobs.get(i).policy.name();
                EngineRun.Result run = results.get(i);
                picture.add(policy, run.guests(), run.timeline());
                report.file(
                        "schedule-" + scenario.name() + "-" + policy + ".trace.json",
                        TraceFile.json(policy + " on " + scenario.name(), run));
            }
        }
        report.picture("schedule-" + scenario.name(), picture.svg());
    }

    /** Draws how many of the jobs of the first guest were done in how long. */
    private void latencies(Report report, Scenario scenario) {
        LineChart chart =
                new LineChart(
                        scenario.name() + ": jobs of " + scenario.guests().getFirst().name(),
                        "done within, ms",
                        "% of those done");
        double[] percent = IntStream.rangeClosed(1, 100).asDoubleStream().toArray();
        for (int i = 0; i < jobs.size(); i++) {
            if (jobs.get(i).scenario == scenario) {
                Percentiles latencies = results.get(i).guests().getFirst().latencies();
                double[] millis = new double[percent.length];
                for (int p = 0; p < millis.length; p++) {
                    millis[p] = latencies.at(percent[p]) / 1e6;
                }
                chart.line(jobs.get(i).policy.name(), millis, percent);
            }
        }
        report.chart("schedule-latency-" + scenario.name(), chart);
    }
}
