package org.gpumediator.examples.policylab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FleetCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = PolicyLab.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private String reported(String threads) throws IOException {
        Path report = folder.resolve("threads" + threads);
        int status =
                run(
                        "fleet",
                        "--boards=L4=4",
                        "--requests=300",
                        "--threads=" + threads,
                        "--out=" + report);
        assertThat(status).as(err.toString()).isZero();
        return Files.readString(report.resolve("index.html"));
    }

    @Test
    void sameSeedSameReport() throws IOException {
        assertThat(reported("1")).isEqualTo(reported("2")).contains("fgd", "<svg");
    }

    @Test
    void logOfEventsIsReadAsATrace() throws IOException {
        Path log = folder.resolve("log.csv");
        Files.writeString(
                log,
                """
                time_s,event,id,type
                0,create,a,NVIDIA L4-24Q
                5,create,b,NVIDIA L4-24Q
                10,delete,a,
                20,create,c,NVIDIA L4-24Q
                """);

        int status =
                run("fleet", "--boards=L4=1", "--event-log=" + log, "--out=" + folder.resolve("r"));

        assertThat(status).as(err.toString()).isZero();
        assertThat(Files.readString(folder.resolve("r/fleet.csv")))
                .contains("log.csv,first-fit,3,66.67");
    }

    @Test
    void eventsAreReadAsCloudManagersNameThem() throws IOException {
        Path log = folder.resolve("cloud.csv");
        Files.writeString(
                log,
                """
                timestamp,event,id,type
                2026-01-31T23:59:50Z,compute.instance.create.end,a,NVIDIA L4-24Q
                2026-01-31T23:59:55Z,VM.CREATE,b,NVIDIA L4-24Q
                2026-02-01T00:00:05.5Z,compute.instance.delete.end,a,
                2026-02-01T00:00:06Z,VM.CREATE,c,NVIDIA L4-24Q
                2026-02-01T00:00:07Z,VM.DESTROY,c,
                2026-02-01T00:00:08Z,create,d,NVIDIA L4-24Q
                """);

        int status =
                run("fleet", "--boards=L4=1", "--event-log=" + log, "--out=" + folder.resolve("r"));

        assertThat(status).as(err.toString()).isZero();
        assertThat(Files.readString(folder.resolve("r/fleet.csv")))
                .contains("cloud.csv,first-fit,4,75.00");
        Files.writeString(log, "timestamp,event,id,type\nnoon,create,a,x\n");
        assertThat(run("fleet", "--event-log=" + log)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("timestamp \"noon\"");
    }

    @Test
    void unknownEventIsNamed() throws IOException {
        Path log =
                Files.writeString(folder.resolve("log.csv"), "time_s,event,id,type\n0,boot,a,x\n");

        assertThat(run("fleet", "--event-log=" + log)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("boot", "create or delete");
    }
}
