package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.intel.gen7.command.ScanRig.BCS;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blits against a pixel-by-pixel reckoning of the bytes they touch. */
class BlitAuditTest {

    private static final int COLOR_BLT = 0x5400_0004;
    private static final int COPY_BLT = 0x54c0_0006;
    private static final int DEPTH32 = 3 << 24;

    private enum Tiling {
        LINEAR,
        X,
        Y
    }

    private static boolean accepted(int... command) {
        ScanRig rig = new ScanRig(BCS);
        rig.scan(command);
        return rig.refusals.isEmpty();
    }

    private static boolean owned(long graphicsAddress) {
        return graphicsAddress >= ScanRig.LOW_START && graphicsAddress < ScanRig.LOW_END
                || graphicsAddress >= ScanRig.HIGH_START && graphicsAddress < ScanRig.HIGH_END;
    }

    /**
     * Returns the address of a byte of a surface. A pitch below one tile counts as one, and else is
     * rounded down to tiles, if it is no multiple.
     */
    private static long address(Tiling tiling, long base, long pitch, int y, long xBytes) {
        return switch (tiling) {
            case LINEAR -> base + y * pitch + xBytes;
            case X ->
                    base
                            + Math.floorDiv(y, 8) * 4096L * Math.max(1, pitch / 512)
                            + Math.floorDiv(xBytes, 512) * 4096
                            + Math.floorMod(y, 8) * 512
                            + Math.floorMod(xBytes, 512);
            case Y ->
                    base
                            + Math.floorDiv(y, 32) * 4096L * Math.max(1, pitch / 128)
                            + Math.floorDiv(xBytes, 128) * 4096
                            + Math.floorMod(xBytes, 128) / 16 * 512L
                            + Math.floorMod(y, 32) * 16
                            + Math.floorMod(xBytes, 16);
        };
    }

