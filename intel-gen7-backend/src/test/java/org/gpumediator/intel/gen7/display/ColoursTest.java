package org.gpumediator.intel.gen7.display;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.vmm.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gamma tables of every mode, colour keys of sprites, and the panel fitter, as they are seen. */
final class ColoursTest {

    private static final int BASE = 0x10_0000;
    private static final int SPRITE = 0x4_0000;
    private static final int OPAQUE = 0xff00_0000;

    private final Wires registers = new Wires();
    private final byte[] memory = new byte[1 << 20];
    private final PrecisionPalette precise = new PrecisionPalette();
    private final ScreenPainter painter =
            new ScreenPainter(registers, precise, new ByteMemory(BASE, memory));
    private final Picture picture = new Picture();

    /** A plane of 32 bits a pixel, rows of 1 KiB. */
    private void primary(int width, int height) {
        registers.set(0x6_001c, width - 1 << 16 | height - 1);
        registers.set(0x7_0180, 0x9800_0000);
        registers.set(0x7_0188, 1024);
        registers.set(0x7_019c, BASE);
    }

    private void put(int at, int pixel) {
        for (int i = 0; i < 4; i++) {
            memory[at + i] = (byte) (pixel >>> 8 * i);
        }
    }

    private int pixel(int x, int y) {
        painter.draw(0, picture);
        return picture.pixels()[y * picture.width() + x];
    }

    // ---- gamma

    private void withGamma() {
        registers.set(0x7_0180, registers.get(0x7_0180) | 1 << 30);
    }

    /** Shows the 256 values of a grey ramp. */
    private void ramp() {
        primary(256, 1);
        withGamma();
        for (int i = 0; i < 256; i++) {
            put(4 * i, i * 0x01_0101);
        }
    }

    private static int grey(int red, int green, int blue) {
        return red << 20 | green << 10 | blue;
    }

    @Test
    void tenBits_takeTheEntryOfTheValueWidened() {
        ramp();
        registers.set(0x4_a480, 1);
        for (int i = 0; i < 1024; i++) {
            precise.set(0, i, grey(1023 - i, i / 2, i));
        }
        for (int value : new int[] {0, 1, 64, 128, 200, 255}) {
            int index = value << 2 | value >> 6;
            int expected = 1023 - index >> 2 << 16 | index / 2 >> 2 << 8 | value;
            assertThat(pixel(value, 0)).isEqualTo(OPAQUE | expected);
        }
    }

    @Test
    void split_goesThroughTheFirstHalfThenTheSecond() {
        ramp();
        registers.set(0x4_a480, 3);
        for (int i = 0; i < 512; i++) {
            int first = 1023 - 2 * i;
            precise.set(0, i, grey(first, first, first));
            precise.set(0, 512 + i, grey(i, 2 * i, 1023 - 2 * i));
        }
        int between = 1023 - 2 * 200 >> 1; // 100 is the 200th of 512
        assertThat(pixel(100, 0))
                .isEqualTo(
                        OPAQUE
                                | between >> 2 << 16
                                | 2 * between >> 2 << 8
                                | 1023 - 2 * between >> 2);
    }

    @Test
    void twelveBits_lieBetweenTwoPoints_theLastIsApart() {
        ramp();
        registers.set(0x4_a480, 2);
        for (int i = 0; i < 512; i++) { // value x 128, in pairs of low and high bits
            int low = i * 128 & 0x3f;
            int high = i * 128 >> 6;
            precise.set(0, 2 * i, grey(low << 4, low << 4, low << 4));
            precise.set(0, 2 * i + 1, grey(high, high, high));
        }
        for (int channel = 0; channel < 3; channel++) {
            registers.set(0x4_a410 + 4 * channel, 0x1_0000);
        }
        for (int value : new int[] {0, 1, 2, 3, 100, 254, 255}) {
            assertThat(pixel(value, 0)).isEqualTo(OPAQUE | value * 0x01_0101);
        }
        registers.set(0x4_a410, 0); // red falls to nothing behind its last point
        int lastPoint = 511 * 128;
        assertThat(pixel(255, 0)).isEqualTo(OPAQUE | lastPoint / 8 >> 8 << 16 | 0xffff);
    }

