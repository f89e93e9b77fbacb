package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.intel.gen7.command.ScanRig.BCS;
import static org.gpumediator.intel.gen7.command.ScanRig.RCS;
import static org.gpumediator.intel.gen7.command.ScanRig.VCS;
import static org.gpumediator.intel.gen7.command.ScanRig.VECS;

import org.gpumediator.core.command.CommandDecoder;
import org.junit.jupiter.api.Test;

/**
 * Where the public sources disagree, or where earlier mediators were too short, long or trusting.
 */
class CommandDiscrepancyTest {

    private static final int IN = (int) ScanRig.LOW_START;
    private static final int OUT = 0x1000_0000;

    private static int length(int engine, int dw0) {
        int plan = Gen7Commands.CATALOGUE.decoder(engine).plan(dw0);
        return CommandDecoder.lengthOf(plan, dw0);
    }

    private static boolean refused(int engine, int... ring) {
        ScanRig rig = new ScanRig(engine);
        rig.ppgtt = engine == VCS || engine == VECS; // which alone confines their surfaces
        assertThat(rig.scan(ring).stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        return !rig.refusals.isEmpty();
    }

    @Test
    void storeDataImm_lengthField_hasAWidthPerEngine() {
        assertThat(length(RCS, 0x1000_03ff)).isEqualTo(63 + 2);
        assertThat(length(VCS, 0x1000_03ff)).isEqualTo(255 + 2);
        assertThat(length(VECS, 0x1000_03ff)).isEqualTo(255 + 2);
        assertThat(length(BCS, 0x1000_03ff)).isEqualTo(1023 + 2);
    }

    @Test
    void updateGtt_lengthField_isWiderOnTheRenderEngineAndAlwaysRefused() {
        assertThat(length(RCS, 0x1180_00ff)).isEqualTo(257);
        assertThat(length(BCS, 0x1180_00ff)).isEqualTo(65);
        for (int engine = 0; engine < 4; engine++) {
            assertThat(refused(engine, 0x1180_0001, IN, 0)).isTrue();
        }
    }

    @Test
    void mfxWait_isOneDword() {
        assertThat(length(VCS, 0x6800_003f)).isEqualTo(1);
    }

    @Test
    void math_lengthField_is6Bits() {
        assertThat(length(RCS, 0x0d00_00ff)).isEqualTo(65);
    }

    @Test
    void loadScanLines_hasALengthField() {
        for (int dw0 : new int[] {0x0900_0003, 0x0980_0003}) {
            assertThat(length(RCS, dw0)).isEqualTo(5);
            ScanRig rig = new ScanRig(BCS);
            int[] ring = {dw0, 1, 2, 3, 4};
            rig.scan(ring);
            assertThat(ring).containsOnly(0);
            assertThat(rig.refusals).isEmpty();
            assertThat(rig.events).containsExactly("wait@0 %08x".formatted(dw0));
        }
    }

    @Test
    void commandsMissingElsewhere_areKnown() {
        assertThat(length(RCS, 0x0980_0000)).isEqualTo(2);
        assertThat(length(RCS, 0x7104_0006)).isEqualTo(8);
        assertThat(length(RCS, 0x6103_0000)).isEqualTo(2);
        assertThat(length(VCS, 0x7009_000b)).isEqualTo(13);
    }

    @Test
    void swtessBase_isAudited() {
        ScanRig rig = new ScanRig(RCS);
        rig.scan(0x6103_0000, IN);
        assertThat(rig.refusals).isEmpty();
        rig.scan(0x6103_0000, OUT);
        assertThat(rig.refusals).containsExactly("SWTESS_BASE_ADDRESS");
    }

    @Test
    void videoLayouts_bothSteppingsAreAuditedAndOthersRefused() {
        for (int[] layout :
                new int[][] {
                    {0x7002, 25, 24}, {0x7002, 61, 58}, {0x7003, 26, 24}, {0x7004, 10, 7}
                }) {
            int[] ring = new int[layout[1]];
            ring[0] = layout[0] << 16 | layout[1] - 2;
            assertThat(refused(VCS, ring.clone())).isFalse();
            if (layout[2] != 24 || layout[1] != 26) {
                ring[layout[2]] = OUT;
                assertThat(refused(VCS, ring)).isTrue();
            }
        }
        assertThat(refused(VCS, 0x7002_0001, 0, 0)).isTrue();
    }

    /** Every JPEG frame of a VA driver on Haswell; what looks like an address is a limit. */
    @Test
    void indirectObjectBases_ofElevenDwords_haveUpperBounds() {
        int[] ring = {0x7003_0009, IN, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0};
        assertThat(refused(VCS, ring)).isFalse();
        assertThat(ring[1]).isEqualTo(IN);
        assertThat(ring[2]).as("no further than the slice").isEqualTo((int) ScanRig.LOW_END);
        assertThat(refused(VCS, 0x7003_0009, OUT, 0x8000_0000, 0, 0, 0, 0, 0, 0, 0, 0)).isTrue();
    }

    @Test
    void loadRegisterFromRegister_isKnownOnEveryEngine() {
        for (int engine = 0; engine < 4; engine++) {
            assertThat(refused(engine, 0x1500_0001, 0x2040, 0x2044)).isFalse();
            assertThat(refused(engine, 0x1500_0001, 0x2038, 0x2044)).isTrue();
        }
        assertThat(refused(BCS, 0x1500_0001, 0x2_2200, 0x2_2200)).isFalse();
    }

    @Test
    void directModeStates_areAudited() {
        int[] avc = new int[71];
        avc[0] = 0x7102_0000 | 69;
        assertThat(refused(VCS, avc.clone())).isFalse();
        avc[34] = OUT;
        assertThat(refused(VCS, avc)).isTrue();
        assertThat(refused(VCS, 0x7202_0001, IN, OUT)).isTrue();
        assertThat(refused(VCS, 0x7202_0005, IN, 0, 0, OUT, 0, 0)).isTrue();
    }

    @Test
    void veboxStates_areAudited() {
        assertThat(refused(VECS, 0x7402_0004, 0, IN, IN, IN, IN)).isFalse();
        assertThat(refused(VECS, 0x7402_0004, 0, IN, IN, IN, OUT)).isTrue();
        assertThat(refused(VECS, 0x7403_0008, 0, IN, IN, IN, IN, IN, IN, IN, IN)).isFalse();
        assertThat(refused(VECS, 0x7403_0008, 0, IN, IN, IN, IN, IN, IN, IN, OUT)).isTrue();
    }

    @Test
    void semaphore_inMemory_isAudited() {
        assertThat(refused(BCS, 0x0b40_0001, 0, IN)).isFalse();
        assertThat(refused(BCS, 0x0b40_0001, 0, OUT)).isTrue();
        assertThat(refused(BCS, 0x0b00_0001 | 1 << 20 | 1 << 18, 0, OUT)).isFalse();
    }

    @Test
    void resourceStreamerStore_isAudited() {
        assertThat(refused(RCS, 0x1580_0002, 0, IN, 1)).isFalse();
        assertThat(refused(RCS, 0x1580_0002, 0, OUT, 1)).isTrue();
    }

    @Test
    void pipeControl_everyPostSyncOperation_hasAnAuditedAddress() {
        for (int operation = 1; operation < 4; operation++) {
            assertThat(refused(RCS, 0x7a00_0003, operation << 14 | 1 << 24, OUT, 0, 0)).isTrue();
            assertThat(refused(RCS, 0x7a00_0003, operation << 14 | 1 << 24, IN, 0, 0)).isFalse();
        }
        assertThat(refused(RCS, 0x7a00_0003, 1 << 24, OUT, 0, 0)).isFalse();
    }

    @Test
    void pipeControl_registerWrite_isRefusedWhateverTheOperation() {
        for (int operation = 0; operation < 4; operation++) {
            assertThat(refused(RCS, 0x7a00_0003, operation << 14 | 1 << 23, IN, 0, 0)).isTrue();
        }
    }

    @Test
    void reportPerfCount_globalBit_isInDword1() {
        ScanRig rig = new ScanRig(RCS);
        rig.scan(0x1440_0001, OUT, 0);
        assertThat(rig.refusals).isEmpty();
        rig.scan(0x1400_0001, OUT | 1, 0);
        assertThat(rig.refusals).hasSize(1);
    }

    @Test
    void loadImmediate_ofEveryOddLength_isLegal() {
        for (int pairs = 1; pairs <= 128; pairs++) {
            int[] ring = new int[1 + 2 * pairs];
            ring[0] = 0x1100_0000 | 2 * pairs - 1;
            for (int i = 0; i < pairs; i++) {
                ring[1 + 2 * i] = 0x2600 + i % 32 * 4;
            }
            assertThat(refused(RCS, ring)).as(pairs + " pairs").isFalse();
        }
    }

    @Test
    void sameOpcode_isAnotherCommandOnAnotherEngine() {
        assertThat(refused(RCS, 0x7000_0006, 0, 3 << 3, 0, 0, 0, 0, 0)).isTrue();
        assertThat(refused(VCS, 0x7000_0006, 0, 3 << 3, 0, 0, 0, 0, 0)).isFalse();
        assertThat(refused(RCS, 0x7000_0006, 0, 7 << 5, 0, 0, 0, 0, 0)).isFalse();
    }

    @Test
    void displayFlip_isReportedAndReplaced() {
        ScanRig rig = new ScanRig(BCS);
        int[] ring = {0x0a08_0001, 0x1400, IN | 1, 0};
        rig.scan(ring);
        assertThat(ring).containsOnly(0);
        assertThat(rig.events).containsExactly("flip@0 0a080001 00001400 %08x".formatted(IN | 1));
        assertThat(refused(BCS, 0x0a08_0001, 0, OUT)).isTrue();
        assertThat(refused(BCS, 0x0a08_0002, 0, IN, 0)).isTrue();
    }

    @Test
    void waitForEvent_isReplaced() {
        ScanRig rig = new ScanRig(RCS);
        int[] ring = {0x0180_0008};
        rig.scan(ring);
        assertThat(ring).containsExactly(0);
        assertThat(rig.events).containsExactly("wait@0 01800008");
    }

    @Test
    void setContext_isReported() {
        ScanRig rig = new ScanRig(RCS);
        rig.scan(0x0c00_0000, IN | 0x10d);
        assertThat(rig.events).containsExactly("context@0 %08x".formatted(IN | 0x10d));
    }

    @Test
    void setContext_atAnAddressThatNoTableTranslates_isRefused() {
        assertThat(refused(RCS, 0x0c00_0000, IN | 0xc)).isTrue();
        int[] ring = {0x0c00_0000, IN | 0xfff};
        assertThat(refused(RCS, ring)).isFalse();
        assertThat(ring[1]).as("reserved bits").isEqualTo(IN | 0x10f);
    }

    @Test
    void batchStart_thatAddsARegisterOrClears_doesNeither() {
        ScanRig rig = new ScanRig(RCS);
        int[] ring = {0x1880_2100 | 1 << 16 | 1 << 11 | 1 << 10, 0x1000};
        rig.scan(ring);
        assertThat(ring).containsExactly(0x1880_2100 | 1 << 10, 0x1000);
        rig.put(rig.ggtt, IN, 0x0500_0000);
        ring = new int[] {0x1880_0000 | 1 << 16 | 1 << 11, IN};
        rig.scan(ring);
        assertThat(ring).containsExactly(0x1880_0000, (int) ScanRig.COPIES);
    }

    @Test
    void notifyBits_areReported() {
        ScanRig pipe = new ScanRig(RCS);
        pipe.scan(0x7a00_0002, 1 << 8, 0, 0);
        assertThat(pipe.events).containsExactly("notify@0");
        ScanRig flush = new ScanRig(VECS);
        flush.scan(0x1300_0101, 0, 0);
        assertThat(flush.events).containsExactly("notify@0");
    }

    @Test
    void conditionalEnd_withoutItsAddress_isRefused() {
        assertThat(refused(VCS, 0x1b00_0000, 0)).isTrue();
        assertThat(refused(VCS, 0x1b40_0001, 0, IN)).isFalse();
        assertThat(refused(VCS, 0x1b40_0001, 0, OUT)).isTrue();
    }
}
