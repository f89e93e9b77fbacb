package org.gpumediator.examples.policylab.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.gpumediator.examples.policylab.common.Csv;
import org.gpumediator.examples.policylab.common.Parallel;
import org.gpumediator.examples.policylab.report.LineChart;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.report.Table;

/** Runs workloads under every policy and several seeds, and tells what came of it. */
public final class PaperLab {

    /** Up to how much of the cluster is asked for, as in the published runs. */
    public static final int LOAD_PERCENT = 130;

    private static final String[] LOADS = {"50", "80", "90", "100", "130"};

    private record Job(Workload workload, Demand demand, NodePolicy policy, long seed) {}

    private record Key(String workload, String policy) {}

    private final Map<Key, List<PaperRun.Result>> results = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> published = published();

    private PaperLab() {}

    /**
     * Runs everything.
     *
     * @param seeds one run each
     * @param more policies beside {@link NodePolicies#all}
     */
    public static PaperLab run(
            List<Workload> workloads,
            List<Long> seeds,
            List<NodePolicy> more,
            int threads,
            Parallel.Progress progress) {
        List<Job> jobs = new ArrayList<>();
        for (Workload workload : workloads) {
            Demand demand = Demand.of(workload.tasks());
            List<NodePolicy> policies = new ArrayList<>(NodePolicies.all(demand));
            policies.addAll(more);
            for (NodePolicy policy : policies) {
                seeds.forEach(seed -> jobs.add(new Job(workload, demand, policy, seed)));
            }
        }
        List<PaperRun.Result> answers = Parallel.map(jobs, threads, progress, PaperLab::run);
        PaperLab lab = new PaperLab();
        for (int i = 0; i < jobs.size(); i++) {
            Job job = jobs.get(i);
            lab.results
                    .computeIfAbsent(
                            new Key(job.workload.name(), job.policy.title()),
                            key -> new ArrayList<>())
                    .add(answers.get(i));
        }
        return lab;
    }

    private static PaperRun.Result run(Job job) {
        Arrivals arrivals = Arrivals.draw(job.workload, job.seed, LOAD_PERCENT);
        return new PaperRun(job.workload, arrivals, job.policy, job.demand, LOAD_PERCENT, job.seed)
                .run();
    }

    /**
     * Returns the percent of GPUs unallocated at load 100, the mean over the seeds.
     *
     * @throws IllegalArgumentException if there was no such run
     */
    public double unallocated(String workload, String policy) {
        List<PaperRun.Result> runs = results.get(new Key(workload, policy));
        if (runs == null) {
            throw new IllegalArgumentException("no run of " + policy + " on " + workload);
        }
        return runs.stream().mapToDouble(run -> run.unallocated(100)).average().orElseThrow();
    }

    /** Returns ours beside the published ones, for each workload and policy. */
    public Table comparison() {
        Table table =
                new Table(
                        List.of("workload", "policy", "unallocated at 100", "published", "differ"));
        for (Key key : results.keySet()) {
            double ours = unallocated(key.workload, key.policy);
            String theirs = published.getOrDefault(key.workload, Map.of()).get(key.policy);
            table.row(
                    List.of(
                            key.workload,
                            key.policy,
                            two(ours),
                            theirs == null ? "-" : theirs,
                            theirs == null ? "-" : two(ours - Double.parseDouble(theirs))));
        }
        return table;
    }