    @Test
    void precisePalette_perPipe_wrapsAndForgets() {
        precise.set(1, 1024 + 7, 5);
        assertThat(precise.get(1, 7)).isEqualTo(5);
        assertThat(precise.get(0, 7)).isZero();
        precise.reset();
        assertThat(precise.get(1, 7)).isZero();
    }

    // ---- colour keys

    /** Over a plane of one colour a sprite of 4x1 pixels. */
    private void sprite(int control, int... pixels) {
        primary(8, 1);
        registers.set(0x7_0280, 0x8000_0000 | 2 << 25 | control);
        registers.set(0x7_0288, 64);
        registers.set(0x7_0290, pixels.length - 1);
        registers.set(0x7_029c, BASE + SPRITE);
        for (int i = 0; i < pixels.length; i++) {
            put(SPRITE + 4 * i, pixels[i]);
        }
    }

    private void key(int value, int highest, int mask) {
        registers.set(0x7_0294, value);
        registers.set(0x7_02a0, highest);
        registers.set(0x7_0298, mask);
    }

    @Test
    void sourceKey_hidesColoursInTheRangeOfChannelsThatCount() {
        sprite(1 << 22, 0x102030, 0x112030, 0x102130, 0x2f3f4f);
        put(0, 0xabcdef);
        put(4, 0xabcdef);
        put(8, 0xabcdef);
        put(12, 0xabcdef);
        key(0x102030, 0x102030, 7 << 24);
        assertThat(pixel(0, 0)).isEqualTo(0xffab_cdef);
        assertThat(pixel(1, 0)).isEqualTo(0xff11_2030);
        assertThat(pixel(2, 0)).isEqualTo(0xff10_2130);
        key(0x102030, 0x1f2f3f, 4 << 24); // red alone, and a range
        assertThat(pixel(1, 0)).isEqualTo(0xffab_cdef);
        assertThat(pixel(2, 0)).isEqualTo(0xffab_cdef);
        assertThat(pixel(3, 0)).isEqualTo(0xff2f_3f4f);
        key(0, 0xffffff, 0xffffff); // no channel counts
        assertThat(pixel(0, 0)).isEqualTo(0xff10_2030);
    }

    @Test
    void destinationKey_showsTheSpriteOnlyOverTheColour() {
        sprite(1 << 2, 0x111111, 0x111111, 0x111111, 0x111111);
        put(0, 0x0000ff);
        put(4, 0x0100ff);
        put(8, 0x0000fe);
        put(12, 0x5a0000ff);
        key(0x0000ff, 0, 0x07ff_ffff);
        assertThat(pixel(0, 0)).isEqualTo(0xff11_1111);
        assertThat(pixel(1, 0)).isEqualTo(0xff01_00ff);
        assertThat(pixel(2, 0)).isEqualTo(0xff00_00fe);
        assertThat(pixel(3, 0)).as("what is no colour does not count").isEqualTo(0xff11_1111);
        key(0x0000ff, 0, 0x07ff_00fe); // some bits are ignored
        assertThat(pixel(2, 0)).isEqualTo(0xff11_1111);
    }

    @Test
    void destinationKey_isComparedBeforeGamma() {
        for (int i = 0; i < 256; i++) {
            registers.set(0x4_a000 + 4 * i, (255 - i) * 0x01_0101);
        }
        sprite(1 << 2, 0x111111, 0x111111);
        withGamma();
        put(0, 0x0000ff);
        put(4, 0x000000);
        key(0x0000ff, 0, 0x07ff_ffff);
        assertThat(pixel(0, 0)).isEqualTo(0xff11_1111);
        assertThat(pixel(1, 0)).isEqualTo(0xffff_ffff);
    }

