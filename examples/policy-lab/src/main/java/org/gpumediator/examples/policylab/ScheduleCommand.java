package org.gpumediator.examples.policylab;

import java.util.List;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.scheduling.Scenario;
import org.gpumediator.examples.policylab.scheduling.SchedulingLab;
import org.gpumediator.examples.policylab.scheduling.Workload;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs guests on one group of engines. */
@Command(
        name = "schedule",
        mixinStandardHelpOptions = true,
        description =
                "Guests with workloads share one group of engines in virtual time, under every"
                        + " scheduling policy.")
final class ScheduleCommand extends LabCommand {

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description =
                    "desktop, office, hog, hostile, weights or overload; repeatable. Default: all.")
    private @Nullable List<String> scenarios;

    @Option(
            names = "--policy",
            paramLabel = "FILE.java|CLASS",
            description = "A SchedulingPolicy of your own, in one file; repeatable.")
    private @Nullable List<String> policies;

    @Option(names = "--millis", description = "Virtual time of a run. Default: ${DEFAULT-VALUE}.")
    private int millis = 5000;

    @Option(names = "--seed", description = "For workloads that draw. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Override
    String title() {
        return "Policy lab: scheduling";
    }

    @Override
    String addTo(Report report) {
        SchedulingLab lab =
                new SchedulingLab(
                        scenarios == null
                                ? Scenario.all()
                                : scenarios.stream().map(Scenario::byName).toList(),
                        policies(policies, SchedulingPolicy.class),
                        millis * Workload.MILLI,
                        seed,
                        threads,
                        this::progress);
        lab.addTo(report);
        return lab.table().text();
    }
}
