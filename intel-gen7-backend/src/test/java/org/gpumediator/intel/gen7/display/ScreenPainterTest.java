package org.gpumediator.intel.gen7.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gpumediator.api.vmm.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pipe shows, against pixels put into memory one by one. */
final class ScreenPainterTest {

    private static final int WIDTH = 200;
    private static final int HEIGHT = 20;
    private static final int BASE = 0x10_0000;
    private static final int MEMORY = 1 << 20;

    private final Wires registers = new Wires();
    private final byte[] memory = new byte[MEMORY];
    private final ScreenPainter painter =
            new ScreenPainter(registers, new PrecisionPalette(), new ByteMemory(BASE, memory));
    private final Picture picture = new Picture();

    private static int place(boolean tiled, int stride, int x, int y) {
        return tiled ? y / 8 * stride * 8 + x / 512 * 4096 + y % 8 * 512 + x % 512 : y * stride + x;
    }

    private void primary(int format, boolean tiled, int stride, int x, int y) {
        registers.set(0x6_001c, WIDTH - 1 << 16 | HEIGHT - 1);
        registers.set(0x7_0180, 0x8000_0000 | format << 26 | (tiled ? 1 << 10 : 0));
        registers.set(0x7_0188, stride);
        registers.set(0x7_019c, BASE);
        registers.set(0x7_01a4, y << 16 | x);
    }

    @ParameterizedTest
    @CsvSource({
        "6, 4, false", "6, 4, true", "14, 4, false", "10, 4, true", "8, 4, false",
        "5, 2, false", "5, 2, true", "2, 1, false", "2, 1, true", "12, 8, true"
    })
    void primary_ofEachFormat_isDrawnFromItsOffset(int format, int bytes, boolean tiled) {
        Random random = new Random(format);
        int stride = 4096;
        primary(format, tiled, stride, 7, 3);
        for (int i = 0; i < 256; i++) {
            registers.set(0x4_a000 + 4 * i, random.nextInt() & 0xff_ffff);
        }
        int[] expected = new int[WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int red = random.nextInt(256);
                int green = random.nextInt(256);
                int blue = random.nextInt(256);
                int index = random.nextInt(256);
                int at = place(tiled, stride, (7 + x) * bytes, 3 + y);
                long pixel =
                        switch (format) {
                            case 6 -> 0x5a00_0000L | red << 16 | green << 8 | blue;
                            case 14 -> 0x5a00_0000L | blue << 16 | green << 8 | red;
                            case 10 -> (long) red << 22 | green << 12 | blue << 2 | 0xc000_0000L;
                            case 8 -> (long) blue << 22 | green << 12 | red << 2;
                            case 5 -> (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3;
                            case 2 -> index;
                            default ->
                                    half(red)
                                            | half(green) << 16
                                            | half(blue) << 32
                                            | 0x3c00L << 48;
                        };
                for (int i = 0; i < bytes; i++) {
                    memory[at + i] = (byte) (pixel >>> 8 * i);
                }
                expected[y * WIDTH + x] =
                        0xff00_0000
                                | switch (format) {
                                    case 5 ->
                                            widen(red, 3) << 16
                                                    | widen(green, 2) << 8
                                                    | widen(blue, 3);
                                    case 2 -> registers.get(0x4_a000 + 4 * index);
                                    default -> red << 16 | green << 8 | blue;
                                };
            }
        }
        assertThat(painter.draw(0, picture)).isTrue();
        assertThat(picture.width()).isEqualTo(WIDTH);
        assertThat(picture.pixels()).startsWith(expected);
    }

    private static long half(int channel) {
        return Float.floatToFloat16(channel / 255f) & 0xffffL;
    }

    private static int widen(int channel, int lost) {
        int kept = channel >> lost;
        return kept << lost | kept >> 8 - 2 * lost;
    }

    private void fill(int value) {
        for (int i = 0; i < MEMORY; i += 4) {
            memory[i] = (byte) value;
            memory[i + 1] = (byte) (value >>> 8);
            memory[i + 2] = (byte) (value >>> 16);
            memory[i + 3] = (byte) (value >>> 24);
        }
    }

    @Test
    void rotatedPlane_isReadBackwards() {
        primary(6, false, 1024, 0, 0);
        registers.set(0x7_0180, registers.get(0x7_0180) | 1 << 15);
        memory[0] = 77;
        painter.draw(0, picture);
        assertThat(picture.pixels()[WIDTH * HEIGHT - 1]).isEqualTo(0xff00_004d);
    }

    /** A table that turns red, green and blue differently. */
    private void gammaTable() {
        for (int i = 0; i < 256; i++) {
            registers.set(0x4_a000 + 4 * i, 255 - i << 16 | i / 2 << 8 | (i ^ 0x55));
        }
    }

    private static int throughTable(int pixel) {
        return 0xff00_0000
                | 255 - (pixel >>> 16 & 0xff) << 16
                | (pixel >>> 8 & 0xff) / 2 << 8
                | pixel & 0xff ^ 0x55;
    }

