package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.gpumediator.testkit.haswell.BlitReference.Surface;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlitterTest {

    private static final int AREA = 0x13_0000;
    private static final int FIRST = 0x3_0000;
    private static final int SECOND = 0xb_0000;
    private static final int[] ROPS = {
        0xcc, 0xf0, 0x00, 0xff, 0x5a, 0x66, 0x55, 0x88, 0xb8, 0xca, 0x1e
    };

    private final Bench bench = new Bench();
    private final Random random = new Random(7);
    private BlitReference reference = new BlitReference(new byte[0]);

    @BeforeEach
    void fill() {
        bench.start(HaswellEngine.BCS);
        byte[] bytes = new byte[AREA];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, bench.memory, ValueLayout.JAVA_BYTE, FIRST, AREA - FIRST);
        refresh();
    }

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    private void refresh() {
        reference = new BlitReference(contents());
    }

    private byte[] contents() {
        return bench.memory.asSlice(0, AREA).toArray(ValueLayout.JAVA_BYTE);
    }

    private void execute(CommandStream commands) {
        bench.run(HaswellEngine.BCS, commands);
        assertThat(bench.idle(HaswellEngine.BCS)).isTrue();
    }

    /** Compares everything but the ring and the status page. */
    private void check() {
        long different =
                bench.memory
                        .asSlice(FIRST, AREA - FIRST)
                        .mismatch(MemorySegment.ofArray(reference.after).asSlice(FIRST));
        assertThat(different).as("first differing byte").isEqualTo(-1);
    }

    private static int depth(int bytes) {
        return bytes == 4 ? 3 : bytes - 1;
    }

    private static int yx(int x, int y) {
        return y << 16 | x & 0xffff;
    }

    private Surface surface(int base, char tiling) {
        int pitch =
                switch (tiling) {
                    case 'X' -> 512 * (1 + random.nextInt(3));
                    case 'Y' -> 128 * (4 + random.nextInt(8));
                    default -> 4 * (100 + random.nextInt(300));
                };
        return new Surface(base, pitch, tiling);
    }

    private static int pitch(Surface surface) {
        return surface.tiling() == 'L' ? surface.pitch() : surface.pitch() / 4;
    }

    private int header(int opcode, int dwords, Surface to) {
        int header = opcode | dwords - 2;
        if (to.tiling() != 'L') {
            header |= 1 << 11;
        }
        if (reference.bytes == 4) {
            header |= 3 << 20;
        }
        return header;
    }

    private int raster(Surface to) {
        return depth(reference.bytes) << 24 | reference.rop << 16 | pitch(to);
    }

    private CommandStream tilingControl(Surface to, Surface from) {
        int bits = (from.tiling() == 'Y' ? 1 : 0) | (to.tiling() == 'Y' ? 2 : 0);
        return new CommandStream().loadRegister(0x2_2200, 3 << 16 | bits);
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'X', 'Y'})
    void fill_anyDepthAndRop_matchesReference(char tiling) {
        for (int i = 0; i < 60; i++) {
            refresh();
            reference.bytes = new int[] {1, 2, 4}[random.nextInt(3)];
            reference.rop = ROPS[random.nextInt(ROPS.length)];
            Surface to = surface(FIRST, tiling);
            int x = random.nextInt(50);
            int y = random.nextInt(50);
            int w = random.nextInt(50);
            int h = random.nextInt(70);
            int colour = random.nextInt();
            reference.blit(to, x, y, x + w, y + h, (a, b) -> 0, (a, b) -> colour);
            // A source is not there: operations of the source alone have nothing to go by.
            if ((reference.rop >> 2 & 0x33) == (reference.rop & 0x33)) {
                execute(
                        tilingControl(to, to)
                                .dw(header(0x5400_0000, 6, to), raster(to))
                                .dw(yx(x, y), yx(x + w, y + h), to.base(), colour));
                check();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LL", "LX", "XL", "XX", "LY", "YL", "YY", "XY"})
    void copy_anyDepthAndRop_matchesReference(String tilings) {
        for (int i = 0; i < 40; i++) {
            refresh();
            reference.bytes = new int[] {1, 2, 4}[random.nextInt(3)];
            reference.rop = 0x11 * random.nextInt(16); // those that need no pattern
            Surface from = surface(FIRST, tilings.charAt(0));
            Surface to = surface(SECOND, tilings.charAt(1));
            copy(to, from);
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'X', 'Y'})
    void copy_overlappingItself_goesTheRightWay(char tiling) {
        for (int i = 0; i < 60; i++) {
            refresh();
            reference.bytes = new int[] {1, 2, 4}[random.nextInt(3)];
            reference.rop = i % 2 == 0 ? 0xcc : 0x11 * random.nextInt(16);
            Surface both = surface(FIRST, tiling);
            copy(both, both);
        }
    }

    private void copy(Surface to, Surface from) {
        int x = random.nextInt(40);
        int y = random.nextInt(40);
        int sx = random.nextInt(40);
        int sy = random.nextInt(40);
        int w = random.nextInt(60);
        int h = random.nextInt(60);
        reference.blit(
                to,
                x,
                y,
                x + w,
                y + h,
                (a, b) -> reference.pixel(from, sx + a, sy + b),
                (a, b) -> 0);
        int sourceTiled = from.tiling() == 'L' ? 0 : 1 << 15;
        execute(
                tilingControl(to, from)
                        .dw(header(0x54c0_0000, 8, to) | sourceTiled, raster(to))
                        .dw(yx(x, y), yx(x + w, y + h), to.base())
                        .dw(yx(sx, sy), pitch(from), from.base()));
        check();
    }

    @Test
    void copy_withWriteMask_leavesOtherChannels() {
        int[] masks = {0, 0x00ff_ffff, 0xff00_0000, -1};
        for (int i = 0; i < masks.length; i++) {
            refresh();
            reference.mask = masks[i];
            Surface from = new Surface(FIRST, 256, 'L');
            Surface to = new Surface(SECOND, 256, 'L');
            reference.blit(to, 1, 2, 30, 9, (a, b) -> reference.pixel(from, a, b), (a, b) -> 0);
            execute(
                    new CommandStream()
                            .dw(0x54c0_0006 | i << 20, raster(to))
                            .dw(yx(1, 2), yx(30, 9), to.base(), 0, 256, from.base()));
            check();
        }
    }

    @Test
    void copy_clipped_writesOnlyInside() {
        reference.clipLeft = 5;
        reference.clipTop = 6;
        reference.clipRight = 20;
        reference.clipBottom = 12;
        Surface from = new Surface(FIRST, 256, 'L');
        Surface to = new Surface(SECOND, 256, 'L');
        reference.blit(to, 1, 2, 30, 30, (a, b) -> reference.pixel(from, a + 3, b), (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(0x40c0_0001, yx(5, 6), yx(20, 12))
                        .dw(header(0x54c0_0000, 8, to), raster(to) | 1 << 30)
                        .dw(yx(1, 2), yx(30, 30), to.base(), yx(3, 0), 256, from.base()));
        check();
    }

    @Test
    void plainFillAndCopy_countBytes() {
        reference.bytes = 2;
        Surface to = new Surface(SECOND + 64, 300, 'L');
        reference.rop = 0xf0;
        reference.blit(to, 0, 0, 20, 7, (a, b) -> 0, (a, b) -> 0x1234);
        execute(new CommandStream().dw(0x5000_0003, raster(to), 7 << 16 | 40, to.base(), 0x1234));
        check();
        refresh();
        reference.bytes = 4;
        Surface from = new Surface(FIRST, 512, 'L');
        reference.blit(to, 0, 0, 10, 5, (a, b) -> reference.pixel(from, a, b), (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(0x50c0_0004 | 3 << 20, raster(to), 5 << 16 | 40, to.base())
                        .dw(512, from.base()));
        check();
    }

    @Test
    void pattern_ofMemory_repeatsFromItsSeed() {
        for (int bytes : new int[] {1, 2, 4}) {
            refresh();
            reference.bytes = bytes;
            reference.rop = 0xf0;
            Surface to = new Surface(SECOND, 400, 'L');
            Surface pattern = new Surface(FIRST + 256, 8 * bytes, 'L');
            reference.blit(
                    to,
                    3,
                    4,
                    40,
                    30,
                    (a, b) -> 0,
                    (a, b) -> reference.pixel(pattern, (a + 5) % 8, (b + 2) % 8));
            execute(
                    new CommandStream()
                            .dw(header(0x5440_0000, 6, to) | 5 << 12 | 2 << 8, raster(to))
                            .dw(yx(3, 4), yx(40, 30), to.base(), pattern.base()));
            check();
            fullBlit(to, pattern);
        }
    }

    private void fullBlit(Surface to, Surface pattern) {
        refresh2(0xb8);
        Surface from = new Surface(FIRST + 0x8000, 512, 'L');
        reference.blit(
                to,
                3,
                4,
                40,
                30,
                (a, b) -> reference.pixel(from, a + 1, b + 2),
                (a, b) -> reference.pixel(pattern, a % 8, b % 8));
        execute(
                new CommandStream()
                        .dw(header(0x5540_0000, 9, to), raster(to))
                        .dw(yx(3, 4), yx(40, 30), to.base())
                        .dw(yx(1, 2), 512, from.base(), pattern.base()));
        check();
    }

    private void refresh2(int rop) {
        int bytes = reference.bytes;
        refresh();
        reference.bytes = bytes;
        reference.rop = rop;
    }

    @Test
    void monoPattern_transparent_keepsBackground() {
        reference.rop = 0xf0;
        Surface to = new Surface(SECOND, 400, 'L');
        long bits = 0x8142_2418_0f33_55aaL;
        reference.blit(
                to,
                2,
                2,
                33,
                21,
                (a, b) -> 0,
                (a, b) -> (bits >>> 8 * (b % 8) + 7 - a % 8 & 1) != 0 ? 0x77 : BlitReference.KEEP);
        execute(
                new CommandStream()
                        .dw(header(0x5480_0000, 9, to), raster(to) | 1 << 28)
                        .dw(yx(2, 2), yx(33, 21), to.base(), 0x11, 0x77)
                        .dw((int) bits, (int) (bits >>> 32)));
        check();
    }

    @Test
    void monoSource_fromMemoryAndInline_expandsBits() {
        Surface to = new Surface(SECOND, 400, 'L');
        int stride = 4; // 21 pixels after 3 bits, in 16-bit words
        reference.blit(
                to,
                2,
                2,
                23,
                9,
                (a, b) -> bit(FIRST + b * stride, a + 3) ? 0x1111 : 0x2222,
                (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(header(0x5500_0000, 8, to) | 3 << 17, raster(to))
                        .dw(yx(2, 2), yx(23, 9), to.base(), FIRST, 0x2222, 0x1111));
        check();
        refresh();
        reference.blit(
                to,
                2,
                2,
                18,
                4,
                (a, b) -> (0x5aa5_0ff0 >>> 16 * b + (a ^ 7) & 1) != 0 ? 0x3333 : BlitReference.KEEP,
                (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(header(0x5c40_0000, 8, to), raster(to) | 1 << 29)
                        .dw(yx(2, 2), yx(18, 4), to.base(), 0x4444, 0x3333, 0x5aa5_0ff0));
        check();
    }

    private boolean bit(int base, int index) {
        return (reference.before[base + index / 8] >>> 7 - index % 8 & 1) != 0;
    }

    @Test
    void setup_usedByPixelScanLinesAndText() {
        reference.rop = 0xf0;
        reference.clipLeft = 0;
        reference.clipTop = 0;
        reference.clipRight = 100;
        reference.clipBottom = 20;
        Surface to = new Surface(SECOND, 400, 'L');
        Surface pattern = new Surface(FIRST, 32, 'L');
        reference.blit(to, 7, 8, 8, 9, (a, b) -> 0, (a, b) -> 0x99);
        reference.blit(
                to,
                10,
                10,
                30,
                40,
                (a, b) -> 0,
                (a, b) -> reference.pixel(pattern, (a + 1) % 8, (b + 2) % 8));
        execute(
                new CommandStream()
                        .dw(0x4040_0006 | 3 << 20, raster(to) | 1 << 30, 0, yx(100, 20))
                        .dw(to.base(), 0x55, 0x99, pattern.base())
                        .dw(0x4900_0000, yx(7, 8))
                        .dw(0x4940_0001 | 1 << 12 | 2 << 8, yx(10, 10), yx(30, 40)));
        check();
        refresh2(0xcc);
        reference.blit(
                to,
                0,
                0,
                12,
                2,
                (a, b) -> (0x00f0_5a3c >>> ((a + 12 * b) ^ 7) & 1) != 0 ? 0x99 : 0x55,
                (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(0x4040_0006 | 3 << 20, raster(to), 0, 0, to.base(), 0x55, 0x99, 0)
                        .dw(0x4c40_0002, 0, yx(12, 2), 0x00f0_5a3c, 0));
        check();
    }

    @Test
    void chromaKey_insideRange_leavesDestination() {
        Surface from = new Surface(FIRST, 256, 'L');
        Surface to = new Surface(SECOND, 256, 'L');
        bench.put(FIRST + 8, 0x0010_2030);
        refresh();
        reference.blit(
                to,
                0,
                0,
                8,
                1,
                (a, b) -> a == 2 ? BlitReference.KEEP : reference.pixel(from, a, b),
                (a, b) -> 0);
        execute(
                new CommandStream()
                        .dw(header(0x5cc0_0000, 10, to) | 1 << 17, raster(to))
                        .dw(0, yx(8, 1), to.base(), 0, 256, from.base(), 0x0010_2030, 0x0010_2030));
        check();
    }

    @Test
    void hugeBlit_isDoneInPieces() {
        Surface to = new Surface(SECOND, 1024, 'L');
        bench.submit(
                HaswellEngine.BCS,
                new CommandStream()
                        .dw(0x5400_0004 | 3 << 20, 0x03f0_0000 | 1024, 0, yx(256, 512))
                        .dw(to.base(), 0x7777_7777));
        assertThat(bench.gpu.advance(0, 1)).isEqualTo(1);
        assertThat(bench.get(SECOND)).isEqualTo(0x7777_7777);
        assertThat(bench.get(SECOND + 511 * 1024)).isNotEqualTo(0x7777_7777);
        assertThat(bench.gpu.hasWork()).isTrue();
        bench.drain();
        assertThat(bench.get(SECOND + 512 * 1024 - 4)).isEqualTo(0x7777_7777);
    }

    @Test
    void copy_withNegativePitch_goesUpInMemory() {
        bench.run(
                HaswellEngine.BCS,
                new CommandStream()
                        .dw(0x54c0_0006 | 3 << 20, 0x03cc_0000 | -64 & 0xffff, 0, yx(4, 3))
                        .dw(SECOND + 0x1000, 0, 64, FIRST));
        for (int row = 0; row < 3; row++) {
            assertThat(bench.get(SECOND + 0x1000 - 64L * row))
                    .isEqualTo(bench.get(FIRST + 64L * row));
        }
    }
}
