package org.gpumediator.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;

/** The README's embedding snippet: compiled, run, and the same as in the README. */
class EmbeddingSnippetTest {

    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final String SOURCE =
            "src/test/java/org/gpumediator/examples/quickstart/EmbeddingSnippetTest.java";

    private final List<ConfigWriteEffect> carriedOut = new ArrayList<>();

    @Test
    void snippet_onAFake_answersAsAVirtualGpu() {
        try (FakeVmm vmm = FakeVmm.create()) {
            assertThat(embed(FakeHaswell.create(), vmm.memory())).isEqualTo(0x7654_4776L);
        }
        assertThat(carriedOut).isNotEmpty();
    }

    private long embed(PhysicalGpu gpu, GuestMemory guestMemory) {
        // spotless:off
        // begin
        Mediator mediator = Mediator.builder(gpu).build();
        VirtualGpu vgpu = mediator.create(
                VgpuRequest.ofQuotas("vm1", Map.of("aperture", 64L << 20, "hidden", 384L << 20)),
                VmmPort.of(guestMemory, vector -> injectMessage(vector)));
        TrapHandler registers = vgpu.bar(0).handler();
        long value = registers.read(0x78000, 4);       // a guest has read BAR0
        registers.write(0x2030, 4, 0x40);              // a guest has written BAR0
        vgpu.configSpace().write(0x04, 2, 0x0006).forEach(effect -> carryOut(effect));
        mediator.step();                               // ends slices, finds hangs; or let a MediatorRunner do it
        // end
        // spotless:on
        mediator.close();
        return value;
    }

    private void injectMessage(int vector) {
        throw new AssertionError("message " + vector + " of a guest that has not enabled any");
    }

    private void carryOut(ConfigWriteEffect effect) {
        carriedOut.add(effect);
    }

    @Test
    void snippet_inTheReadme_isTheOneThatCompiles() throws IOException {
        List<String> source = Files.readAllLines(MODULE.resolve(SOURCE));
        List<String> snippet =
                between(source, "        // begin", "        // end").stream()
                        .map(line -> line.substring(8))
                        .toList();
        List<String> readme = Files.readAllLines(MODULE.resolve("../../README.md"));
        assertThat(between(readme, "```java", "```")).isEqualTo(snippet);
        assertThat(snippet).hasSizeLessThanOrEqualTo(10);
    }

    private static List<String> between(List<String> lines, String begin, String end) {
        int from = lines.indexOf(begin) + 1;
        List<String> rest = lines.subList(from, lines.size());
        return rest.subList(0, rest.indexOf(end));
    }
}
