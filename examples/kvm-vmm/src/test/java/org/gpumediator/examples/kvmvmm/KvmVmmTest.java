package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the program ends before it has booted anything. */
final class KvmVmmTest {

    private static final String VM = "name=a,kernel=/nowhere/vmlinuz";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return KvmVmm.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void withoutKvm_oneSentenceSaysSo_status1() {
        assumeTrue(Kvm.obstacle().isPresent(), "this machine has KVM");

        assertThat(run("--vm", VM)).isEqualTo(1);

        assertThat(err.toString())
                .startsWith("kvm-vmm: /dev/kvm ")
                .hasLineCount(1)
                .contains(Kvm.obstacle().get());
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void withoutKvm_theReasonTellsAbsenceFromMissingRights() {
        String obstacle = Kvm.obstacle().orElse("");
        assumeTrue(!obstacle.isEmpty(), "this machine has KVM");

        assertThat(obstacle.contains("is not there"))
                .isEqualTo(!Files.exists(java.nio.file.Path.of("/dev/kvm")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--status 1                    | Missing required option: '--vm",
                "--vm name=a                   | --vm name=a: kernel= is missing",
                "--vm VM --vm VM               | --vm: name=a is given twice",
                "--vm VM --console b           | --console b: expected one of [a]",
                "--vm VM --timeout -1          | expected 0 or more seconds",
                "--vm VM --gpu gtx             | --gpu gtx: expected one of",
                "--vm VM --policy none         | --policy none: expected one of",
                "--vm VM --scheduler none      | --scheduler",
            })
    void mistakes_areNamedInOneLine_status2(String arguments, String message) {
        assertThat(run(arguments.replace("VM", VM).split(" "))).isEqualTo(2);

        assertThat(err.toString()).startsWith("kvm-vmm: ").contains(message).hasLineCount(1);
    }

    @Test
    void help_namesEachStatus() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("haswell-gt2", "l40", "4 a machine has failed");
    }
}
