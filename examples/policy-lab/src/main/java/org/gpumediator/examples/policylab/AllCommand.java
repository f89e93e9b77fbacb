package org.gpumediator.examples.policylab;

import java.nio.file.Path;
import java.util.List;
import org.gpumediator.examples.policylab.report.Report;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs every part of the lab as it is by default, into one report. */
@Command(
        name = "all",
        mixinStandardHelpOptions = true,
        description = "Everything, as it is by default, in one report.")
final class AllCommand extends LabCommand {

    @Option(
            names = "--openb",
            paramLabel = "DIR",
            description = "Folder of the openb files, for the paper's table beside ours.")
    private @Nullable Path openb;

    @Override
    String title() {
        return "Policy lab";
    }

    @Override
    String addTo(Report report) {
        PaperCommand paper = new PaperCommand();
        paper.openb = openb;
        StringBuilder text = new StringBuilder();
        List<LabCommand> parts =
                List.of(paper, new FleetCommand(), new ScheduleCommand(), new DraCommand());
        for (LabCommand part : parts) {
            part.spec = spec;
            part.threads = threads;
            text.append(part.addTo(report)).append('\n');
        }
        return text.toString();
    }
}
