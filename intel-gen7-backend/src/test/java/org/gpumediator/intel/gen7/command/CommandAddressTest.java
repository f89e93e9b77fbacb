package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.OperandSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every address operand of every command: outside the slice, at its edges, wrapping. */
class CommandAddressTest {

    /** Pages just outside, between the ranges, at both ends of 32 bits. */
    private static final long[] OUTSIDE = {
        0x1000,
        ScanRig.LOW_START - 4096,
        ScanRig.LOW_END,
        ScanRig.COPIES,
        ScanRig.HIGH_START - 4096,
        ScanRig.HIGH_END,
        0x7fff_f000L,
        0x8000_0000L,
        0xffff_f000L
    };

    static Stream<CommandRow<CommandAudit>> rowsWithAddresses() {
        return ForgedCommands.rowsWithAddresses();
    }

    private static List<int[]> withOperand(
            CommandRow<CommandAudit> row,
            AddressOperand operand,
            AddressLayout layout,
            long value) {
        LegalCommands legal = new LegalCommands(new Random(row.number()));
        return ForgedCommands.withOperand(legal, row, operand, layout, value);
    }

    @ParameterizedTest
    @MethodSource("rowsWithAddresses")
    void address_outsideTheSlice_neverReachesTheGpu(CommandRow<CommandAudit> row) {
        for (AddressLayout layout : row.layouts()) {
            for (AddressOperand operand : layout.operands()) {
                for (long value : OUTSIDE) {
                    for (int[] command : withOperand(row, operand, layout, value)) {
                        assertConfined(row, operand, value, command);
                    }
                }
            }
        }
    }

