package org.gpumediator.examples.policylab;

import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: tries policies out and writes a report. */
@Command(
        name = "policy-lab",
        mixinStandardHelpOptions = true,
        version = "policy-lab 0.1.0",
        description = "Tries partition and scheduling policies out, without any GPU.",
        subcommands = {
            AllCommand.class,
            PaperCommand.class,
            FleetCommand.class,
            ScheduleCommand.class,
            DraCommand.class
        })
public final class PolicyLab {

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
}
