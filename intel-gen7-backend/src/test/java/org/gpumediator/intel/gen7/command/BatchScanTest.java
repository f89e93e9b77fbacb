package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.intel.gen7.command.ScanRig.BCS;
import static org.gpumediator.intel.gen7.command.ScanRig.COPIES;
import static org.gpumediator.intel.gen7.command.ScanRig.RCS;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;
import org.junit.jupiter.api.Test;

/** Batches: which are followed, where jumps lead afterwards, and what a scan may cost. */
class BatchScanTest {

    private static final int START = 0x1880_0000;
    private static final int END = 0x0500_0000;
    private static final int INTERRUPT = 0x0100_0000;
    private static final int UPDATE_GTT = 0x1180_0001;
    private static final int BATCH = (int) ScanRig.LOW_START + 0x1_0000;
    private static final int OTHER = (int) ScanRig.HIGH_START + 0x2_0040;

    private static int offset(int graphicsAddress) {
        return (int) (graphicsAddress - COPIES) / 4;
    }

    @Test
    void privilegedBatch_inTheRing_runsFromItsCopy() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0x1100_0001, 0x2600, 7, END);
        int[] ring = {0, START, BATCH, INTERRUPT};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(result.batches()).isEqualTo(1);
        assertThat(ring[2]).isEqualTo((int) COPIES);
        assertThat(Arrays.copyOf(rig.copies, 4)).containsExactly(0x1100_0001, 0x2600, 7, END);
        assertThat(rig.events).containsExactly("interrupt@3");
    }

    @Test
    void batch_changedAfterTheScan_runsAsItWasScanned() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0, 0, 0, END);
        rig.scan(START, BATCH);
        rig.put(rig.ggtt, BATCH, UPDATE_GTT, 0, 0, END);
        assertThat(rig.copies).startsWith(0, 0, 0, END).doesNotContain(UPDATE_GTT);
    }

    @Test
    void batch_acrossPages_isOneStream() {
        ScanRig rig = new ScanRig();
        int start = BATCH + 4096 - 8;
        rig.put(rig.ggtt, start, 0, 0x1100_0005, 0x2600, 1, 0x2604, 2, 0x2180, 3, END);
        rig.scan(START, start);
        assertThat(rig.refusals).containsExactly("MI_LOAD_REGISTER_IMM");
        assertThat(Arrays.copyOf(rig.copies, 9))
                .containsExactly(0, 0x1100_0003, 0x2600, 1, 0x2604, 2, 0, 0, END);
    }

    @Test
    void batch_withoutEnd_endsWhereTheMemoryEnds() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0);
        int[] ring = {START, BATCH};
        assertThat(rig.scan(ring).stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.BAD_GUEST_ADDRESS);
        assertThat(rig.copies[1024]).isEqualTo(END);
    }

    @Test
    void batch_thatRunsOutOfTheSlice_endsThere() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, ScanRig.LOW_END - 4096, 0);
        rig.put(rig.ggtt, ScanRig.LOW_END, UPDATE_GTT, 0, 0, END);
        rig.scan(START, (int) ScanRig.LOW_END - 4096);
        assertThat(rig.copies[1024]).isEqualTo(END);
        assertThat(rig.copies).doesNotContain(UPDATE_GTT);
    }

    @Test
    void batch_unmapped_isEmpty() {
        ScanRig rig = new ScanRig();
        rig.scan(START, BATCH);
        assertThat(rig.copies[0]).isEqualTo(END);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.BAD_GUEST_ADDRESS);
    }

    @Test
    void batch_outsideTheSlice_isRefused() {
        for (long target : new long[] {0, ScanRig.LOW_END, COPIES, 0xffff_fffcL}) {
            ScanRig rig = new ScanRig();
            rig.put(rig.ggtt, target, END);
            int[] ring = {START, (int) target, INTERRUPT};
            rig.scan(ring);
            assertThat(ring).containsExactly(0, 0, INTERRUPT);
            assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.OUT_OF_PARTITION);
            assertThat(rig.reads).isZero();
        }
    }

    @Test
    void unknownOpcode_inABatch_endsTheBatch() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0, 0x2000_0000, UPDATE_GTT, 0, 0, END);
        int[] ring = {START, BATCH, INTERRUPT};
        assertThat(rig.scan(ring).stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(Arrays.copyOf(rig.copies, 2)).containsExactly(0, END);
        assertThat(rig.copies).doesNotContain(UPDATE_GTT);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.MALFORMED_COMMAND);
        assertThat(rig.events).containsExactly("interrupt@2");
    }

    @Test
    void unknownOpcode_inTheRing_stopsTheRing() {
        ScanRig rig = new ScanRig();
        ScanResult result = rig.scan(INTERRUPT, 0x2000_0000, INTERRUPT);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.UNDECODABLE);
        assertThat(result.stoppedAt()).isEqualTo(1);
        assertThat(rig.refusals).containsExactly("unknown command");
    }

    @Test
    void updateGtt_inRingAndBatch_isRefused() {
        for (int engine = 0; engine < 4; engine++) {
            ScanRig rig = new ScanRig(engine);
            rig.put(rig.ggtt, BATCH, UPDATE_GTT, BATCH, 5, END);
            int[] ring = {START, BATCH, UPDATE_GTT, BATCH, 5};
            rig.scan(ring);
            assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT", "MI_UPDATE_GTT");
            assertThat(ring).containsExactly(START, (int) COPIES, 0, 0, 0);
            assertThat(Arrays.copyOf(rig.copies, 4)).containsExactly(0, 0, 0, END);
        }
    }

    @Test
    void chain_intoOneself_loopsInTheCopy() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0, INTERRUPT, START, BATCH);
        ScanResult result = rig.scan(START, BATCH);
        assertThat(result.batches()).isEqualTo(1);
        assertThat(rig.refusals).isEmpty();
        assertThat(rig.copies[3]).isEqualTo((int) COPIES);
    }

    @Test
    void chain_intoTheMiddleOfACopiedBatch_leadsIntoThatCopy() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0, 0x1100_0001, 0x2600, 1, INTERRUPT, START, BATCH + 16);
        assertThat(rig.scan(START, BATCH).batches()).isEqualTo(1);
        assertThat(rig.copies[6]).isEqualTo((int) COPIES + 16);
    }

    @Test
    void chain_intoTheMiddleOfACommand_isAuditedAsWhatItIs() {
        ScanRig rig = new ScanRig();
        // the operand of the load is itself a refused command
        rig.put(rig.ggtt, BATCH, 0x1100_0001, 0x2600, UPDATE_GTT, START, BATCH + 8);
        rig.put(rig.ggtt, BATCH + 20, END);
        ScanResult result = rig.scan(START, BATCH);
        assertThat(result.batches()).isEqualTo(2);
        assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT");
        int second = offset(rig.copies[4]);
        assertThat(rig.copies[2]).isEqualTo(UPDATE_GTT);
        assertThat(rig.copies[second]).isZero();
    }

    @Test
    void chain_thereAndBack_copiesEachOnce() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, INTERRUPT, START, OTHER);
        rig.put(rig.ggtt, OTHER, 0, 0, START, BATCH);
        ScanResult result = rig.scan(START, BATCH);
        assertThat(result.batches()).isEqualTo(2);
        int other = offset(rig.copies[2]);
        assertThat(other).isPositive();
        assertThat(rig.copies[other + 2]).isEqualTo(START);
        assertThat(rig.copies[other + 3]).isEqualTo((int) COPIES);
    }

    @Test
    void secondLevelBatch_returns_soWhatFollowsIsAudited() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, START | 1 << 22, OTHER, UPDATE_GTT, 0, 0, END);
        rig.put(rig.ggtt, OTHER, UPDATE_GTT, 0, 0, END);
        rig.scan(START, BATCH);
        assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT", "MI_UPDATE_GTT");
        assertThat(rig.copies[offset(rig.copies[1])]).isZero();
    }

    @Test
    void predicatedChain_mayFallThrough_soWhatFollowsIsAudited() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, START | 1 << 15, OTHER, UPDATE_GTT, 0, 0, END);
        rig.put(rig.ggtt, OTHER, END);
        rig.scan(START, BATCH);
        assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT");
    }

    @Test
    void manyJumps_toOneWaitingBatch_allGetItsAddress() {
        ScanRig rig = new ScanRig();
        int second = START | 1 << 22;
        rig.put(rig.ggtt, BATCH, second, OTHER, second, OTHER, second, OTHER, END);
        rig.put(rig.ggtt, OTHER, INTERRUPT, END);
        assertThat(rig.scan(START, BATCH).batches()).isEqualTo(2);
        assertThat(rig.copies[3]).isEqualTo(rig.copies[1]).isEqualTo(rig.copies[5]);
        assertThat(rig.copies[offset(rig.copies[1])]).isEqualTo(INTERRUPT);
    }

    @Test
    void unprivilegedBatch_withItsTable_isLeftAlone() {
        for (int engine = 0; engine < 4; engine++) {
            ScanRig rig = new ScanRig(engine);
            int[] ring = {START | 1 << 8 | 1 << 13, 0x1234_5000};
            int[] before = ring.clone();
            ScanResult result = rig.scan(ring);
            assertThat(ring).containsExactly(before);
            assertThat(result.skippedBatches()).isEqualTo(1);
            assertThat(rig.reads).isZero();
        }
    }

    @Test
    void unprivilegedBatch_withBit13Only_runsPerProcessOnTheRenderEngine() {
        ScanRig rig = new ScanRig(RCS);
        int[] ring = {START | 1 << 13, 0x1234_5000};
        assertThat(rig.scan(ring).skippedBatches()).isEqualTo(1);
        assertThat(ring).containsExactly(START | 1 << 13 | 1 << 8, 0x1234_5000);
    }

    @Test
    void batch_withBit13OnlyOnAnotherEngine_isPrivileged() {
        ScanRig rig = new ScanRig(BCS);
        rig.put(rig.ggtt, BATCH, UPDATE_GTT, 0, 0, END);
        int[] ring = {START | 1 << 13, BATCH};
        rig.scan(ring);
        assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT");
        assertThat(ring).containsExactly(START, (int) COPIES);
    }

    @Test
    void batch_withBit8OnlyOnTheRenderEngine_losesItsPrivilege() {
        ScanRig rig = new ScanRig(RCS);
        int[] ring = {START | 1 << 8, 0x5000};
        assertThat(rig.scan(ring).skippedBatches()).isEqualTo(1);
        assertThat(ring).containsExactly(START | 1 << 8 | 1 << 13, 0x5000);
        assertThat(rig.reads).isZero();
    }

    @Test
    void batch_withBit8OnlyWithoutTheTable_isPrivileged() {
        ScanRig rig = new ScanRig(RCS);
        rig.ppgtt = false;
        rig.put(rig.ggtt, BATCH, UPDATE_GTT, 0, 0, END);
        int[] ring = {START | 1 << 8, BATCH};
        rig.scan(ring);
        assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT");
        assertThat(ring).containsExactly(START, (int) COPIES);
    }

    @Test
    void batch_thatWillFitLater_waits() {
        ScanRig rig = new ScanRig();
        rig.capacity = 100;
        rig.mayGrow = true;
        int[] batch = new int[200];
        batch[199] = END;
        rig.put(rig.ggtt, BATCH, batch);
        int[] ring = {INTERRUPT, START, BATCH};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.BUDGET);
        assertThat(result.stoppedAt()).isEqualTo(1);
        assertThat(ring).containsExactly(INTERRUPT, START, BATCH);
        assertThat(rig.refusals).isEmpty();
    }

    @Test
    void unprivilegedBatch_withoutTheTable_isScannedAndLosesWhatHardwareWouldNotDo() {
        for (int engine = 0; engine < 4; engine++) {
            ScanRig rig = new ScanRig(engine);
            rig.ppgtt = false;
            rig.put(rig.ggtt, BATCH, INTERRUPT, UPDATE_GTT, 0, 0, 0x1080_0001, 0, 1, END);
            int[] ring = {START | 1 << 8 | 1 << 13, BATCH};
            rig.scan(ring);
            assertThat(ring).containsExactly(START, (int) COPIES);
            assertThat(rig.refusals)
                    .containsExactly("MI_USER_INTERRUPT", "MI_UPDATE_GTT", "MI_STORE_DATA_INDEX");
            assertThat(rig.events).isEmpty();
            assertThat(Arrays.copyOf(rig.copies, 8)).containsExactly(0, 0, 0, 0, 0, 0, 0, END);
        }
    }

    @Test
    void chainFromAPrivilegedBatch_keepsItsPrivilege() {
        for (int bits : new int[] {1 << 8, 1 << 13, 1 << 8 | 1 << 13}) {
            ScanRig rig = new ScanRig(RCS);
            rig.put(rig.ggtt, BATCH, START | bits, 0x7000);
            rig.put(rig.perProcess, 0x7000, UPDATE_GTT, 0, 0, END);
            rig.scan(START, BATCH);
            assertThat(rig.refusals).containsExactly("MI_UPDATE_GTT");
            assertThat(rig.copies[0]).isEqualTo(START);
        }
    }

    @Test
    void userInterrupts_inABatch_areReportedWhereTheRingLeadsThere() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, INTERRUPT, INTERRUPT, END);
        rig.scan(0, 0, 0, START, BATCH);
        assertThat(rig.events).containsExactly("interrupt@3", "interrupt@3");
    }

    @Test
    void arbitration_inTheRingOnly() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0x0400_0000, END);
        int[] ring = {0x0400_0000, START, BATCH, 0x0400_0001};
        rig.scan(ring);
        assertThat(rig.refusals).containsExactly("MI_ARB_ON_OFF");
        assertThat(ring[0]).isEqualTo(0x0400_0000);
        assertThat(rig.copies[0]).isZero();
    }

    @Test
    void batchEnd_inTheRing_isRefused() {
        ScanRig rig = new ScanRig();
        int[] ring = {END, INTERRUPT};
        rig.scan(ring);
        assertThat(ring).containsExactly(0, INTERRUPT);
    }

    @Test
    void chain_outsideTheSlice_endsTheBatch() {
        ScanRig rig = new ScanRig();
        rig.put(rig.ggtt, BATCH, 0, START, 0x1000, UPDATE_GTT, 0, 0);
        rig.scan(START, BATCH);
        assertThat(Arrays.copyOf(rig.copies, 3)).containsExactly(0, END, 0);
        assertThat(rig.copies).doesNotContain(UPDATE_GTT);
    }

    @Test
    void budgetOfDwords_exceededByOneBatch_refusesIt() {
        ScanRig rig = new ScanRig();
        rig.scanner = new CommandScanner(new ScanLimits(2048, 8, 8));
        for (int page = 0; page < 16; page++) {
            rig.put(rig.ggtt, BATCH + page * 4096, 0);
        }
        int[] ring = {START, BATCH, INTERRUPT};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(ring).containsExactly(0, 0, INTERRUPT);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.RATE_LIMITED);
        assertThat(rig.stores).isZero();
        assertThat(rig.reads).isLessThanOrEqualTo(3);
    }

    @Test
    void budgetOfDwords_exceededByTheSecondBatch_stopsBeforeIt() {
        ScanRig rig = new ScanRig();
        rig.scanner = new CommandScanner(new ScanLimits(1500, 8, 8));
        int[] batch = new int[1000];
        batch[999] = END;
        rig.put(rig.ggtt, BATCH, batch).put(rig.ggtt, OTHER, batch);
        int[] ring = {START, BATCH, INTERRUPT, START, OTHER, INTERRUPT};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.BUDGET);
        assertThat(result.stoppedAt()).isEqualTo(3);
        assertThat(ring).containsExactly(START, (int) COPIES, INTERRUPT, START, OTHER, INTERRUPT);
        assertThat(rig.copies).hasSizeLessThan(1024);
        rig.forget();
        result = rig.scanner.scan(rig, ring, 3, 6);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(rig.refusals).isEmpty();
        assertThat(ring[4]).isEqualTo((int) COPIES);
        assertThat(rig.events).containsExactly("interrupt@5");
    }

    @Test
    void budgetOfBatches_exceededByAChain_refusesTheChain() {
        ScanRig rig = new ScanRig();
        rig.scanner = new CommandScanner(new ScanLimits(1 << 16, 8, 1000));
        for (int i = 0; i < 20; i++) {
            rig.put(rig.ggtt, BATCH + i * 4096, START, BATCH + (i + 1) * 4096);
        }
        int[] ring = {START, BATCH};
        rig.scan(ring);
        assertThat(ring).containsExactly(0, 0);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.RATE_LIMITED);
    }

    @Test
    void budgetOfDepth_exceededByAChain_refusesTheChain() {
        ScanRig rig = new ScanRig();
        rig.scanner = new CommandScanner(new ScanLimits(1 << 16, 100, 5));
        for (int i = 0; i < 20; i++) {
            rig.put(rig.ggtt, BATCH + i * 4096, START, BATCH + (i + 1) * 4096);
        }
        rig.put(rig.ggtt, BATCH + 20 * 4096, END);
        int[] ring = {START, BATCH, START, BATCH + 17 * 4096};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(result.batches()).isEqualTo(4);
        assertThat(ring).containsExactly(0, 0, START, (int) COPIES);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.RATE_LIMITED);
    }

    @Test
    void jumpsToAndFro_overAHugeBatch_areBounded() {
        ScanRig rig = new ScanRig();
        int pages = 16;
        int[] batch = new int[pages * 1024];
        for (int i = 0; i + 2 < batch.length; i += 2) {
            batch[i] = START | 1 << 22;
            batch[i + 1] = BATCH + (i & ~1) * 4 / 2 / 8 * 8;
        }
        batch[batch.length - 1] = END;
        rig.put(rig.ggtt, BATCH, batch);
        rig.scanner = new CommandScanner(new ScanLimits(1 << 15, 64, 64));
        int[] ring = {START, BATCH, INTERRUPT};
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(ring).containsExactly(0, 0, INTERRUPT);
    }

    @Test
    void noRoomForCopies_refusesPrivilegedBatches() {
        ScanRig rig = new ScanRig();
        rig.capacity = 0;
        rig.put(rig.ggtt, BATCH, END);
        int[] ring = {START, BATCH};
        rig.scan(ring);
        assertThat(ring).containsExactly(0, 0);
        assertThat(rig.stores).isZero();
    }

    @Test
    void scan_ofPartOfARing_touchesNothingElse() {
        ScanRig rig = new ScanRig();
        int[] ring = {UPDATE_GTT, 0, 0, UPDATE_GTT, 0, 0, UPDATE_GTT, 0, 0};
        ScanResult result = rig.scanner.scan(rig, ring, 3, 6);
        assertThat(result.stoppedAt()).isEqualTo(6);
        assertThat(ring).containsExactly(UPDATE_GTT, 0, 0, 0, 0, 0, UPDATE_GTT, 0, 0);
    }

    @Test
    void ringOfRefusedJumps_costsOneBudget() {
        ScanRig rig = new ScanRig();
        rig.scanner = new CommandScanner(new ScanLimits(2048, 8, 8));
        for (int page = 0; page < 16; page++) {
            rig.put(rig.ggtt, BATCH + page * 4096, 0);
        }
        int[] ring = new int[4096];
        for (int i = 0; i < ring.length; i += 2) {
            ring[i] = START;
            ring[i + 1] = BATCH;
        }
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).isEqualTo(ScanResult.Stop.BUDGET);
        assertThat(result.stoppedAt()).isEqualTo(2);
        assertThat(rig.reads).isLessThanOrEqualTo(6);
    }
}
