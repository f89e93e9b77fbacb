package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistersTest {

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    /** What is written and what must be read back, of registers drivers poll. */
    @ParameterizedTest
    @CsvSource({
        "0x45404, 0x80000000, 0xc0000000",
        "0x45404, 0x00000000, 0x00000000",
        "0x138124, 0x8000001a, 0x00000000",
        "0xc6008, 0x00010007, 0x00010000",
        "0xc2004, 0x00001000, 0x00003000",
        "0x130040, 0x00200000, 0x40280000",
        "0x130040, 0x80000000, 0x80000000",
        "0x70008, 0x80000000, 0xc0000000",
        "0xe1100, 0x00810000, 0x00800000",
        "0x64100, 0x80000000, 0x80000000",
        "0x64100, 0x00000000, 0x00000080",
        "0x12000, 0x00000007, 0x00000007",
        "0xa188, 0x00010001, 0x00000001",
        "0x24000, 0x12345678, 0x12345678",
        "0x64010, 0x80000000, 0x50000000",
        "0xe4110, 0x84000000, 0x54000000",
        "0x138060, 0x00000003, 0x00000000",
        "0x120008, 0x00000000, 0x0000003f"
    })
    void register_written_readsBack(String offset, String written, String read) {
        bench.reg(Integer.decode(offset), (int) (long) Long.decode(written));
        assertThat(bench.reg(Integer.decode(offset))).isEqualTo((int) (long) Long.decode(read));
    }

    @Test
    void forcewake_isAcknowledged() {
        bench.reg(0xa188, 0x0001_0001);
        assertThat(bench.reg(0x13_0044)).isEqualTo(1);
        bench.reg(0xa188, 0x0002_0002);
        assertThat(bench.reg(0x13_0044)).isEqualTo(3);
        bench.reg(0xa188, 0x0001_0000);
        assertThat(bench.reg(0x13_0044)).isEqualTo(2);
        bench.reg(0xa18c, 1);
        assertThat(bench.reg(0x13_0090)).isEqualTo(1);
    }

    @Test
    void power_withoutForcewakeWhenSavingIsOn_sleeps() {
        bench.reg(0xa090, 1 << 31);
        assertThat(bench.reg(0x13_805c)).isEqualTo(3);
        bench.reg(0xa188, 0x0001_0001);
        assertThat(bench.reg(0x13_805c)).isZero();
    }

    @Test
    void errorRegisters_areClearedByOnes() {
        for (int offset : new int[] {0x6_4838, 0x4_4040, 0xc_4040, 0x4_2300}) {
            bench.reg(offset, -1);
            assertThat(bench.reg(offset)).isZero();
        }
    }

    @Test
    void memoryChannels_differ_soNothingIsSwizzled() {
        assertThat(bench.reg(0x14_5004)).isNotEqualTo(bench.reg(0x14_5008));
    }

    @Test
    void everyOtherRegister_storesAtEveryWidth() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            int offset = 0x14_6000 + 4 * random.nextInt(0x8000);
            int value = random.nextInt();
            bench.reg(offset, value);
            assertThat(bench.reg(offset)).isEqualTo(value);
            bench.gpu.write(0, offset + 1, 1, 0x5a);
            assertThat(bench.reg(offset)).isEqualTo(value & 0xffff_00ff | 0x5a00);
            bench.gpu.write(0, offset + 2, 2, 0x1234);
            assertThat(bench.gpu.read(0, offset + 2, 2)).isEqualTo(0x1234);
            assertThat(bench.gpu.read(0, offset, 1)).isEqualTo(value & 0xff);
        }
    }

    @Test
    void ports_reachRegistersAndTable() {
        bench.gpu.write(4, 0, 4, 0x2_4000);
        bench.gpu.write(4, 4, 4, 0x55);
        assertThat(bench.reg(0x2_4000)).isEqualTo(0x55);
        assertThat(bench.gpu.read(4, 4, 4)).isEqualTo(0x55);
        bench.gpu.write(4, 0, 4, 0x20_0000);
        bench.gpu.write(4, 4, 4, 0x66);
        assertThat(bench.gpu.read(4, 0, 8)).isEqualTo(0x66L << 32 | 0x20_0000);
    }

    @Test
    void access_outsideOrUnaligned_isTheCallersFault() {
        FakeHaswell gpu = bench.gpu;
        assertThatThrownBy(() -> gpu.read(0, 2, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gpu.read(0, 0, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gpu.read(0, 0x40_0000, 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gpu.write(1, 0, 4, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gpu.readConfig(256, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyRegister_sweptWithOnes_throwsNothing() {
        for (int offset = 0; offset < 0x20_0000; offset += 4) {
            bench.reg(offset, -1);
            bench.gpu.read(0, offset, 4);
        }
        bench.gpu.advance(1, 10_000);
        bench.gpu.reset();
        assertThat(bench.reg(0x2030)).isZero();
    }

    @Test
    void identity_isOfTheDeviceAskedFor() {
        FakeHaswell gpu = FakeHaswell.builder().deviceId(0x0416).build();
        assertThat(gpu.identity().vendor()).isEqualTo(0x8086);
        assertThat(gpu.identity().device()).isEqualTo(0x0416);
        assertThat(gpu.identity().classCode()).isEqualTo(0x03_0000);
        assertThat(gpu.readConfig(0x34, 1)).isEqualTo(0x90);
        assertThat(gpu.readConfig(0x90, 1)).isEqualTo(5);
    }
}