    @Test
    void gamma_isThatOfThePlaneOnTop_afterBlending() {
        gammaTable();
        primary(6, true, 1024, 0, 0);
        registers.set(0x7_0180, registers.get(0x7_0180) | 1 << 30);
        fill(0x5a12_3456);
        registers.set(0x7_0280, 0x8000_0000 | 2 << 25); // a sprite without gamma
        registers.set(0x7_0288, 64);
        registers.set(0x7_0290, 3 << 16 | 3);
        registers.set(0x7_029c, BASE);
        registers.set(0x7_0080, 0x27 | 1 << 26); // a cursor with gamma over both
        registers.set(0x7_0084, BASE + 0x8_0000);
        registers.set(0x7_0088, 2 << 16 | 2);
        for (int i = 0; i < 4 * 64 * 64; i++) {
            memory[0x8_0000 + i] = (byte) (i % 4 == 3 ? 0x80 : 0x20);
        }
        assertThat(painter.draw(0, picture)).isTrue();
        int[] pixels = picture.pixels();
        assertThat(pixels[WIDTH * HEIGHT - 1]).isEqualTo(throughTable(0x12_3456));
        assertThat(pixels[0]).isEqualTo(0xff12_3456);
        int blended = 0x20 + 0x12 * 127 / 255 << 16 | 0x20 + 0x34 * 127 / 255 << 8 | 0x20 + 42;
        assertThat(pixels[2 * WIDTH + 2]).isEqualTo(throughTable(blended));
        assertThat(pixels[2 * WIDTH + 4]).isEqualTo(throughTable(blended));
    }

    @Test
    void gamma_thatChangesNothing_isAsNone() {
        for (int i = 0; i < 256; i++) {
            registers.set(0x4_a000 + 4 * i, i * 0x01_0101);
        }
        primary(6, false, 1024, 0, 0);
        registers.set(0x7_0180, registers.get(0x7_0180) | 1 << 30);
        fill(0x5a12_3456);
        painter.draw(0, picture);
        assertThat(picture.pixels()).containsOnly(0xff12_3456);
    }

    @Test
    void cursor_partlyOutside_isBlendedWhereItIsSeen() {
        primary(6, false, 1024, 0, 0);
        fill(0x00ff_ffff);
        registers.set(0x7_0080, 0x27);
        registers.set(0x7_0084, BASE + 0x8_0000);
        registers.set(0x7_0088, 2 << 16 | 0x8000 | 60); // x = -60, y = 2
        registers.set(0x7_00a0, 0x8000_0000 | 9); // ten rows
        for (int i = 0; i < 64 * 64; i++) {
            memory[0x8_0000 + 4 * i + 2] = 0x40;
            memory[0x8_0000 + 4 * i + 3] = (byte) 0x80;
            memory[0x8_0000 + 4 * i] = 0;
            memory[0x8_0000 + 4 * i + 1] = 0;
        }
        painter.draw(0, picture);
        int blended = 0xff00_0000 | 0x40 + 127 << 16 | 127 << 8 | 127;
        assertThat(picture.pixels()[2 * WIDTH]).isEqualTo(blended);
        assertThat(picture.pixels()[11 * WIDTH + 3]).isEqualTo(blended);
        assertThat(picture.pixels()[2 * WIDTH + 4]).isEqualTo(0xffff_ffff);
        assertThat(picture.pixels()[12 * WIDTH]).isEqualTo(0xffff_ffff);
    }

    @Test
    void sprite_overThePrimary_isClippedAtTheEdge() {
        primary(6, false, 1024, 0, 0);
        registers.set(0x7_0280, 0x8000_0000 | 2 << 25 | 1 << 20);
        registers.set(0x7_0288, 64);
        registers.set(0x7_028c, 18 << 16 | WIDTH - 5);
        registers.set(0x7_0290, 7 << 16 | 15);
        registers.set(0x7_029c, BASE + 0x4_0000);
        for (int i = 0; i < 8 * 16; i++) {
            memory[0x4_0000 + 4 * i] = 0x11; // red in the low byte
        }
        painter.draw(0, picture);
        assertThat(picture.pixels()[18 * WIDTH + WIDTH - 5]).isEqualTo(0xff11_0000);
        assertThat(picture.pixels()[19 * WIDTH + WIDTH - 1]).isEqualTo(0xff11_0000);
        assertThat(picture.pixels()[19 * WIDTH]).isEqualTo(0xff00_0000);
    }

    @Test
    void surfaceThatIsNotTheGuests_isBlackAndSaid() {
        primary(6, false, 1024, 0, 0);
        fill(0x00ff_ffff);
        registers.set(0x7_019c, 0x4000_0000);
        assertThat(painter.draw(0, picture)).isFalse();
        assertThat(picture.pixels()).containsOnly(0xff00_0000);
    }

    @Test
    void registersFullOfNonsense_neverThrowNorReadAcrossAPage() {
        Random random = new Random(11);
        int[] offsets = {
            0x6_001c, 0x7_0180, 0x7_0188, 0x7_019c, 0x7_01a4, 0x7_0280, 0x7_0288, 0x7_028c,
            0x7_0290, 0x7_029c, 0x7_02a4, 0x7_0080, 0x7_0084, 0x7_0088, 0x7_00a0
        };
        for (int i = 0; i < 300; i++) {
            for (int offset : offsets) {
                registers.set(offset, random.nextInt());
            }
            registers.set(0x6_001c, random.nextInt() & 0x00ff_00ff);
            painter.draw(0, picture);
        }
    }
}
