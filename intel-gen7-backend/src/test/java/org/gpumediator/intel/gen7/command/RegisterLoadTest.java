package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.gpumediator.api.event.GuestFaultKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads and stores of every dword of BAR0, against a second transcription of the white lists. */
class RegisterLoadTest {

    private static final int BAR0 = 0x40_0000;
    private static final int BLOCK = 0x1_0000;
    private static final int[] BASES = {0x2000, 0x2_2000, 0x1_2000, 0x1_a000};
    private static final int ADDRESS = (int) ScanRig.LOW_START;

    /** Registers that LRM and LRR may write: what the i915 parser grants, and per-engine state. */
    private static Set<Integer> plain(int engine) {
        Set<Integer> set = new TreeSet<>();
        for (int base : BASES) {
            addAll(set, base + 0x40, base + 0x48);
        }
        if (engine == ScanRig.RCS) {
            addAll(set, 0x2290, 0x2294);
            addAll(set, 0x2300, 0x2354);
            addAll(set, 0x2400, 0x240c);
            addAll(set, 0x2420, 0x2420);
            addAll(set, 0x2430, 0x2440);
            addAll(set, 0x2500, 0x2508);
            addAll(set, 0x2600, 0x267c);
            addAll(set, 0x5200, 0x521c);
            addAll(set, 0x5240, 0x525c);
            addAll(set, 0x5280, 0x528c);
            set.addAll(List.of(0xb010, 0xb020, 0xb024));
        } else if (engine == ScanRig.BCS) {
            set.add(0x2_2200);
        }
        return set;
    }

    /** What kernel drivers load in their rings: any value, but immediates only. */
    private static Set<Integer> kernel(int engine) {
        Set<Integer> set = new TreeSet<>(List.of(BASES[engine] + 0x98, BASES[engine] + 0x220));
        if (engine == ScanRig.RCS) {
            set.addAll(List.of(0xb01c, 0xb030, 0xb034));
        }
        return set;
    }

    /** Masked registers: immediates only. */
    private static Set<Integer> masked(int engine) {
        Set<Integer> set = new TreeSet<>();
        set.add(BASES[engine] + 0x9c);
        set.add(BASES[engine] + 0xc0);
        if (engine == ScanRig.RCS) {
            set.addAll(List.of(0x2088, 0x2090, 0x20dc, 0x20e4, 0x2470, 0x7000, 0x7004, 0x7008));
            set.addAll(List.of(0x7010, 0x7014, 0xe100, 0xe184));
        }
        return set;
    }

    private static Set<Integer> emulated() {
        Set<Integer> set = new TreeSet<>(List.of(0x4_4050, 0xa188, 0x13_8064, 0x4_2008));
        for (int base : BASES) {
            set.add(base + 0x50);
        }
        return set;
    }

    private static Set<Integer> readable(int engine) {
        Set<Integer> set = new TreeSet<>(plain(engine));
        set.addAll(kernel(engine));
        set.addAll(masked(engine));
        set.add(BASES[engine] + 0x228);
        for (int base : BASES) {
            set.add(base + 0x50);
            addAll(set, base + 0x358, base + 0x35c);
        }
        if (engine == ScanRig.RCS) {
            set.addAll(List.of(0xb038, 0xe49c));
        }
        return set;
    }

    private static void addAll(Set<Integer> set, int first, int last) {
        for (int offset = first; offset <= last; offset += 4) {
            set.add(offset);
        }
    }

