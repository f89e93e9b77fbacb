package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.testkit.haswell.BusFault.Access;
import org.gpumediator.testkit.haswell.BusFault.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TranslationTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int GTT = 0x20_0000;

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private void storeAt(long address, int value) {
        bench.run(RCS, new CommandStream().store(address, value));
    }

    @Test
    void map_ofTheSameMemoryTwice_givesTwoAddresses() {
        MemorySegment part = bench.memory.asSlice(0x1000, 0x1000);
        long first = bench.gpu.mapForDma(part, DmaAccess.READ_WRITE);
        long second = bench.gpu.mapForDma(part, DmaAccess.READ_WRITE);
        assertThat(first).isNotEqualTo(second);
        assertThat(first & 0xfff).isZero();
        assertThat(first).isBetween(1L << 32, (1L << 39) - 1);
    }

    @Test
    void map_ofUnfitMemory_isRefused() {
        MemorySegment memory = bench.memory;
        assertThatThrownBy(() -> bench.gpu.mapForDma(memory.asSlice(8, 4096), DmaAccess.READ_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.gpu.mapForDma(memory.asSlice(0, 100), DmaAccess.READ_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                bench.gpu.mapForDma(
                                        MemorySegment.ofArray(new byte[4096]),
                                        DmaAccess.READ_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.gpu.mapForDma(memory.asReadOnly(), DmaAccess.READ_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.gpu.unmapForDma(0x1234_5000L))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void map_unmappedAndMapped_forEver_findsSpace() {
        MemorySegment memory = bench.memory;
        for (int i = 0; i < 20_000; i++) {
            bench.gpu.unmapForDma(bench.gpu.mapForDma(memory, DmaAccess.READ_ONLY));
        }
        assertThat(bench.gpu.busFaultCount()).isZero();
    }

    @Test
    void map_ofEverything_isRefusedWhenFull() {
        MemorySegment large = bench.memory;
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100_000; i++) {
                                bench.gpu.mapForDma(large, DmaAccess.READ_ONLY);
                            }
                        })
                .isInstanceOf(HardwareAccessException.class);
    }

    @Test
    void invalidEntry_dropsStoreAndIsRecorded() {
        bench.start(RCS);
        bench.gpu.write(0, GTT + 4 * 0x300, 4, 0);
        storeAt(0x30_0000, 1);
        assertThat(bench.get(0x30_0000)).isZero();
        assertThat(bench.gpu.busFaults())
                .containsExactly(new BusFault(Kind.INVALID_ENTRY, Access.WRITE, RCS, 0x30_0000, 0));
        assertThat(bench.reg(0x4094) & 1).isEqualTo(1);
        bench.gpu.clearBusFaults();
        assertThat(bench.gpu.busFaultCount()).isZero();
    }

    @Test
    void unmappedMemory_readsOnes() {
        bench.start(RCS);
        long bus = bench.gpu.mapForDma(bench.memory, DmaAccess.READ_WRITE);
        bench.map(0x300, bus);
        bench.run(RCS, new CommandStream().store(0x30_0000, 5));
        assertThat(bench.get(0)).isEqualTo(5);
        bench.gpu.unmapForDma(bus);
        bench.run(
                RCS,
                new CommandStream()
                        .store(0x30_0000, 6)
                        .dw(0x1480_0001 | CommandStream.GGTT, 0x2600, 0x30_0000)
                        .noop());
        assertThat(bench.get(0)).isEqualTo(5);
        assertThat(bench.reg(0x2600)).isEqualTo(-1);
        assertThat(bench.gpu.busFaults())
                .extracting(BusFault::kind, BusFault::access)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(Kind.UNMAPPED, Access.WRITE),
                        org.assertj.core.api.Assertions.tuple(Kind.UNMAPPED, Access.READ));
    }

    @Test
    void accessPastEndOfMapping_isUnmapped() {
        bench.start(RCS);
        MemorySegment part = bench.memory.asSlice(0x10_0000, 0x20_0000);
        long bus = bench.gpu.mapForDma(part, DmaAccess.READ_WRITE);
        bench.map(0x300, bus + 0x20_0000);
        storeAt(0x30_0000, 1);
        assertThat(bench.gpu.busFaults()).extracting(BusFault::kind).containsExactly(Kind.UNMAPPED);
    }

    @Test
    void readOnlyMemory_isReadAndNotWritten() {
        bench.start(RCS);
        bench.put(0x10_0000, 7);
        MemorySegment part = bench.memory.asSlice(0x10_0000, 0x1000);
        bench.map(0x300, bench.gpu.mapForDma(part, DmaAccess.READ_ONLY));
        bench.run(
                RCS,
                new CommandStream()
                        .dw(0x1480_0001 | CommandStream.GGTT, 0x2600, 0x30_0000)
                        .store(0x30_0000, 1));
        assertThat(bench.reg(0x2600)).isEqualTo(7);
        assertThat(bench.get(0x10_0000)).isEqualTo(7);
        assertThat(bench.gpu.busFaults())
                .extracting(BusFault::kind)
                .containsExactly(Kind.READ_ONLY);
    }

    @Test
    void memoryTakenAway_isRecordedAndHarmless() {
        bench.start(RCS);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment lost = arena.allocate(4096, 4096);
            bench.map(0x300, bench.gpu.mapForDma(lost, DmaAccess.READ_WRITE));
            storeAt(0x30_0000, 1);
            assertThat(lost.get(BusSpace.LE32, 0)).isEqualTo(1);
        }
        storeAt(0x30_0000, 2);
        assertThat(bench.gpu.read(2, 0x30_0000, 4)).isEqualTo(0xffff_ffffL);
        bench.gpu.write(2, 0x30_0000, 4, 3);
        assertThat(bench.gpu.busFaults())
                .extracting(BusFault::kind)
                .containsExactly(Kind.VANISHED, Kind.VANISHED, Kind.VANISHED);
    }

    @Test
    void processTable_withHighAddresses_isFollowed() {
        bench.start(RCS);
        bench.process(RCS, 0x7_fe00, 0x20_0000);
        long target = bench.bus + 0x30_0000;
        assertThat(target >>> 32).as("needs the high bits of an entry").isNotZero();
        bench.put(0x20_0000 + 4 * 5, Bench.entry(target));
        bench.run(RCS, new CommandStream().storeProcess(0x5010, 3));
        assertThat(bench.get(0x30_0010)).isEqualTo(3);
    }

    @Test
    void processTable_partNotValid_isNotFollowed() {
        bench.start(RCS);
        bench.process(RCS, 0x4_0000, 0x20_0000);
        bench.put(0x20_0000, Bench.entry(bench.bus + 0x30_0000));
        bench.reg(0x2220, ~1);
        bench.run(RCS, new CommandStream().storeProcess(0, 3));
        assertThat(bench.get(0x30_0000)).isZero();
        assertThat(bench.gpu.busFaultCount()).isEqualTo(1);
    }

    @Test
    void processTable_changedInMemory_isSeenAfterFlush() {
        bench.start(RCS);
        bench.process(RCS, 0x4_0000, 0x20_0000);
        bench.put(0x20_0000, Bench.entry(bench.bus + 0x30_0000));
        bench.run(RCS, new CommandStream().storeProcess(0, 1));
        bench.put(0x20_0000, Bench.entry(bench.bus + 0x31_0000));
        bench.run(RCS, new CommandStream().storeProcess(4, 1));
        bench.run(RCS, new CommandStream().dw(0x7a00_0002, 1 << 18, 0, 0).storeProcess(8, 1));
        assertThat(bench.get(0x30_0004)).as("from the cache").isEqualTo(1);
        assertThat(bench.get(0x31_0008)).as("after the flush").isEqualTo(1);
    }

    @Test
    void globalTable_changed_isSeenAfterAFlushOfTheTable() {
        bench.start(RCS);
        bench.map(0x300, bench.bus + 0x30_0000);
        storeAt(0x30_0000, 1);
        bench.map(0x300, bench.bus + 0x31_0000);
        storeAt(0x30_0004, 1);
        bench.reg(0x10_1008, 1);
        storeAt(0x30_0008, 1);
        assertThat(bench.get(0x30_0004)).as("before").isEqualTo(1);
        assertThat(bench.get(0x31_0008)).as("after").isEqualTo(1);
    }

    @Test
    void globalTable_changed_isSeenByTheApertureAfterAFlushOfTheTable() {
        bench.map(0x300, bench.bus + 0x30_0000);
        bench.gpu.write(2, 0x30_0000, 4, 1);
        bench.map(0x300, bench.bus + 0x31_0000);
        bench.gpu.write(2, 0x30_0004, 4, 1);
        bench.reg(0x10_1008, 1);
        bench.gpu.write(2, 0x30_0008, 4, 1);
        assertThat(bench.get(0x30_0004)).as("before").isEqualTo(1);
        assertThat(bench.get(0x31_0008)).as("after").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void processTable_anotherDirectory_isSeenAfterTheEnginesOwnInvalidation(HaswellEngine engine) {
        bench.start(engine);
        bench.process(engine, 0x4_0000, 0x20_0000);
        bench.put(0x20_0000, Bench.entry(bench.bus + 0x30_0000));
        bench.put(0x21_0000, Bench.entry(bench.bus + 0x31_0000));
        bench.run(engine, new CommandStream().storeProcess(0, 1));
        bench.process(engine, 0x4_0010, 0x21_0000);
        bench.run(engine, new CommandStream().storeProcess(4, 1));
        bench.reg(engine.mmioBase() + 0xc0, 0x0220_0220);
        bench.run(engine, new CommandStream().storeProcess(8, 1));
        assertThat(bench.get(0x30_0004)).as("without").isEqualTo(1);
        assertThat(bench.get(0x31_0008)).as("with").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void processTable_anotherDirectoryLoadedByACommand_isSeenAtOnce(HaswellEngine engine) {
        bench.start(engine);
        bench.process(engine, 0x4_0000, 0x20_0000);
        bench.put(0x20_0000, Bench.entry(bench.bus + 0x30_0000));
        bench.put(0x21_0000, Bench.entry(bench.bus + 0x31_0000));
        bench.gpu.write(0, GTT + 4 * 0x4_0010, 4, Bench.entry(bench.bus + 0x21_0000));
        bench.run(engine, new CommandStream().storeProcess(0, 1));
        bench.run(
                engine,
                new CommandStream()
                        .loadRegister(engine.mmioBase() + 0x228, 0x4001 << 16)
                        .storeProcess(4, 1));
        assertThat(bench.get(0x31_0004)).isEqualTo(1);
    }

    @Test
    void invalidationOfOneEngine_leavesTheOthersTranslations() {
        bench.start(RCS);
        bench.start(HaswellEngine.BCS);
        storeAt(0x30_0000, 1);
        bench.map(0x300, bench.bus + 0x31_0000);
        bench.reg(HaswellEngine.BCS.mmioBase() + 0xc0, 0x0220_0220);
        storeAt(0x30_0004, 1);
        assertThat(bench.get(0x30_0004)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void flush_heldBackByACommand_isDoneWhenItIsNoLonger(HaswellEngine engine) {
        int instpm = engine.mmioBase() + 0xc0;
        bench.start(engine);
        bench.run(engine, new CommandStream().dw(0x0580_0001).store(0x30_0000, 1));
        bench.map(0x300, bench.bus + 0x31_0000);
        bench.reg(instpm, 0x0220_0220);
        assertThat(bench.reg(instpm)).as("asked for").isEqualTo(0x220);
        bench.run(engine, new CommandStream().store(0x30_0004, 1));
        assertThat(bench.get(0x30_0004)).as("by what it remembers").isEqualTo(1);
        bench.run(engine, new CommandStream().dw(0x0580_0000).store(0x30_0008, 1));
        assertThat(bench.reg(instpm)).isZero();
        assertThat(bench.get(0x31_0008)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void flush_heldBackByACommand_isDoneAfterAReset(HaswellEngine engine) {
        int instpm = engine.mmioBase() + 0xc0;
        bench.start(engine);
        bench.run(engine, new CommandStream().dw(0x0580_0001).noop());
        bench.reg(0x941c, engine.resetBit());
        bench.reg(instpm, 0x0220_0220);
        assertThat(bench.reg(instpm)).isZero();
    }

    @Test
    void gttWindow_acceptsEveryWidth() {
        bench.gpu.write(0, GTT + 8, 8, 0x1111_1001_2222_2001L);
        assertThat(bench.gpu.read(0, GTT + 8, 4)).isEqualTo(0x2222_2001L);
        assertThat(bench.gpu.read(0, GTT + 12, 4)).isEqualTo(0x1111_1001L);
        assertThat(bench.gpu.read(0, GTT + 8, 8)).isEqualTo(0x1111_1001_2222_2001L);
        bench.gpu.write(0, GTT + 10, 2, 0x3333);
        assertThat(bench.gpu.read(0, GTT + 8, 4)).isEqualTo(0x3333_2001L);
        assertThat(bench.gpu.read(0, GTT + 11, 1)).isEqualTo(0x33);
    }
}