    /** Adds what came of the runs to a report. */
    public void addTo(Report report) {
        report.heading("Paper mode: hosts, GPUs in thousandths, nothing leaves")
                .paragraph(
                        "Percent of the GPUs that nobody has when as much was asked for as there"
                                + " is: means over the seeds. Published: means of the ten runs that"
                                + " were published with the FGD paper (USENIX ATC 2023), where this"
                                + " is one of their workloads. Ours was written with their program"
                                + " at hand, so it makes their artefact again and does not confirm"
                                + " the paper independently; seeds 42 to 51 draw the same arrivals"
                                + " and priorities as theirs, for which ten skipped numbers of the"
                                + " generator were found by trying. Random cannot be the same: its"
                                + " draws hung on the order of their threads, and ten runs of it differ"
                                + " by a third of a point (standard deviation). These numbers and"
                                + " those of board mode are not to be compared.")
                .table("paper-unallocated", comparison())
                .heading("Refused, and fragmented")
                .table("paper-details", details());
        Set<String> workloads = new LinkedHashSet<>();
        results.keySet().forEach(key -> workloads.add(key.workload));
        for (String workload : workloads) {
            LineChart unallocated =
                    new LineChart(
                            workload + ": what stays idle",
                            "asked for, % of all GPUs",
                            "idle, % of what was asked for");
            LineChart fragmented =
                    new LineChart(
                            workload + ": fragments",
                            "asked for, % of all GPUs",
                            "fragmented, % of idle");
            results.forEach(
                    (key, runs) -> {
                        if (key.workload.equals(workload)) {
                            double[] load =
                                    IntStream.rangeClosed(1, LOAD_PERCENT)
                                            .asDoubleStream()
                                            .toArray();
                            double[] allocated = mean(runs, true);
                            double[] lost = new double[load.length];
                            for (int i = 0; i < lost.length; i++) {
                                lost[i] = 100 - 100 * allocated[i + 1] / Math.min(100, load[i]);
                            }
                            unallocated.line(key.policy, from(load, 60), from(lost, 60));
                            fragmented.line(
                                    key.policy,
                                    load,
                                    Arrays.copyOfRange(mean(runs, false), 1, LOAD_PERCENT + 1));
                        }
                    });
            report.chart("paper-unallocated-" + workload, unallocated);
            report.chart("paper-fragmented-" + workload, fragmented);
        }
    }

    private static double[] from(double[] values, int first) {
        return Arrays.copyOfRange(values, first, values.length);
    }

    private Table details() {
        List<String> columns = new ArrayList<>(List.of("workload", "policy", "seeds"));
        for (String load : LOADS) {
            columns.add("fragmented at " + load);
        }
        for (PaperRun.Refusal reason : PaperRun.Refusal.values()) {
            columns.add("refused: " + reason.name().toLowerCase(Locale.ROOT));
        }
        Table table = new Table(columns);
        results.forEach(
                (key, runs) -> {
                    List<String> row =
                            new ArrayList<>(
                                    List.of(
                                            key.workload,
                                            key.policy,
                                            Integer.toString(runs.size())));
                    double[] fragmented = mean(runs, false);
                    for (String load : LOADS) {
                        row.add(two(fragmented[Integer.parseInt(load)]));
                    }
                    for (PaperRun.Refusal reason : PaperRun.Refusal.values()) {
                        row.add(
                                two(
                                        runs.stream()
                                                .mapToInt(
                                                        run ->
                                                                run.refused()
                                                                        .getOrDefault(reason, 0))
                                                .average()
                                                .orElseThrow()));
                    }
                    table.row(row);
                });
        return table;
    }

    private static double[] mean(List<PaperRun.Result> runs, boolean allocated) {
        double[] mean = new double[LOAD_PERCENT + 1];
        for (PaperRun.Result run : runs) {
            double[] curve = allocated ? run.allocated() : run.fragmented();
            for (int i = 0; i < mean.length; i++) {
                mean[i] += curve[i] / runs.size();
            }
        }
        return mean;
    }

    private static String two(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.equals("-0.00") ? "0.00" : text;
    }

    private static Map<String, Map<String, String>> published() {
        try (InputStream in = PaperLab.class.getResourceAsStream("published.csv")) {
            if (in == null) {
                throw new IllegalStateException("published.csv is missing");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Map<String, Map<String, String>> published = new LinkedHashMap<>();
            for (Csv.Row row : Csv.of("published.csv", text.lines().toList()).rows()) {
                Map<String, String> policies = new LinkedHashMap<>();
                for (String policy :
                        List.of(
                                "random",
                                "dot-product",
                                "clustering",
                                "packing",
                                "best-fit",
                                "fgd")) {
                    policies.put(policy, row.text(policy));
                }
                published.put(row.text("workload"), policies);
            }
            return published;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