    /** Scans one command of {@code length} dwords per dword of BAR0, and lists what is kept. */
    private static Set<Integer> kept(int engine, int header, int registerAt, int... operands) {
        Set<Integer> kept = new TreeSet<>();
        int length = 1 + operands.length;
        int[] ring = new int[BLOCK / 4 * length];
        for (int block = 0; block < BAR0; block += BLOCK) {
            for (int i = 0; i < BLOCK / 4; i++) {
                ring[i * length] = header;
                System.arraycopy(operands, 0, ring, i * length + 1, operands.length);
                ring[i * length + registerAt] = block + i * 4;
            }
            ScanRig rig = new ScanRig(engine);
            assertThat(rig.scan(ring).stop()).isEqualTo(ScanResult.Stop.COMPLETE);
            for (int i = 0; i < BLOCK / 4; i++) {
                if (ring[i * length] != 0) {
                    kept.add(block + i * 4);
                }
            }
        }
        return kept;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void loadImmediate_ofEveryDword_keepsOnlyTheWhiteList(int engine) {
        // a value that names no bits of a masked register, and no directory inside the slice
        Set<Integer> expected = plain(engine);
        expected.addAll(kernel(engine));
        expected.addAll(masked(engine));
        if (engine == ScanRig.RCS) {
            expected.addAll(List.of(0xb038, 0xe49c));
        }
        assertThat(kept(engine, 0x1100_0001, 1, 0, 0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void loadImmediate_ofAllOnes_keepsNoRegisterWithGuardedBits(int engine) {
        Set<Integer> expected = plain(engine);
        expected.addAll(kernel(engine));
        expected.addAll(masked(engine));
        expected.remove(BASES[engine] + 0x9c);
        assertThat(kept(engine, 0x1100_0001, 1, 0, -1)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void loadMemory_ofEveryDword_keepsOnlyPlainRegisters(int engine) {
        assertThat(kept(engine, 0x14c0_0001, 1, 0, ADDRESS)).isEqualTo(plain(engine));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void storeRegister_ofEveryDword_keepsOnlyReadableRegisters(int engine) {
        assertThat(kept(engine, 0x1240_0001, 1, 0, ADDRESS)).isEqualTo(readable(engine));
    }

    @Test
    void loadRegister_ofEveryDword_keepsPlainTargetsAndReadableSources() {
        assertThat(kept(ScanRig.RCS, 0x1500_0001, 2, 0x2600, 0)).isEqualTo(plain(0));
        assertThat(kept(ScanRig.RCS, 0x1500_0001, 1, 0, 0x2600)).isEqualTo(readable(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void storedDirectoryBase_showsWhatTheGuestLoaded_notWhereTheMediatorKeepsIt(int engine) {
        ScanRig rig = new ScanRig(engine);
        int[] ring = {0x1240_0001, BASES[engine] + 0x228, ADDRESS};

        rig.scan(ring);

        assertThat(ring).containsExactly(0x1240_0001, BASES[engine] + 0x220, ADDRESS);
        assertThat(rig.refusals).isEmpty();
    }

    @Test
    void copiedDirectoryBase_isTheValidRegisterToo() {
        ScanRig rig = new ScanRig();
        int[] ring = {0x1500_0001, 0x2228, 0x2600};

        rig.scan(ring);

        assertThat(ring).containsExactly(0x1500_0001, 0x2220, 0x2600);
    }

    @Test
    void emulatedRegisters_areReportedAndTakenOut() {
        for (int engine = 0; engine < 4; engine++) {
            for (int offset : emulated()) {
                ScanRig rig = new ScanRig(engine);
                int[] ring = {0x1100_0005, 0x2040, 1, offset, 0x1_0001, 0x2044, 2};
                rig.scan(ring);
                assertThat(ring).containsExactly(0x1100_0003, 0x2040, 1, 0x2044, 2, 0, 0);
                assertThat(rig.events).containsExactly("emulated@0 %x=00010001".formatted(offset));
                assertThat(rig.refusals).isEmpty();
            }
        }
    }

    @Test
    void loadImmediate_withOneBadRegister_losesOnlyThat() {
        ScanRig rig = new ScanRig();
        int[] ring = {0x1100_0005, 0x20c0, 0x0080_0080, 0x2180, 7, 0x7004, 0x0001_0001};
        rig.scan(ring);
        assertThat(ring)
                .containsExactly(0x1100_0003, 0x20c0, 0x0080_0080, 0x7004, 0x0001_0001, 0, 0);
        assertThat(rig.refusals).containsExactly("MI_LOAD_REGISTER_IMM");
        assertThat(rig.refusedValues).containsExactly(0x2180L);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.PRIVILEGED_COMMAND);
    }

    @Test
    void loadImmediate_withAnOddOperand_isMalformed() {
        ScanRig rig = new ScanRig();
        int[] ring = {0x1100_0002, 0x2600, 1, 0x2604};
        rig.scan(ring);
        assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.MALFORMED_COMMAND);
        assertThat(ring).containsOnly(0);
    }

    @Test
    void registerOperand_highAndLowBits_areNotPartOfTheOffset() {
        ScanRig rig = new ScanRig();
        rig.scan(0x1100_0001, 0xff80_2183, 7);
        assertThat(rig.refusedValues).containsExactly(0x2180L);
        rig.forget();
        rig.scan(0x1100_0001, 0xff80_2603, 7);
        assertThat(rig.refusals).isEmpty();
    }

    @Test
    void maskedRegister_withGuardedBits_isRefused() {
        List<Integer> refused = new ArrayList<>();
        for (int bit = 0; bit < 16; bit++) {
            ScanRig rig = new ScanRig();
            rig.scan(0x1100_0001, 0x209c, 1 << 16 + bit);
            if (!rig.refusals.isEmpty()) {
                refused.add(bit);
            }
        }
        assertThat(refused).containsExactly(8, 9, 11);
    }

    @Test
    void valueRegister_withOtherBits_isRefused() {
        for (int[] load : new int[][] {{0xb038, 0x0800_0000}, {0xe49c, 0x0040_0040}}) {
            for (int bit = 0; bit < 32; bit++) {
                ScanRig rig = new ScanRig();
                rig.scan(0x1100_0001, load[0], 1 << bit);
                assertThat(rig.refusals.isEmpty()).isEqualTo((load[1] & 1 << bit) != 0);
            }
        }
    }

    @Test
    void loadImmediate_ofSomeBytesOnly_isRefused() {
        int directory = (int) (ScanRig.HIGH_START >>> 12) / 16 << 16;
        for (int bytes = 1; bytes < 16; bytes++) {
            ScanRig rig = new ScanRig();
            int[] ring = {0x1100_0001 | bytes << 8, 0x2228, directory};
            rig.scan(ring);
            assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.PRIVILEGED_COMMAND);
            assertThat(ring).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void semaphoreUpdate_ofEveryDword_keepsOnlyWhatAnImmediateMayBe(int engine) {
        Set<Integer> expected = plain(engine);
        expected.addAll(kernel(engine));
        if (engine == ScanRig.RCS) {
            expected.addAll(List.of(0xb038, 0xe49c)); // with a value of no bits
        }
        int update = 0x0b00_0001 | 1 << 21 | 1 << 18;
        assertThat(kept(engine, update, 2, 0, 0)).isEqualTo(expected);
        expected.removeAll(List.of(0xb038, 0xe49c));
        assertThat(kept(engine, update | 1 << 20 | 1 << 22, 2, -1, 0)).isEqualTo(expected);
    }

    @Test
    void pageDirectory_insideTheSlice_isReportedAndReplaced() {
        int first = (int) (ScanRig.HIGH_START >>> 12);
        int value = first / 16 << 16;
        for (int engine = 0; engine < 4; engine++) {
            ScanRig rig = new ScanRig(engine);
            rig.directoryReplacement = 0x1234_0000;
            int register = BASES[engine] + 0x228;
            int[] ring = {0, 0x1100_0003, BASES[engine] + 0x220, -1, register, value};
            rig.scan(ring);
            assertThat(rig.events).containsExactly("directory@1 %08x".formatted(value));
            assertThat(ring[5]).isEqualTo(0x1234_0000);
            assertThat(rig.refusals).isEmpty();
        }
    }

    @Test
    void pageDirectory_outsideTheSlice_isRefused() {
        int end = (int) (ScanRig.HIGH_END >>> 12);
        for (int first : new int[] {0, end, end - 496, (int) (ScanRig.LOW_START >>> 12) - 16}) {
            ScanRig rig = new ScanRig();
            int[] ring = {0x1100_0001, 0x2228, first / 16 << 16};
            rig.scan(ring);
            assertThat(rig.refusalKinds).containsExactly(GuestFaultKind.OUT_OF_PARTITION);
            assertThat(ring).containsOnly(0);
        }
        ScanRig last = new ScanRig();
        last.scan(0x1100_0001, 0x2228, (end - 512) / 16 << 16);
        assertThat(last.refusals).isEmpty();
    }

    @Test
    void pageDirectory_ofAnotherEngine_isRefused() {
        ScanRig rig = new ScanRig(ScanRig.BCS);
        rig.scan(0x1100_0001, 0x2228, (int) (ScanRig.HIGH_START >>> 12) / 16 << 16);
        assertThat(rig.refusals).hasSize(1);
        assertThat(rig.events).isEmpty();
    }
}
