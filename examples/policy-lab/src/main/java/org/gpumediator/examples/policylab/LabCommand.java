package org.gpumediator.examples.policylab;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.gpumediator.examples.policylab.report.Report;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A part of the lab that is a command of its own: runs, adds to a report, and prints. */
abstract class LabCommand implements Callable<Integer> {

    @Spec @Nullable CommandSpec spec;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the report. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("policy-lab-report");

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Runs at once. Default: ${DEFAULT-VALUE}.")
    int threads = 2;

    /** Returns what its report is called. */
    abstract String title();

    /** Runs, adds what came of it to a report, and returns what to print. */
    abstract String addTo(Report report);

    @Override
    public Integer call() {
        Report report = new Report(title());
        String text = addTo(report);
        PrintWriter printer = commandLine().getOut();
        printer.print(text);
        printer.println("report: " + report.write(out));
        printer.flush();
        return 0;
    }

    /** Shows how far it has got. */
    void progress(int done, int all) {
        PrintWriter err = commandLine().getErr();
        err.print("\r" + done + " of " + all + " runs" + (done == all ? "\n" : ""));
        err.flush();
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec, "spec").commandLine();
    }

    /** Returns what an option was given, or nothing if it was not. */
    static <T> List<T> given(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    /** Returns policies by the names of files or classes. */
    static <T> List<T> policies(@Nullable List<String> names, Class<T> type) {
        return given(names).stream().map(name -> PolicyLoader.load(name, type)).toList();
    }
}
