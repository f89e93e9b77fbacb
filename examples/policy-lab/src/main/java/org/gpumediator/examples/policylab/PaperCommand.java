package org.gpumediator.examples.policylab;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.gpumediator.examples.policylab.paper.NodePolicy;
import org.gpumediator.examples.policylab.paper.OpenbFiles;
import org.gpumediator.examples.policylab.paper.PaperLab;
import org.gpumediator.examples.policylab.paper.SyntheticWorkload;
import org.gpumediator.examples.policylab.paper.Workload;
import org.gpumediator.examples.policylab.report.Report;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the published runs of fragmentation gradient descent again. */
@Command(
        name = "paper",
        mixinStandardHelpOptions = true,
        description =
                "Paper mode: the published runs of fragmentation gradient descent and its rivals,"
                        + " on their trace or a made-up workload.")
final class PaperCommand extends LabCommand {

    @Option(
            names = "--openb",
            paramLabel = "DIR",
            description = "Folder of the openb files. Without it a made-up workload runs.")
    @Nullable Path openb;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            description = "What follows openb_pod_list_; repeatable. Default: default.")
    private @Nullable List<String> names;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "How many runs each, from seed 42 on. Default: ${DEFAULT-VALUE}.")
    private int seeds = 10;

    @Option(
            names = "--policy",
            paramLabel = "FILE.java|CLASS",
            description = "A NodePolicy of your own, in one file; repeatable.")
    private @Nullable List<String> policies;

    @Override
    String title() {
        return "Policy lab: placement, paper mode";
    }

    @Override
    String addTo(Report report) {
        Path folder = openb;
        List<Workload> workloads =
                folder == null
                        ? List.of(SyntheticWorkload.of(150, 1))
                        : (names == null ? List.of("default") : names)
                                .stream().map(name -> OpenbFiles.read(folder, name)).toList();
        PaperLab lab =
                PaperLab.run(
                        workloads,
                        LongStream.range(42, 42 + seeds).boxed().toList(),
                        policies(policies, NodePolicy.class),
                        threads,
                        this::progress);
        lab.addTo(report);
        return lab.comparison().text();
    }
}
