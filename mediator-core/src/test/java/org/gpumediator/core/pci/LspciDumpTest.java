package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LspciDumpTest {

    private static final PciAddress SLOT = PciAddress.parse("00:02.0");

    private final RecordingPort vmm = new RecordingPort();

    @Test
    void dump_integratedFunction_isGolden() throws IOException {
        PciFunction function = Functions.build(Functions.integrated(), vmm);

        assertThat(LspciDump.of(SLOT, function)).isEqualTo(golden("integrated.lspci"));
    }

    @Test
    void dump_discreteFunction_isGolden() throws IOException {
        PciFunction function = Functions.build(Functions.discrete(), vmm);

        assertThat(LspciDump.of(PciAddress.parse("e8:00.0"), function))
                .isEqualTo(golden("discrete.lspci"));
    }

    @Test
    void dump_severalFunctions_areSeparated() {
        PciFunction first = Functions.build(Functions.integrated(), vmm);
        PciFunction second = Functions.build(Functions.virtual(), vmm);
        PciAddress far = new PciAddress(1, 2, 3, 4);

        String text = new LspciDump().add(SLOT, first).add(far, second).toString();

        assertThat(text).isEqualTo(LspciDump.of(SLOT, first) + LspciDump.of(far, second));
        assertThat(text.lines().filter(String::isEmpty)).hasSize(2);
        assertThat(text.lines().filter(line -> line.startsWith("0001:02:03.4 "))).hasSize(1);
    }

    @Test
    void dump_ofAnotherLength_isRefused() {
        assertThatThrownBy(() -> new LspciDump().add(SLOT, new byte[64]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64");
    }

    @Test
    void lspci_ifPresent_decodesEveryFunction(@TempDir Path folder) throws Exception {
        assumeTrue(isLspciPresent(), "lspci is not installed");
        PciFunction integrated = Functions.build(Functions.integrated(), vmm);
        integrated.write(0x10, 4, 0xf000_0000);
        integrated.write(0x18, 4, 0xc000_0000);
        integrated.write(0x20, 4, 0x3000);
        integrated.write(0x04, 2, 0x7);
        Path file = folder.resolve("dump");
        String dump =
                new LspciDump()
                        .add(SLOT, integrated)
                        .add(
                                PciAddress.parse("e8:00.0"),
                                Functions.build(Functions.discrete(), vmm))
                        .add(PciAddress.parse("e8:00.4"), Functions.build(Functions.virtual(), vmm))
                        .add(
                                PciAddress.parse("01:00.0"),
                                Functions.build(Functions.everything(), vmm))
                        .toString();
        Files.writeString(file, dump);

        String decoded = run("lspci", "-n", "-vvv", "-F", file.toString());

        assertThat(decoded)
                .contains("00:02.0 0300: 8086:0412 (rev 06)")
                .contains("Region 0: Memory at f0000000 (64-bit, non-prefetchable)")
                .contains("Region 2: Memory at c0000000 (64-bit, prefetchable)")
                .contains("Region 4: I/O ports at 3000")
                .contains("Capabilities: [90] MSI: Enable- Count=1/1 Maskable- 64bit-")
                .contains("Capabilities: [d0] Power Management version 3")
                .contains("Capabilities: [c8] MSI-X: Enable- Count=6 Masked-")
                .contains("Vector table: BAR=0 offset=00b90000")
                .contains("PBA: BAR=0 offset=00ba0000")
                .contains("FLReset+")
                .contains("Capabilities: [420 v1] Advanced Error Reporting")
                .contains("[bcc v1] Single Root I/O Virtualization (SR-IOV)")
                .contains("Initial VFs: 32, Total VFs: 32, Number of VFs: 0")
                .contains("VF offset: 4, stride: 1, Device ID: 26ba")
                .contains("Supported Page Size: 00000573, System Page Size: 00000001")
                .contains("[c14 v1] Alternative Routing-ID Interpretation (ARI)")
                .contains("Count=1/32 Maskable+ 64bit+")
                .doesNotContainIgnoringCase("unknown header")
                .doesNotContain("<chain")
                .doesNotContain("Capabilities: [00]")
                .doesNotContain("access denied");
    }

    private static boolean isLspciPresent() {
        try {
            run("lspci", "--version");
            return true;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        }
    }

    private static String golden(String name) throws IOException {
        try (InputStream resource = LspciDumpTest.class.getResourceAsStream(name)) {
            assertThat(resource).as(name).isNotNull();
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