    /** Two pixels of luma 0x50 and 0x60, U 0x70, V 0x90. */
    @ParameterizedTest
    @CsvSource({"0, 90607050", "1, 60905070", "2, 70609050", "3, 60705090"})
    void sourceKey_ofYuv_looksAtItsOwnChannels(int order, String word) {
        sprite(1 << 22, Integer.parseUnsignedInt(word, 16));
        registers.set(0x7_0280, 0x8000_0000 | 1 << 22 | order << 16);
        registers.set(0x7_0290, 1);
        key(0x905070, 0x905070, 7 << 24);
        assertThat(pixel(0, 0)).isEqualTo(OPAQUE);
        assertThat(picture.pixels()[1]).isNotEqualTo(OPAQUE);
        registers.set(0x7_0280, registers.get(0x7_0280) | 1 << 15); // turned round
        assertThat(pixel(1, 0)).isEqualTo(OPAQUE);
        assertThat(picture.pixels()[0]).isNotEqualTo(OPAQUE);
    }

    // ---- panel fitter

    /** Eight pixels by four: x in the red channel, y in green. */
    private void fitted(int x, int y, int width, int height, int monitorWidth, int monitorHeight) {
        primary(8, 4);
        for (int i = 0; i < 32; i++) {
            put(i / 8 * 1024 + i % 8 * 4, i % 8 << 16 | i / 8 << 8 | 0x40);
        }
        registers.set(0x6_0000, monitorWidth + 100 - 1 << 16 | monitorWidth - 1);
        registers.set(0x6_000c, monitorHeight + 10 - 1 << 16 | monitorHeight - 1);
        registers.set(0x6_8080, 0x8080_0000);
        registers.set(0x6_8070, x << 16 | y);
        registers.set(0x6_8074, width << 16 | height);
    }

    @Test
    void fitter_stretchesIntoItsWindow_withBlackAround() {
        fitted(4, 2, 16, 8, 24, 12);
        assertThat(pixel(0, 0)).isEqualTo(OPAQUE);
        assertThat(picture.width()).isEqualTo(24);
        assertThat(picture.height()).isEqualTo(12);
        for (int y = 0; y < 12; y++) {
            for (int x = 0; x < 24; x++) {
                boolean inside = x >= 4 && x < 20 && y >= 2 && y < 10;
                int expected = inside ? (x - 4) / 2 << 16 | (y - 2) / 2 << 8 | 0x40 : 0;
                assertThat(picture.pixels()[y * 24 + x]).isEqualTo(OPAQUE | expected);
            }
        }
    }

    @Test
    void fitter_shrinks_andCutsWhatLiesBesideTheMonitor() {
        fitted(2, 0, 4, 2, 5, 2);
        assertThat(pixel(2, 0)).isEqualTo(OPAQUE | 1 << 16 | 1 << 8 | 0x40);
        assertThat(pixel(4, 1)).isEqualTo(OPAQUE | 5 << 16 | 3 << 8 | 0x40);
        fitted(8000, 8000, 8191, 8191, 5, 2);
        assertThat(pixel(4, 1)).isEqualTo(OPAQUE);
    }

    @Test
    void fitter_offOrWithoutSize_changesNothing() {
        fitted(4, 2, 0, 8, 24, 12);
        assertThat(pixel(7, 3)).isEqualTo(OPAQUE | 7 << 16 | 3 << 8 | 0x40);
        assertThat(picture.width()).isEqualTo(8);
        fitted(4, 2, 16, 8, 24, 12);
        registers.set(0x6_8080, 0);
        assertThat(pixel(7, 3)).isEqualTo(OPAQUE | 7 << 16 | 3 << 8 | 0x40);
        fitted(0, 0, 8, 4, 8, 4);
        assertThat(pixel(7, 3)).isEqualTo(OPAQUE | 7 << 16 | 3 << 8 | 0x40);
    }

    @Test
    void fitter_ofThePanel_takesTheEmbeddedTranscodersSize() {
        fitted(0, 0, 16, 8, 99, 99);
        registers.set(0x6_f400, 0x8200_0000);
        registers.set(0x6_f000, 15);
        registers.set(0x6_f00c, 7);
        pixel(0, 0);
        assertThat(picture.width()).isEqualTo(16);
        assertThat(picture.height()).isEqualTo(8);
    }
}