    private static void assertConfined(
            CommandRow<CommandAudit> row, AddressOperand operand, long value, int[] command) {
        ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
        rig.absoluteConstants = true;
        rig.ppgtt =
                row.behaviour() == CommandAudit.SURFACES
                        || row.behaviour() == CommandAudit.DEPTH_BUFFER;
        int first = command.length - row.length().lengthOf(ForgedCommands.lastHeader(row, command));
        int[] ring = command.clone();
        rig.scan(ring);
        String what = "%s dword %d = 0x%x".formatted(row, operand.dword(), value);
        if (operand.space() == OperandSpace.UPPER_BOUND) {
            long bound = Integer.toUnsignedLong(ring[first + operand.dword()] & 0xffff_f000);
            assertThat(bound).as(what).isNotZero().isLessThanOrEqualTo(ScanRig.HIGH_END);
            assertThat(bound > ScanRig.LOW_END && bound < ScanRig.HIGH_START && value != bound)
                    .as(what)
                    .isFalse();
            return;
        }
        boolean exclusiveEnd = row.behaviour() == CommandAudit.STREAM_OUT && operand.dword() == 3;
        if (exclusiveEnd && (value == ScanRig.LOW_END || value == ScanRig.HIGH_END)) {
            return; // the end of the range is where a buffer may end
        }
        if (ForgedCommands.isEmptyRange(row, operand, command)) {
            assertThat(rig.refusals).as(what).isEmpty();
            return;
        }
        assertThat(rig.refusals).as(what).isNotEmpty().contains(row.name());
        assertThat(rig.refusalKinds).as(what).contains(GuestFaultKind.OUT_OF_PARTITION);
        if (row.behaviour() == CommandAudit.VERTEX_BUFFERS) {
            assertThat(ring[first + 1] & 1 << 13).as(what).isNotZero();
            return;
        }
        if (row.behaviour() == CommandAudit.CONSTANTS) {
            int buffer = operand.dword() - 3;
            int units = ring[first + 1 + buffer / 2] >>> 16 * (buffer % 2) & 0xffff;
            assertThat(units).as(what).isZero();
            return;
        }
        int[] refused = java.util.Arrays.copyOfRange(ring, first, ring.length);
        assertThat(java.util.Arrays.stream(refused).allMatch(dword -> dword == 0))
                .as(what)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("rowsWithAddresses")
    void address_legal_passes(CommandRow<CommandAudit> row) {
        LegalCommands legal = new LegalCommands(new Random(7));
        for (int i = 0; i < 200; i++) {
            int[] command = legal.make(row);
            if (LegalCommands.passesUnchanged(row)) {
                ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
                int[] ring = command.clone();
                assertThat(rig.scan(ring).stop()).isEqualTo(ScanResult.Stop.COMPLETE);
                assertThat(rig.refusals).as(row.name()).isEmpty();
                assertThat(ring).as(row.name()).containsExactly(command);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rowsWithAddresses")
    void address_nullOfAStateCommand_becomesOneOfTheSlice(CommandRow<CommandAudit> row) {
        boolean nullable =
                row.behaviour() == CommandAudit.STATE
                        || row.behaviour() == CommandAudit.SURFACES
                        || row.behaviour() == CommandAudit.DEPTH_BUFFER;
        for (AddressLayout layout : row.layouts()) {
            for (AddressOperand operand : layout.operands()) {
                if (nullable && operand.space() == OperandSpace.CONTEXT) {
                    int[] ring = withOperand(row, operand, layout, 0x50).getFirst();
                    ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
                    rig.scan(ring);
                    assertThat(rig.refusals).as(row.name()).isEmpty();
                    assertThat(ring[operand.dword()]).isEqualTo((int) ScanRig.LOW_START | 0x50);
                }
            }
        }
    }

    private static ScanRig scanned(int engine, int... ring) {
        ScanRig rig = new ScanRig(engine);
        rig.scan(ring);
        return rig;
    }

    /** Scans a command with its last byte at the end of a range, then one unit further. */
    private static void assertLastPlace(int engine, int unit, int at, int... command) {
        assertThat(scanned(engine, command.clone()).refusals).isEmpty();
        command[at] += unit;
        assertThat(scanned(engine, command.clone()).refusals).hasSize(1);
    }

    @Test
    void extent_ofStores_endsAtTheLastByteOfTheRange() {
        int low = (int) ScanRig.LOW_END;
        int high = (int) ScanRig.HIGH_END;
        // MI_STORE_DATA_IMM of one dword, of a qword, of 8 dwords
        assertLastPlace(0, 4, 2, 0x1040_0002, 0, low - 4, 1);
        assertLastPlace(0, 4, 2, 0x1040_0003, 0, high - 8, 1, 2);
        assertLastPlace(1, 4, 2, 0x1040_0009, 0, high - 32, 1, 2, 3, 4, 5, 6, 7, 8);
        // MI_STORE_REGISTER_MEM, MI_SEMAPHORE_MBOX, MI_CONDITIONAL_BATCH_BUFFER_END
        assertLastPlace(0, 4, 2, 0x1240_0001, 0x2600, low - 4);
        assertLastPlace(0, 4, 2, 0x0b40_0001, 0, low - 4);
        assertLastPlace(0, 8, 2, 0x1b40_0001, 0, low - 8);
        // PIPE_CONTROL and MI_FLUSH_DW with an immediate
        assertLastPlace(0, 8, 2, 0x7a00_0003, 1 << 24 | 1 << 14, low - 8, 1, 2);
        assertLastPlace(1, 8, 1, 0x1300_4001, low - 8 | 4, 1);
        // MI_REPORT_PERF_COUNT writes 256 bytes, MI_CLFLUSH a page
        assertLastPlace(0, 64, 1, 0x1400_0001, low - 256 | 1, 0);
        assertLastPlace(0, 4096, 1, 0x13c0_0001, high - 4096, 0);
    }

    @Test
    void extent_ofAContextImage_is17Pages() {
        assertLastPlace(0, 4096, 1, 0x0c00_0000, (int) ScanRig.HIGH_END - 17 * 4096 | 1 << 8);
        assertThat(scanned(0, 0x0c00_0000, (int) ScanRig.LOW_START - 4096 | 1 << 8).refusals)
                .hasSize(1);
    }

    @Test
    void extent_thatWrapsAt32Bits_isOutside() {
        assertThat(scanned(1, 0x1040_03ff, 0, 0xffff_fffc).stop)
                .isEqualTo(ScanResult.Stop.UNDECODABLE);
        int[] store = new int[0x3ff + 2];
        store[0] = 0x1040_03ff;
        store[2] = 0xffff_fff0;
        assertThat(scanned(1, store).refusals).containsExactly("MI_STORE_DATA_IMM");
        // an XY_COLOR_BLT whose extent comes round to the slice
        int base = 0xffff_f000;
        int[] blit = {0x5400_0004, 3 << 24 | 0x7ffc, 0, 0x7fff_0010, base, 0};
        assertThat(scanned(1, blit).refusals).containsExactly("XY_COLOR_BLT");
    }

    private static final int VERTEX = 1 << 14;
    private static final int NO_VERTEX = 1 << 13;

    @Test
    void vertexBuffer_endBeforeStart_isEmpty() {
        int start = (int) ScanRig.LOW_START + 4096;
        for (int end : new int[] {start - 1, start - 2, start - 8192, 0, 64}) {
            int[] ring = {0x7808_0007, VERTEX, start, end, 0, VERTEX | 1 << 26, start, start, 0};
            assertThat(scanned(0, ring).refusals).isEmpty();
            assertThat((ring[1] & NO_VERTEX) != 0).isEqualTo(end != start - 1);
            assertThat(ring[5]).as("the other").isEqualTo(VERTEX | 1 << 26);
        }
        assertThat(scanned(0, 0x7808_0003, VERTEX, -1, 0x1000_0000, 0).refusals).isEmpty();
    }

    @Test
    void vertexBuffer_outsideTheSlice_isTheOnlyOneThatIsNotThere() {
        int start = (int) ScanRig.LOW_START;
        int bad = (int) ScanRig.HIGH_START;
        int[] ring = {0x7808_0007, VERTEX, start, bad, 0, VERTEX | 1 << 26, start, start, 0};
        assertThat(scanned(0, ring).refusals).containsExactly("3DSTATE_VERTEX_BUFFERS");
        assertThat(ring[0]).isEqualTo(0x7808_0007);
        assertThat(ring[1]).isEqualTo(VERTEX | NO_VERTEX);
        assertThat(ring[5]).isEqualTo(VERTEX | 1 << 26);
    }

    @Test
    void vertexBuffer_absentOrNotModified_isNotLookedAt() {
        assertThat(scanned(0, 0x7808_0003, VERTEX | NO_VERTEX, 0x1234_5678, -2, 0).refusals)
                .isEmpty();
        int[] ring = {0x7808_0003, 0, 0x1000, 0x1fff, 0};
        assertThat(scanned(0, ring).refusals).isEmpty();
        assertThat(ring).containsExactly(0x7808_0003, 0, 0x1000, 0x1fff, 0);
    }

    @Test
    void indexAndStreamOutBuffers_endBeforeStart_areEmpty() {
        int start = (int) ScanRig.LOW_START + 4096;
        int[] indices = {0x780a_0001, start, start - 4085};
        assertThat(scanned(0, indices).refusals).isEmpty();
        assertThat(indices[2]).isEqualTo(start - 1);
        for (int end : new int[] {start, start - 4, 64}) {
            int[] out = {0x7918_0002, 0, start, end};
            assertThat(scanned(0, out).refusals).isEmpty();
            assertThat(out[3]).isEqualTo(out[2]).isEqualTo((int) ScanRig.LOW_START);
        }
    }

    @Test
    void constantBuffer_outsideTheSlice_isTheOnlyOneThatIsNotRead() {
        int in = (int) ScanRig.LOW_START;
        int[] ring = {0x7815_0005, 0x0002_0001, 0x0004_0003, 0, in, 0x1000_0000, in};
        assertThat(scanned(0, ring).refusals).containsExactly("3DSTATE_CONSTANT_VS");
        assertThat(ring).startsWith(0x7815_0005, 0x0002_0001, 0x0004_0000);
    }

    @Test
    void surfaces_withoutAProcessTable_areRefused() {
        int in = (int) ScanRig.LOW_START;
        int[][] commands = {
            {0, 0x7805_0005, 1 << 29, in, 0, 0, 0, 0},
            {0, 0x7806_0001, 0, in},
            {0, 0x7807_0001, 0, in},
            {2, 0x7004_0002, in, in, in},
            {2, 0x7127_0001, 0, in},
            {3, 0x7402_0004, 0, in, in, in, in},
        };
        for (int[] command : commands) {
            int[] dwords = java.util.Arrays.copyOfRange(command, 1, command.length);
            assertThat(scanned(command[0], dwords.clone()).refusals).isEmpty();
            ScanRig open = new ScanRig(command[0]);
            open.ppgtt = false;
            open.scan(dwords);
            assertThat(open.refusalKinds).containsExactly(GuestFaultKind.OUT_OF_PARTITION);
            assertThat(dwords).containsOnly(0);
        }
    }

    @Test
    void buffer_withoutAnEnd_endsWithTheSlice() {
        int[] vertices = {0x7808_0007, VERTEX, 0, -1, 0, VERTEX, 0, -1, 0};
        vertices[2] = (int) ScanRig.LOW_START + 64;
        vertices[6] = (int) ScanRig.HIGH_START;
        assertThat(scanned(0, vertices).refusals).isEmpty();
        assertThat(vertices[3]).isEqualTo((int) ScanRig.LOW_END - 1);
        assertThat(vertices[7]).isEqualTo((int) ScanRig.HIGH_END - 1);
        int[] indices = {0x780a_0001, (int) ScanRig.LOW_START, -1};
        assertThat(scanned(0, indices).refusals).isEmpty();
        assertThat(indices[2]).isEqualTo((int) ScanRig.LOW_END - 1);
        assertThat(scanned(0, 0x7808_0003, VERTEX, (int) ScanRig.LOW_END, -1, 0).refusals)
                .hasSize(1);
    }

    @Test
    void baseAddress_zero_isAnOriginOnlyWithAPerProcessTable() {
        int[] bases = {0x6101_0008, 1, 1, 1, 1, 1, 0xffff_f001, 1, 0xffff_f001, 0xffff_f001};
        ScanRig confined = new ScanRig();
        int[] ring = bases.clone();
        confined.scan(ring);
        assertThat(confined.refusals).isEmpty();
        for (int i = 6; i < 10; i++) {
            assertThat(ring[i]).isEqualTo((int) ScanRig.HIGH_END | 1);
        }
        ScanRig open = new ScanRig();
        open.ppgtt = false;
        open.scan(bases.clone());
        assertThat(open.refusals).containsExactly("STATE_BASE_ADDRESS");
    }

    @Test
    void baseAddress_notModified_isNotLookedAt() {
        int[] bases = {0x6101_0008, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 2, 4, 8, 0xffff_f000};
        int[] ring = bases.clone();
        assertThat(scanned(0, ring).refusals).isEmpty();
        assertThat(ring).containsExactly(bases);
    }

    @Test
    void wideAddress_withAHighDword_isRefused() {
        LegalCommands legal = new LegalCommands(new Random(3));
        int found = 0;
        for (int i = 0; i < 50; i++) {
            int[] command = legal.make(LegalCommands.row("MFX_PIPE_BUF_ADDR_STATE"));
            if (command.length == 61) {
                assertThat(scanned(ScanRig.VCS, command.clone()).refusals).isEmpty();
                command[20] = 1;
                assertThat(scanned(ScanRig.VCS, command).refusals).hasSize(1);
                found++;
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void depthBuffer_nullSurface_needsNoAddress() {
        assertThat(scanned(0, 0x7805_0005, 7 << 29, 0x1234_5000, 0, 0, 0, 0).refusals).isEmpty();
        assertThat(scanned(0, 0x7805_0005, 1 << 29, 0x1234_5000, 0, 0, 0, 0).refusals).hasSize(1);
    }

    @Test
    void constantBuffer_zeroIsAnOffsetUnlessTheModeSaysAddress() {
        int[] constants = {0x7815_0005, 1, 0, 0x40, 0, 0, 0};
        assertThat(scanned(0, constants.clone()).refusals).isEmpty();
        ScanRig absolute = new ScanRig();
        absolute.absoluteConstants = true;
        absolute.scan(constants.clone());
        assertThat(absolute.refusals).containsExactly("3DSTATE_CONSTANT_VS");
        // the mode changes in the stream
        ScanRig changing = new ScanRig();
        int[] ring = {0x1100_0001, 0x20c0, 0x0040_0040, 0x7815_0005, 1, 0, 0x40, 0, 0, 0};
        changing.scan(ring);
        assertThat(changing.refusals).containsExactly("3DSTATE_CONSTANT_VS");
        assertThat(changing.events).containsExactly("loaded@0 20c0=00400040");
    }

    @Test
    void perProcessAddress_withItsTable_isNotAudited() {
        int[] store = {0x1000_0002, 0, 0x1000, 1};
        assertThat(scanned(0, store.clone()).refusals).isEmpty();
        ScanRig global = new ScanRig();
        global.ppgtt = false;
        global.scan(store.clone());
        assertThat(global.refusals).containsExactly("MI_STORE_DATA_IMM");
    }

    @Test
    void statusPageOffset_beyondThePage_isRefused() {
        assertThat(scanned(1, 0x1080_0001, 0xffc, 1).refusals).isEmpty();
        assertThat(scanned(1, 0x1080_0001, 0x1000, 1).refusals).hasSize(1);
        assertThat(scanned(1, 0x1080_0002, 0xffc, 1, 2).refusals).hasSize(1);
        assertThat(scanned(1, 0x1080_0001, 0xffff_fffc, 1).refusals).hasSize(1);
        // the address dword of MI_FLUSH_DW has the global bit in bit 2
        assertThat(scanned(1, 0x1320_4001, 0xffc, 1).refusals).isEmpty();
        assertThat(scanned(1, 0x1320_4001, 0x1004, 1).refusals).hasSize(1);
        assertThat(scanned(0, 0x7a00_0002, 1 << 21 | 1 << 14, 0xff8, 1).refusals).isEmpty();
        assertThat(scanned(0, 0x7a00_0002, 1 << 21 | 1 << 14, 0x1000, 1).refusals).hasSize(1);
    }
}
