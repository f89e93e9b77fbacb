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

class AllCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = PolicyLab.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void everythingInOneReport() throws IOException {
        assertThat(run("all", "--out=" + folder)).as(err.toString()).isZero();

        assertThat(Files.readString(folder.resolve("index.html")))
                .contains("Paper mode", "Board mode", "Scheduling", "Fleet hand-over", "<svg")
                .doesNotContain("<script", "src=", "href=");
        assertThat(folder.resolve("slices.yaml")).isNotEmptyFile();
    }

    @Test
    void boardGoesOutAndClaimsComeBack() throws IOException {
        Path claims =
                Files.writeString(
                        folder.resolve("claims.yaml"),
                        """
                        ---
                        apiVersion: resource.k8s.io/v1
                        kind: ResourceClaim
                        metadata: {namespace: vms, name: a}
                        spec: {}
                        status:
                          allocation:
                            devices:
                              results:
                              - {driver: gpu.example.com, pool: host-1-gpu-0, device: l40-24q-24, request: gpu}
                        ---
                        apiVersion: resource.k8s.io/v1
                        kind: ResourceClaim
                        metadata: {namespace: vms, name: waiting}
                        spec: {}
                        """);

        assertThat(run("dra", "--claims=" + claims, "--out=" + folder)).as(err.toString()).isZero();
        assertThat(Files.readString(folder.resolve("desired-state.txt")))
                .isEqualTo(
                        """
                        gpu-mediator desired-state 1
                        gpu 10de:26b5
                        vgpu name=vms/a/gpu/l40-24q-24 type=L40-24Q placement=@0x18
                        """);
        assertThat(Files.readString(folder.resolve("slices.yaml")))
                .contains("kind: \"ResourceSlice\"", "consumesCounters:", "resourceSliceCount: 3");
    }

    @Test
    void oneSizeOnlyIsRefusedWithTheReason() {
        assertThat(run("dra", "--mode=HOMOGENEOUS")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("one size only", "next generation");
        assertThat(run("dra", "--mode=HOMOGENEOUS", "--types=-16Q", "--out=" + folder)).isZero();
        assertThat(out.toString()).contains("host-1-gpu-0-1");
    }
}
