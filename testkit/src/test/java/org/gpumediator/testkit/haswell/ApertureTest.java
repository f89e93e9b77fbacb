package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApertureTest {

    private static final int BASE = 0x10_0000;

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private void fence(int index, int first, int last, int pitch, boolean tiledY) {
        bench.reg(0x10_0000 + 8 * index, 0);
        bench.reg(0x10_0004 + 8 * index, last & 0xffff_f000 | pitch / 128 - 1);
        bench.reg(0x10_0000 + 8 * index, first | (tiledY ? 2 : 0) | 1);
    }

    @Test
    void linear_everyWidth_reachesMemory() {
        bench.put(BASE, 0x4433_2211, 0x8877_6655);
        assertThat(bench.gpu.read(2, BASE + 1, 1)).isEqualTo(0x22);
        assertThat(bench.gpu.read(2, BASE + 2, 2)).isEqualTo(0x4433);
        assertThat(bench.gpu.read(2, BASE + 4, 4)).isEqualTo(0x8877_6655L);
        assertThat(bench.gpu.read(2, BASE, 8)).isEqualTo(0x8877_6655_4433_2211L);
        bench.gpu.write(2, BASE, 8, 0x0102_0304_0506_0708L);
        bench.gpu.write(2, BASE + 2, 1, 0xaa);
        assertThat(bench.get(BASE)).isEqualTo(0x05aa_0708);
        assertThat(bench.get(BASE + 4)).isEqualTo(0x0102_0304);
    }

    @ParameterizedTest
    @CsvSource({"512,X", "1536,X", "4096,X", "128,Y", "640,Y", "4096,Y"})
    void fenced_everyByte_isWhereTheFormulaSays(int pitch, char tiling) {
        int rows = 96;
        int length = (rows * pitch + 4095) / 4096 * 4096;
        fence(31, BASE, BASE + length - 4096, pitch, tiling == 'Y');
        BlitReference.Surface surface = new BlitReference.Surface(BASE, pitch, tiling);
        Random random = new Random(pitch);
        for (int i = 0; i < 5000; i++) {
            int x = random.nextInt(pitch);
            int y = random.nextInt(rows);
            int value = random.nextInt(256);
            bench.gpu.write(2, BASE + (long) y * pitch + x, 1, value);
            int at = surface.at(x, y);
            assertThat(bench.get(at & ~3) >>> 8 * (at & 3) & 0xff).isEqualTo(value);
            assertThat(bench.gpu.read(2, BASE + (long) y * pitch + x, 1)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {BASE - 8, BASE + 0x1_0000})
    void outsideFence_isLinear(int address) {
        fence(0, BASE, BASE + 0xf000, 512, false);
        bench.put(address, 0x77);
        assertThat(bench.gpu.read(2, address, 4)).isEqualTo(0x77);
    }

    @Test
    void fence_madeInvalid_isLinearAgain() {
        fence(3, BASE, BASE + 0xf000, 512, false);
        bench.put(BASE + 512, 1);
        bench.put(BASE + 4096, 2);
        assertThat(bench.gpu.read(2, BASE + 8 * 512, 4)).isEqualTo(2);
        bench.gpu.write(0, 0x10_0018, 8, 0);
        assertThat(bench.gpu.read(2, BASE + 512, 4)).isEqualTo(1);
        assertThat(bench.gpu.read(0, 0x10_0018, 8)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 128, 256, 512})
    void length_isWhatWasAskedFor(long mebibytes) {
        FakeHaswell gpu = FakeHaswell.builder().apertureBytes(mebibytes << 20).build();
        assertThat(gpu.barLength(2)).isEqualTo(mebibytes << 20);
        assertThat(gpu.readConfig(0x50, 2) >>> 8 & 3).isEqualTo(2);
        gpu.writeConfig(0x18, 4, -1);
        assertThat(gpu.readConfig(0x18, 4) & 0xffff_fff0).isEqualTo((int) -(mebibytes << 20));
        assertThatThrownBy(() -> gpu.read(2, mebibytes << 20, 4))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
