package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.junit.RequiresKvm;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.machine.Vm;
import org.gpumediator.examples.kvmvmm.machine.VmEnd;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's snippet that boots a machine: compiled, run where it can be, and the same there. */
final class BootSnippetTest {

    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final String SOURCE =
            "src/test/java/org/gpumediator/examples/kvmvmm/BootSnippetTest.java";

    private static Optional<VmEnd> boot(Mediator mediator, Path kernel, Path initramfs)
            throws IOException, InterruptedException {
        VgpuRequest request =
                VgpuRequest.ofQuotas("vm1", Map.of("aperture", 64L << 20, "hidden", 384L << 20));
        Optional<VmEnd> end;
        // spotless:off
        // begin
        try (Kvm kvm = Kvm.open(); Vm vm = Vm.create(kvm, Vm.Settings.of("vm1", 1L << 30))) {
            VirtualGpu vgpu = mediator.create(request, vm.port(2));  // memory and interrupts of this machine
            vm.plug(2, vgpu);                                        // at 00:02.0; closed with the machine
            vm.boot(LinuxImage.read(kernel, initramfs, "console=ttyS0"));
            end = vm.await(Duration.ofHours(8));                     // exits call the virtual GPU meanwhile
        }
        // end
        // spotless:on
        return end;
    }

    /** The least that passes for a kernel: its 64-bit entry switches the machine off. */
    @RequiresKvm
    @Test
    void snippet_onAKernelOfAFewBytes_bootsAndEnds(@TempDir Path folder) throws Exception {
        byte[] image = new byte[4096];
        MemorySegment header = MemorySegment.ofArray(image);
        header.set(ValueLayout.JAVA_BYTE, 0x1f1, (byte) 1);
        header.set(ValueLayout.JAVA_INT_UNALIGNED, 0x202, 0x5372_6448);
        header.set(ValueLayout.JAVA_INT_UNALIGNED, 0x22c, 0x7fff_ffff);
        header.set(ValueLayout.JAVA_BYTE, 0x236, (byte) 1);
        header.set(ValueLayout.JAVA_INT_UNALIGNED, 0x238, 2047);
        header.set(ValueLayout.JAVA_LONG_UNALIGNED, 0x258, 0x20_0000);
        header.set(ValueLayout.JAVA_INT_UNALIGNED, 0x260, 0x10_0000);
        byte[] code = new Assembler().off().toBytes();
        System.arraycopy(code, 0, image, 2 * 512 + 0x200, code.length);
        Path kernel = Files.write(folder.resolve("kernel"), image);
        Path initramfs = Files.write(folder.resolve("initramfs"), new byte[16]);

        try (Mediator mediator = Mediator.builder(FakeHaswell.create()).build()) {
            assertThat(boot(mediator, kernel, initramfs))
                    .map(VmEnd::cause)
                    .contains(VmEnd.Cause.POWERED_OFF);
        }
    }

    @Test
    void snippet_inTheReadme_isTheOneThatCompiles() throws IOException {
        String source = Files.readString(MODULE.resolve(SOURCE));
        String snippet =
                source.substring(
                                source.indexOf("// begin\n") + 9,
                                source.indexOf("        // end\n"))
                        .replaceAll("(?m)^ {8}", "");
        assertThat(Files.readString(MODULE.resolve("../../README.md")))
                .contains("```java\n" + snippet + "```\n");
        assertThat(List.of(snippet.split("\n"))).hasSizeLessThanOrEqualTo(10);
    }
}
