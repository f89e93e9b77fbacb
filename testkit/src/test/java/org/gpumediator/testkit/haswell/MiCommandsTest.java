package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MiCommandsTest {

    private static final int GPR = 0x2600;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    private CommandStream stream() {
        return new CommandStream();
    }

    @Test
    void noop_withIdentification_isRemembered() {
        bench.run(HaswellEngine.VCS, stream().dw(1 << 22 | 0x1_2345).noop());
        assertThat(bench.reg(0x1_2094)).isEqualTo(0x1_2345);
    }

    @Test
    void storeDataImmediate_quadword_writesBoth() {
        bench.run(
                HaswellEngine.RCS,
                stream().dw(0x1000_0003 | CommandStream.GGTT, 0, (int) Bench.DATA, 1, 2));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(2);
    }

    @Test
    void registers_loadedFromMemoryAndRegister_areStored() {
        bench.put(Bench.DATA, 77);
        bench.run(
                HaswellEngine.RCS,
                stream()
                        .dw(0x1480_0001 | CommandStream.GGTT, GPR, (int) Bench.DATA)
                        .dw(0x1500_0001, GPR, GPR + 8)
                        .storeRegister(GPR + 8, Bench.DATA + 4));
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(77);
    }

    @Test
    void loadRegister_ofMaskedRegister_changesOnlyEnabledBits() {
        bench.run(
                HaswellEngine.RCS,
                stream()
                        .dw(0x1100_0005, 0x7000, 0x00ff_00f0, 0x7004, 0x0001_ffff)
                        .dw(0x7000, 0x0010_0000)
                        .noop());
        assertThat(bench.reg(0x7000)).isEqualTo(0xe0);
        assertThat(bench.reg(0x7004)).isEqualTo(1);
    }

    @Test
    void math_addsAndComparesRegisters() {
        bench.run(
                HaswellEngine.RCS,
                stream()
                        .loadRegister(GPR, -1)
                        .loadRegister(GPR + 4, -1)
                        .loadRegister(GPR + 8, 2)
                        .dw(0x0d00_0007)
                        .dw(0x080 << 20 | 0x20 << 10, 0x080 << 20 | 0x21 << 10 | 1)
                        .dw(0x100 << 20, 0x180 << 20 | 2 << 10 | 0x31)
                        .dw(0x180 << 20 | 3 << 10 | 0x33, 0x101 << 20)
                        .dw(0x180 << 20 | 4 << 10 | 0x31, 0x580 << 20 | 5 << 10 | 0x32)
                        .dw(0));
        assertThat(bench.gpu.read(0, GPR + 16, 8)).isEqualTo(1);
        assertThat(bench.gpu.read(0, GPR + 24, 8)).isEqualTo(-1L);
        assertThat(bench.gpu.read(0, GPR + 32, 8)).isEqualTo(-3L);
        assertThat(bench.gpu.read(0, GPR + 40, 8)).isEqualTo(-1L);
    }

    @ParameterizedTest
    @CsvSource({"5, 5, 0", "6, 5, 1", "4, 5, 0"})
    void conditionalEnd_unlessMemoryIsGreater_endsBatch(int inMemory, int data, int stored) {
        bench.put(Bench.DATA, inMemory);
        bench.put(
                Bench.DATA + 0x1000,
                stream()
                        .dw(0x1b00_0001 | 1 << 21 | CommandStream.GGTT, data, (int) Bench.DATA)
                        .store(Bench.DATA + 4, 1)
                        .end()
                        .toArray());
        bench.run(HaswellEngine.RCS, stream().batch(Bench.DATA + 0x1000, 0));
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(stored);
        assertThat(bench.idle(HaswellEngine.RCS)).isTrue();
    }

    @Test
    void updateGtt_inRing_changesTable() {
        int entry = Bench.entry(bench.bus + 0x5000);
        bench.run(HaswellEngine.RCS, stream().dw(0x1180_0001, 0x300 << 12, entry));
        assertThat(bench.reg(0x20_0000 + 4 * 0x300)).isEqualTo(entry);
        assertThat(bench.gpu.gttUpdatesByCommand()).isEqualTo(1);
    }

    @Test
    void reportPerformance_writesItsIdentification() {
        bench.put(Bench.DATA + 252, -1, 5);
        bench.run(HaswellEngine.RCS, stream().dw(0x1400_0001, (int) Bench.DATA | 1, 99));
        assertThat(bench.get(Bench.DATA)).isEqualTo(99);
        assertThat(bench.get(Bench.DATA + 252)).isZero();
        assertThat(bench.get(Bench.DATA + 256)).isEqualTo(5);
    }

    /**
     * Where stores go that have core mode enabled: 4, 8 and 256 bytes behind on the second core.
     */
    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0", "1, 4, 8, 256"})
    void storesWithCoreMode_onTheSecondCore_goBehind(int core, int dword, int both, int report) {
        try (Bench other = new Bench(FakeHaswell.builder().core(core))) {
            other.startAll();
            int data = (int) Bench.DATA;
            other.run(
                    HaswellEngine.RCS,
                    stream()
                            .dw(0x1000_0002 | CommandStream.GGTT, 0, data | 1, 7)
                            .dw(0x1000_0003 | CommandStream.GGTT, 0, data + 64 | 1, 8, 9)
                            .dw(0x1580_0002, 0, data + 128 | 1, 10)
                            .dw(0x1400_0001, data + 1024 | 1 << 4 | 1, 99));
            assertThat(other.get(data + dword)).isEqualTo(7);
            assertThat(other.get(data + 64 + both)).isEqualTo(8);
            assertThat(other.get(data + 64 + both + 4)).isEqualTo(9);
            assertThat(other.get(data + 128 + dword)).isEqualTo(10);
            assertThat(other.get(data + 1024 + report)).isEqualTo(99);
        }
    }

    @ParameterizedTest
    @CsvSource({"0x02000008", "0x7a000002"})
    void snapshotReset_setsTheStatisticsBack_andNotTheTime(String flush) {
        bench.gpu.advance(80_000, 0);
        bench.reg(0x2320, 5);
        bench.reg(0x5200, 6);
        bench.reg(0x2600, 7);
        int header = Integer.decode(flush);
        int[] operands = header >>> 29 == 3 ? new int[] {1 << 19 | 1 << 20, 0, 0} : new int[0];
        bench.run(HaswellEngine.RCS, stream().dw(header).dw(operands));
        assertThat(bench.reg(0x2320)).isZero();
        assertThat(bench.reg(0x5200)).isZero();
        assertThat(bench.reg(0x2600)).isEqualTo(7);
        assertThat(bench.reg(0x2358)).isEqualTo(1000);
        assertThat(bench.gpu.snapshotResets()).isEqualTo(1);
    }

    @Test
    void snapshotReset_withTheDepthCount_reportsItFirst() {
        bench.reg(0x2350, 5);
        int flags = 1 << 19 | 1 << 20 | 1 << 24 | 2 << 14;
        bench.run(HaswellEngine.RCS, stream().dw(0x7a00_0003, flags, (int) Bench.DATA, 0, 0));
        assertThat(bench.get(Bench.DATA)).isEqualTo(5);
        assertThat(bench.reg(0x2350)).isZero();
    }

    @Test
    void displayFlip_updatesPlaneAndSignals() {
        bench.reg(0x4_4004, 0);
        bench.run(HaswellEngine.BCS, stream().dw(0x0a00_0001 | 1 << 19, 0x1000 | 1, 0x12_3000));
        assertThat(bench.reg(0x7_119c)).isEqualTo(0x12_3000);
        assertThat(bench.reg(0x7_11ac)).isEqualTo(0x12_3000);
        assertThat(bench.reg(0x7_1188)).isEqualTo(0x1000);
        assertThat(bench.reg(0x7_1044)).isEqualTo(1);
        assertThat(bench.reg(0x4_4008)).isEqualTo(1 << 8);
    }

    @Test
    void timestamps_areCounterOfClock() {
        bench.now = 800_000;
        bench.run(
                HaswellEngine.RCS,
                stream().dw(0x7a00_0003, 3 << 14 | 1 << 24, (int) Bench.DATA, 0, 0).noop());
        assertThat(bench.get(Bench.DATA)).isEqualTo(10_000);
        assertThat(bench.gpu.read(0, 0x2358, 8)).isEqualTo(10_000);
    }

    @Test
    void pipeControl_withFiveDwords_writesTwo() {
        bench.run(
                HaswellEngine.RCS,
                stream().dw(0x7a00_0003, 1 << 14 | 1 << 24, (int) Bench.DATA + 4, 1, 2).noop());
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(2);
    }

    @Test
    void pipeControl_withNotify_raisesItsOwnEvent() {
        bench.enableInterrupts(HaswellEngine.RCS);
        bench.run(HaswellEngine.RCS, stream().dw(0x7a00_0002, 1 << 8, 0, 0));
        assertThat(bench.reg(0x4_4018)).isEqualTo(1 << 4);
    }

    @Test
    void reportHead_writesStatusPage() {
        bench.run(HaswellEngine.BCS, stream().noop().noop().dw(0x0380_0000).noop());
        assertThat(bench.get(Bench.statusPage(HaswellEngine.BCS) + 16)).isEqualTo(8);
    }

    @Test
    void predicate_onEqualSources_turnsBatchCommandsOff() {
        bench.reg(0x2214, 1);
        bench.put(
                Bench.DATA + 0x1000,
                stream()
                        .dw(0x0080_0002)
                        .store(Bench.DATA, 1)
                        .dw(0x0080_0000)
                        .store(Bench.DATA + 4, 1)
                        .dw(0x0080_000f)
                        .end()
                        .toArray());
        bench.run(
                HaswellEngine.RCS, stream().batch(Bench.DATA + 0x1000, 0).store(Bench.DATA + 8, 1));
        assertThat(bench.get(Bench.DATA)).isZero();
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 8)).as("the ring is not predicated").isEqualTo(1);
    }

    @Test
    void predicate_compares_sources() {
        bench.run(
                HaswellEngine.RCS,
                stream()
                        .loadRegister(0x2400, 5)
                        .loadRegister(0x2408, 5)
                        .dw(0x0600_0000 | 2 << 6 | 2)
                        .storeRegister(0x2418, Bench.DATA)
                        .loadRegister(0x2408, 6)
                        .dw(0x0600_0000 | 2 << 6 | 2)
                        .storeRegister(0x2418, Bench.DATA + 4));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 4)).isZero();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void unknownCommand_hangsEngineAndShowsItsHeader(HaswellEngine engine) {
        bench.run(engine, stream().noop().dw(0xe000_0000));
        int base = engine.mmioBase();
        assertThat(bench.reg(base + 0x68)).isEqualTo(0xe000_0000);
        assertThat(bench.reg(base + 0x34)).isEqualTo(4);
        assertThat(bench.gpu.status(engine).activity()).isEqualTo(Activity.UNKNOWN_COMMAND);
        assertThat(bench.reg(base + 0xb8) & 1).as("ESR").isEqualTo(1);
        assertThat(bench.reg(base + 0xb0) & 1).as("EIR, masked after reset").isZero();
        assertThat(bench.reg(base + 0x9c) & 1 << 9).isZero();
        assertThat(bench.reg(base + 0x6c)).isNotEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void unknownCommand_unmasked_isReportedUntilCleared(HaswellEngine engine) {
        int base = engine.mmioBase();
        bench.gpu.write(0, base + 0xb4, 4, 0xffff_fffeL);
        bench.run(engine, stream().noop().dw(0xe000_0000));
        assertThat(bench.reg(base + 0xb0)).isEqualTo(1);
        bench.gpu.write(0, base + 0xb0, 4, 1);
        assertThat(bench.reg(base + 0xb0)).isZero();
    }

    @Test
    void lengths_ofSkippedCommands_keepParserInStep() {
        bench.run(
                HaswellEngine.RCS,
                stream()
                        .dw(0x6904_0000)
                        .dw(0x680b_0001)
                        .dw(0x7808_0003, -1, -1, -1, -1)
                        .dw(0x7839_0000 | 0x101)
                        .dw(new int[0x102])
                        .dw(0x7100_0004, -1, -1, -1, -1, -1)
                        .dw(0x7b00_0005, 0, 3, 0, 1, 0, 0)
                        .store(Bench.DATA, 1));
        bench.run(
                HaswellEngine.VCS,
                stream()
                        .dw(0x6800_0000)
                        .dw(0x7002_003b)
                        .dw(new int[60])
                        .dw(0x7600_0001, 0, 0)
                        .store(Bench.DATA + 4, 1));
        bench.run(
                HaswellEngine.VECS,
                stream().dw(0x7403_0008).dw(new int[9]).store(Bench.DATA + 8, 1));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 8)).isEqualTo(1);
        assertThat(bench.gpu.read(0, 0x2310, 8)).isEqualTo(3);
    }
}
