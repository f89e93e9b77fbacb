package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VmOptionTest {

    private static VmOption parse(String text) {
        try (Mediator mediator = Mediator.builder(FakeHaswell.create()).build()) {
            return VmOption.parse(text, mediator.inventory());
        }
    }

    private static VgpuRequest wish(VmOption option, int device) {
        return Objects.requireNonNull(option.vgpus().get(device), "no virtual GPU there");
    }

    @Test
    void parse_everything_goesWhereItBelongs() {
        VmOption option =
                parse(
                        "name=a,kernel=k,initrd=i,memory=6G,cpus=3,console=c,serial=s,"
                                + "vgpu.aperture=64M,vgpu.hidden=384M,vgpu.gtt=strict");

        assertThat(option.name()).isEqualTo("a");
        assertThat(option.kernel()).isEqualTo(Path.of("k"));
        assertThat(option.initrd()).isEqualTo(Path.of("i"));
        assertThat(option.memory()).isEqualTo(6L << 30);
        assertThat(option.cpus()).isEqualTo(3);
        assertThat(option.console()).isEqualTo(Path.of("c"));
        assertThat(option.serial()).isEqualTo(Path.of("s"));
        assertThat(option.vgpus()).containsOnlyKeys(2);
        assertThat(wish(option, 2).name()).isEqualTo("a");
        assertThat(wish(option, 2).quotas())
                .containsOnly(Map.entry("aperture", 64L << 20), Map.entry("hidden", 384L << 20));
        assertThat(wish(option, 2).attributes()).containsOnly(Map.entry("gtt", "strict"));
    }

    @Test
    void parse_little_hasDefaults_andNoVirtualGpu() {
        VmOption option = parse("name=a,kernel=k");

        assertThat(option.memory()).isEqualTo(1L << 30);
        assertThat(option.cpus()).isEqualTo(1);
        assertThat(option.initrd()).isNull();
        assertThat(option.vgpus()).isEmpty();
    }

    @Test
    void parse_twoVirtualGpus_areAtTheirDevices_withNamesOfTheirOwn() {
        VmOption option = parse("name=a,kernel=k,vgpu.aperture=64M,vgpu13.aperture=32M");

        assertThat(option.vgpus()).containsOnlyKeys(2, 13);
        assertThat(wish(option, 2).name()).isEqualTo("a-2");
        assertThat(wish(option, 13).name()).isEqualTo("a-13");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kernel=k                               | --vm kernel=k: name= is missing",
                "name=a                                 | --vm name=a: kernel= is missing",
                "name=a b,kernel=k                      | expected 1 to 40 letters",
                "name=a,kernel=k,memory=3M              | memory=3M: expected a multiple of 2M",
                "name=a,kernel=k,memory=x               | --vm a: memory=x: expected a number",
                "name=a,kernel=k,cpus=0                 | cpus=0: expected 1 to 254",
                "name=a,kernel=k,cpus=255               | cpus=255: expected 1 to 254",
                "name=a,kernel=k,vgpu31.aperture=64M    | vgpu31.aperture=: expected one of [console",
                "name=a,kernel=k,vgpu.apertura=64M      | vgpu of device 2: apertura=: this GPU has",
                "name=a,kernel=k,disk=d                 | disk=: expected one of [console, cpus",
            })
    void parse_mistakes_areNamed(String text, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(text))
                .withMessageContaining(message)
                .satisfies(bad -> assertThat(bad.status()).isEqualTo(2));
    }
}