    private static boolean touchesOnlyOwned(
            Tiling tiling, long base, long pitch, int x1, int y1, int x2, int y2, int pixelBytes) {
        for (int y = y1; y < y2; y++) {
            for (long x = (long) x1 * pixelBytes; x < (long) x2 * pixelBytes; x++) {
                if (!owned(address(tiling, base, pitch, y, x))) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void fill_accepted_touchesNoByteOutsideTheSlice() {
        Random random = new Random(42);
        int acceptedBlits = 0;
        int refusedBlits = 0;
        long[] edges = {ScanRig.LOW_START, ScanRig.LOW_END, ScanRig.HIGH_START, ScanRig.HIGH_END};
        for (int i = 0; i < 40_000; i++) {
            boolean tiled = random.nextBoolean();
            int depth = random.nextInt(4);
            int pixelBytes = depth == 3 ? 4 : depth == 0 ? 1 : 2;
            int whole = (1 + random.nextInt(4)) * 512 / 4;
            int odd = random.nextInt(2048) - 1024;
            int pitch = tiled && random.nextInt(3) > 0 ? whole : tiled ? odd / 8 : odd;
            int x1 = random.nextInt(300) - (random.nextInt(4) == 0 ? 40 : 0);
            int y1 = random.nextInt(80) - (random.nextInt(4) == 0 ? 40 : 0);
            int x2 = x1 + random.nextInt(40);
            int y2 = y1 + random.nextInt(40);
            long base = edges[random.nextInt(4)] + (random.nextInt(80) - 40) * 4096L;
            int[] blit = {
                COLOR_BLT | (tiled ? 1 << 11 : 0),
                depth << 24 | pitch & 0xffff,
                y1 << 16 | x1 & 0xffff,
                y2 << 16 | x2 & 0xffff,
                (int) base,
                0
            };
            if (accepted(blit)) {
                acceptedBlits++;
                for (Tiling tiling : Tiling.values()) {
                    if (tiled == (tiling != Tiling.LINEAR)) {
                        long bytes = tiled ? pitch * 4L : pitch;
                        assertThat(
                                        touchesOnlyOwned(
                                                tiling, base, bytes, x1, y1, x2, y2, pixelBytes))
                                .as("%s blit %d at 0x%x", tiling, i, base)
                                .isTrue();
                    }
                }
            } else {
                refusedBlits++;
            }
        }
        assertThat(acceptedBlits).isGreaterThan(5_000);
        assertThat(refusedBlits).isGreaterThan(5_000);
    }

    @Test
    void fill_ofALinearSurface_mayReachItsLastByte() {
        // 16 lines of 256 bytes at the very end of the range
        int base = (int) ScanRig.HIGH_END - 4096;
        assertThat(accepted(COLOR_BLT, DEPTH32 | 256, 0, 16 << 16 | 64, base, 0)).isTrue();
        assertThat(accepted(COLOR_BLT, DEPTH32 | 256, 0, 17 << 16 | 64, base, 0)).isFalse();
        assertThat(accepted(COLOR_BLT, DEPTH32 | 256, 0, 16 << 16 | 65, base, 0)).isFalse();
    }

    @Test
    void fill_withANegativePitch_isReckonedDownwards() {
        int base = (int) ScanRig.LOW_START + 15 * 256;
        int pitch = -256 & 0xffff;
        assertThat(accepted(COLOR_BLT, DEPTH32 | pitch, 0, 16 << 16 | 64, base, 0)).isTrue();
        assertThat(accepted(COLOR_BLT, DEPTH32 | pitch, 0, 17 << 16 | 64, base, 0)).isFalse();
    }

    @Test
    void fill_ofATiledSurface_hasItsPitchInDwords() {
        // 32 lines of 4 KiB, pitch 1024 dwords
        int base = (int) ScanRig.LOW_END - 32 * 4096;
        int tiled = COLOR_BLT | 1 << 11;
        assertThat(accepted(tiled, DEPTH32 | 1024, 0, 32 << 16 | 1024, base, 0)).isTrue();
        assertThat(accepted(tiled, DEPTH32 | 1024, 0, 33 << 16 | 1024, base, 0)).isFalse();
        assertThat(accepted(tiled, DEPTH32 | 1025, 0, 32 << 16 | 1024, base, 0)).isFalse();
    }

    @Test
    void fill_ofATiledSurface_withAPitchBelowATile_takesWholeTiles() {
        // 64 lines of 4 bytes: 8 X tiles, one below the other
        int tiled = COLOR_BLT | 1 << 11;
        int base = (int) ScanRig.LOW_END - 8 * 4096;
        assertThat(accepted(tiled, DEPTH32 | 1, 0, 64 << 16 | 1, base, 0)).isTrue();
        assertThat(accepted(tiled, DEPTH32 | 1, 0, 65 << 16 | 1, base, 0)).isFalse();
        assertThat(accepted(tiled, DEPTH32 | 1, 0, 64 << 16 | 1, base + 4096, 0)).isFalse();
        int inside = (int) ScanRig.LOW_START + 0x10_0000;
        assertThat(accepted(tiled, DEPTH32, 0, 1 << 16 | 1, inside, 0)).as("no pitch").isFalse();
        assertThat(accepted(tiled, DEPTH32 | 0xff80, 0, 1 << 16 | 1, inside, 0)).isFalse();
    }

    @Test
    void linearBlit_fromRightToLeft_isReckonedFromTheBaseDownwards() {
        int left = 1 << 30 | DEPTH32 | 256;
        int size = 16 << 16 | 256;
        int start = (int) ScanRig.LOW_START;
        int good = start + 0x1000;
        assertThat(accepted(0x5000_0003, left, size, good, 0)).isTrue();
        assertThat(accepted(0x5000_0003, left, size, start, 0)).isFalse();
        assertThat(accepted(0x5000_0003, left, size, start + 251, 0)).isFalse();
        assertThat(accepted(0x50c0_0004, left, size, good, 256, good)).isTrue();
        assertThat(accepted(0x50c0_0004, left, size, good, 256, start)).isFalse();
    }

    @Test
    void copy_sourceOutsideTheSlice_isRefused() {
        int good = (int) ScanRig.LOW_START;
        int last = (int) ScanRig.LOW_END - 4096;
        int rect = 16 << 16 | 64;
        assertThat(accepted(COPY_BLT, DEPTH32 | 256, 0, rect, good, 0, 256, last)).isTrue();
        assertThat(accepted(COPY_BLT, DEPTH32 | 256, 0, rect, good, 1, 256, last)).isFalse();
        assertThat(accepted(COPY_BLT, DEPTH32 | 256, 0, rect, good, 1 << 16, 256, last)).isFalse();
        assertThat(accepted(COPY_BLT, DEPTH32 | 256, 0, rect, good, 0, 257, last)).isFalse();
        int tiledSource = COPY_BLT | 1 << 15;
        assertThat(accepted(tiledSource, DEPTH32 | 256, 0, rect, good, 0, 256, last)).isFalse();
    }

    @Test
    void fullBlit_sourceAndPattern_areAudited() {
        int good = (int) ScanRig.LOW_START;
        int bad = 0x1000_0000;
        int rect = 16 << 16 | 64;
        int header = 0x5540_0007;
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, good, 0, 256, good, good)).isTrue();
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, bad, 0, 256, good, good)).isFalse();
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, good, 0, 256, bad, good)).isFalse();
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, good, 0, 256, good, bad)).isFalse();
        int pattern = (int) ScanRig.LOW_END - 256;
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, good, 0, 256, good, pattern)).isTrue();
        assertThat(accepted(header, DEPTH32 | 256, 0, rect, good, 0, 256, good, pattern + 64))
                .isFalse();
    }

    @Test
    void linearCopy_sourceInDword5_isAudited() {
        int good = (int) ScanRig.LOW_START;
        int size = 16 << 16 | 256;
        assertThat(accepted(0x50c0_0004, 256, size, good, 256, good)).isTrue();
        assertThat(accepted(0x50c0_0004, 256, size, good, 256, 0x1000_0000)).isFalse();
        assertThat(accepted(0x50c0_0004, 256, size, good, 256, (int) ScanRig.LOW_END - 4095))
                .isFalse();
        assertThat(accepted(0x5000_0003, 256, size, (int) ScanRig.LOW_END - 4096, 0)).isTrue();
        assertThat(accepted(0x5000_0003, 256, size, (int) ScanRig.LOW_END - 4092, 0)).isFalse();
        assertThat(accepted(0x5000_0003, 256, 256, good, 0)).isFalse();
    }

    private static final int SETUP = 0x4440_0007;
    private static final int PIXEL = 0x4900_0000;
    private static final int SPANS = 0x4940_0001;

    @Test
    void drawing_insideTheDestinationThatWasSetUp_passes() {
        int base = (int) ScanRig.LOW_END - 4096;
        int[] both = {SETUP, DEPTH32 | 256, 0, 0, base, 0, 0, 0, 0, PIXEL, 15 << 16 | 63};
        assertThat(accepted(both)).isTrue();
        both[10] = 15 << 16 | 64;
        assertThat(accepted(both)).isFalse();
        assertThat(accepted(SETUP, DEPTH32 | 256, 0, 0, base, 0, 0, 0, 0, SPANS, 0, 16 << 16 | 64))
                .isTrue();
        assertThat(accepted(SETUP, DEPTH32 | 256, 0, 0, base, 0, 0, 0, 0, SPANS, 0, 17 << 16 | 64))
                .isFalse();
    }

    @Test
    void drawing_onTilesWhereTheSetupHasNone_fitsEitherWay() {
        int base = (int) ScanRig.LOW_END - 4096;
        int[] both = {SETUP, DEPTH32 | 256, 0, 0, base, 0, 0, 0, 0, PIXEL, 15 << 16};
        assertThat(accepted(both.clone())).isTrue();
        both[9] |= 1 << 11;
        assertThat(accepted(both)).isFalse();
    }

    @Test
    void drawing_atTheLastCoordinate_isNotTakenForNothing() {
        int base = (int) ScanRig.LOW_START;
        int[] both = {SETUP, DEPTH32 | 0x7ffc, 0, 0, base, 0, 0, 0, 0, PIXEL, 0x7fff_7fff};
        assertThat(accepted(both)).isFalse();
        both[10] = 0x7fff;
        assertThat(accepted(both)).isTrue();
    }

    @Test
    void drawing_withoutASetupInTheSameRun_isRefused() {
        assertThat(accepted(PIXEL, 0)).isFalse();
        assertThat(accepted(SPANS, 0, 1 << 16 | 1)).isFalse();
        assertThat(accepted(0x4c40_0003, 0, 1 << 16 | 1, 0, 0)).isFalse();
        // a batch that is not audited could have set up anything in between
        int base = (int) ScanRig.LOW_START;
        ScanRig rig = new ScanRig(BCS);
        rig.scan(SETUP, DEPTH32 | 256, 0, 0, base, 0, 0, 0, 0, 0x1880_0100, 0, PIXEL, 0);
        assertThat(rig.refusals).containsExactly("XY_PIXEL_BLT");
    }

    @Test
    void jump_behindTheSetup_doesNotReuseTheCopyThatReliesOnIt() {
        ScanRig rig = new ScanRig(BCS);
        int batch = (int) ScanRig.LOW_START + 0x10000;
        rig.put(
                rig.ggtt,
                batch,
                SETUP,
                DEPTH32 | 256,
                0,
                0,
                batch,
                0,
                0,
                0,
                0,
                PIXEL,
                0,
                0x0500_0000);
        int[] ring = {0x1880_0000, batch, 0x1880_0100, 0x1000, 0x1880_0000, batch + 36};
        ScanResult result = rig.scan(ring);
        assertThat(result.batches()).isEqualTo(2);
        assertThat(rig.refusals).containsExactly("XY_PIXEL_BLT");
        assertThat(rig.copied(Integer.toUnsignedLong(ring[5]))).isZero();
        assertThat(rig.copies[9]).isEqualTo(PIXEL);
    }
}
