package org.gpumediator.examples.policylab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PaperCommandTest {

    private static final Path TINY = Path.of("src/test/resources/openb");

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = PolicyLab.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private int paper(Path report, String threads) {
        return run(
                "paper",
                "--openb=" + TINY,
                "--workload=tiny",
                "--seeds=3",
                "--threads=" + threads,
                "--out=" + report);
    }

    private static Map<String, String> files(Path report) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(report)) {
            for (Path path : paths.toList()) {
                files.put(path.getFileName().toString(), Files.readString(path));
            }
        }
        return files;
    }

    @Test
    void sameSeedsMakeTheSameReportOnAnyNumberOfThreads() throws IOException {
        assertThat(paper(folder.resolve("one"), "1")).isZero();
        assertThat(paper(folder.resolve("two"), "2")).isZero();

        assertThat(files(folder.resolve("one"))).isEqualTo(files(folder.resolve("two")));
        assertThat(files(folder.resolve("one")))
                .containsKeys(
                        "index.html",
                        "paper-unallocated.csv",
                        "paper-unallocated.json",
                        "paper-fragmented-tiny.svg");
        assertThat(out.toString()).contains("tiny").contains("fgd");
    }

    @Test
    void reportNeedsNoScriptAndNothingFromElsewhere() throws IOException {
        paper(folder, "2");

        assertThat(Files.readString(folder.resolve("index.html")))
                .contains("<svg", "<table")
                .doesNotContain("<script", "src=", "href=", "@import", "url(");
    }

    @Test
    void policyOfOnesOwnIsOneFile() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("MostFree.java"),
                        """
                        import org.gpumediator.examples.policylab.paper.*;
                        public class MostFree implements NodePolicy {
                            public String title() { return "most-free"; }
                            public int score(Node node, Task task) { return node.freeMilli(); }
                        }
                        """);

        int status =
                run(
                        "paper",
                        "--openb=" + TINY,
                        "--workload=tiny",
                        "--seeds=1",
                        "--policy=" + file,
                        "--out=" + folder.resolve("report"));

        assertThat(status).as(err.toString()).isZero();
        assertThat(out.toString()).contains("most-free");
    }

    @Test
    void badLineIsNamed() throws IOException {
        Files.copy(
                TINY.resolve("openb_node_list_gpu_node.csv"),
                folder.resolve("openb_node_list_gpu_node.csv"));
        Files.writeString(
                folder.resolve("openb_pod_list_bad.csv"),
                "name,cpu_milli,memory_mib,num_gpu,gpu_milli\npod,1000,1,1,1001\n");

        int status = run("paper", "--openb=" + folder, "--workload=bad", "--out=" + folder);

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("bad.csv:2: gpu_milli \"1001\"").contains("1000");
    }
}
