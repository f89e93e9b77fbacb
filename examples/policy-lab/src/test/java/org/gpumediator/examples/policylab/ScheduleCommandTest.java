package org.gpumediator.examples.policylab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.gpumediator.examples.policylab.scheduling.Lottery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScheduleCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = PolicyLab.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private Map<String, String> reported(String threads) throws IOException {
        Path report = folder.resolve("threads" + threads);
        assertThat(run("schedule", "--millis=300", "--threads=" + threads, "--out=" + report))
                .as(err.toString())
                .isZero();
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(report)) {
            for (Path path : paths.toList()) {
                files.put(path.getFileName().toString(), Files.readString(path));
            }
        }
        return files;
    }

    @Test
    void sameSeedSameReport_withPicturesThatAreWellFormed() throws Exception {
        Map<String, String> files = reported("1");

        assertThat(reported("2")).isEqualTo(files);
        assertThat(files)
                .containsKeys(
                        "index.html",
                        "schedule.csv",
                        "schedule-guests.json",
                        "schedule-hostile.svg",
                        "schedule-hostile-edf.trace.json");
        for (Map.Entry<String, String> file : files.entrySet()) {
            if (file.getKey().endsWith(".svg")) {
                assertThat(file.getValue()).doesNotContain("<script", "href=");
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(
                                new java.io.ByteArrayInputStream(
                                        file.getValue().getBytes(StandardCharsets.UTF_8)));
            }
        }
        assertThat(files.get("schedule.csv"))
                .contains("lottery", "edf", "weighted-fair", "fixed-share", "strict-priority");
    }

    @Test
    void policyOfOnesOwnIsAFileOrAClass() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("Last.java"),
                        """
                        import org.gpumediator.api.schedule.*;
                        public class Last implements SchedulingPolicy {
                            public String name() { return "last-first"; }
                            public Slice next(RunQueue queue) {
                                Slice slice = Slice.idle(1_000_000);
                                for (RunQueue.Client client : queue.clients()) {
                                    if (client.hasWork()) slice = new Slice(client.id(), 1_000_000);
                                }
                                return slice;
                            }
                        }
                        """);

        for (String policy : List.of(file.toString(), Lottery.class.getName())) {
            assertThat(
                            run(
                                    "schedule",
                                    "--scenario=weights",
                                    "--millis=100",
                                    "--policy=" + policy,
                                    "--out=" + folder.resolve("report")))
                    .as(err.toString())
                    .isZero();
        }
        assertThat(out.toString()).contains("last-first");
    }

    @Test
    void unknownNamesAreNamed() {
        assertThat(run("schedule", "--scenario=night")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("night", "desktop");
        assertThat(run("schedule", "--policy=java.lang.String"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("java.lang.String", "SchedulingPolicy");
        assertThat(run("schedule", "--policy=no.such.Policy"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
    }
}
