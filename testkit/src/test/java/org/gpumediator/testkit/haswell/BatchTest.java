package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int PROCESS = 1 << 8;
    private static final int UNPRIVILEGED = 1 << 13;
    private static final int SECOND_LEVEL = 1 << 22;
    private static final long BATCH = Bench.DATA + 0x1_0000;

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

    private static CommandStream stream() {
        return new CommandStream();
    }

    /** Maps page 0 of the process address space of every engine to another place. */
    private void process(HaswellEngine engine, long physical) {
        long table = 2L << 20;
        bench.process(engine, 0x4_0000, table);
        for (int page = 0; page < 1024; page++) {
            bench.put(table + 4L * page, Bench.entry(bench.bus + physical + 4096L * page));
        }
    }

    @Test
    void chain_doesNotComeBack_secondLevelDoes() {
        bench.put(
                BATCH,
                stream()
                        .batch(BATCH + 0x1000, SECOND_LEVEL)
                        .store(Bench.DATA, 1)
                        .batch(BATCH + 0x2000, 0)
                        .store(Bench.DATA + 4, 1)
                        .end()
                        .toArray());
        bench.put(BATCH + 0x1000, stream().store(Bench.DATA + 8, 1).end().toArray());
        bench.put(BATCH + 0x2000, stream().store(Bench.DATA + 12, 1).end().toArray());
        bench.run(RCS, stream().batch(BATCH, 0).store(Bench.DATA + 16, 1));
        assertThat(
                        new int[] {
                            bench.get(Bench.DATA),
                            bench.get(Bench.DATA + 4),
                            bench.get(Bench.DATA + 8),
                            bench.get(Bench.DATA + 12),
                            bench.get(Bench.DATA + 16)
                        })
                .containsExactly(1, 0, 1, 1, 1);
    }

    @Test
    void registers_whileInBatch_showWhere() {
        bench.put(BATCH, stream().batch(BATCH, 0).toArray());
        bench.submit(RCS, stream().batch(BATCH, 0));
        bench.gpu.advance(0, 10);
        assertThat(bench.reg(0x2074)).isEqualTo((int) BATCH);
        assertThat(bench.reg(0x2140)).isEqualTo((int) BATCH | 1);
        assertThat(bench.reg(0x2034)).isEqualTo(8);
    }

    @Test
    void endlessBatch_staysWithinBudget() {
        bench.put(BATCH, stream().batch(BATCH, 0).toArray());
        bench.submit(RCS, stream().batch(BATCH, 0));
        assertThat(bench.gpu.advance(0, 1001)).isEqualTo(1001);
        assertThat(bench.gpu.hasWork()).isTrue();
        bench.run(HaswellEngine.BCS, stream().store(Bench.DATA, 1));
        assertThat(bench.get(Bench.DATA)).as("others go on").isEqualTo(1);
    }

    @Test
    void circlingBatch_restsBetweenRounds_andSeesThatMemoryChanged() {
        bench.put(BATCH, stream().batch(BATCH, 0).toArray());
        bench.submit(RCS, stream().batch(BATCH, 0));
        assertThat(bench.gpu.advance(0, 1_000_000)).isEqualTo(8192);
        assertThat(bench.gpu.advance(0, 1_000_000)).as("rests").isZero();
        assertThat(bench.gpu.nextWorkNanos()).isEqualTo(500_000);
        assertThat(bench.gpu.advance(500_000, 1_000_000)).isEqualTo(1024);
        bench.put(BATCH, stream().end().toArray());
        assertThat(bench.gpu.advance(1_000_000, 1_000_000)).isEqualTo(1);
        assertThat(bench.gpu.hasWork()).isFalse();
    }

    @Test
    void unprivilegedStart_withoutProcessBit_stillRunsInProcessSpace() {
        process(RCS, 0x40_0000);
        bench.put(0x40_0000, stream().storeProcess(0x800, 5).end().toArray());
        bench.run(RCS, stream().batch(0, UNPRIVILEGED));
        assertThat(bench.get(0x40_0800)).isEqualTo(5);
    }

    @Test
    void unprivilegedBatch_askingForGlobalAddresses_getsItsOwn() {
        process(RCS, 0x40_0000);
        bench.put(0x40_0000, stream().store(0x800, 5).storeRegister(0x2358, 0x804).end().toArray());
        bench.put(0x800, 0);
        bench.run(RCS, stream().batch(0, PROCESS | UNPRIVILEGED));
        assertThat(bench.get(0x40_0800)).isEqualTo(5);
        assertThat(bench.get(0x800)).isZero();
    }

    @Test
    void unprivilegedBatch_privilegedCommands_haveNoEffectAndAreCounted() {
        process(RCS, 0x40_0000);
        bench.reg(0x2214, 7);
        bench.put(
                0x40_0000,
                stream()
                        .dw(0x1180_0001, 0x300 << 12, 0x1234)
                        .storeIndex(0x200, 9)
                        .dw(0x0c00_0000, (int) Bench.DATA | 0x100)
                        .dw(0x0a00_0001, 0, 0x5000)
                        .loadRegister(0x2214, 8)
                        .loadRegister(0x2038, 0x7000)
                        .loadRegister(0x2600, 0x66)
                        .dw(0x7a00_0003, 1 << 23, 0x2214, 9, 0)
                        .dw(0x7a00_0003, 1 << 14 | 1 << 21, 0x204, 9, 0)
                        .end()
                        .toArray());
        bench.run(RCS, stream().batch(0, PROCESS | UNPRIVILEGED));
        assertThat(bench.gpu.status(RCS).privilegedDropped()).isEqualTo(8);
        assertThat(bench.gpu.gttUpdatesByCommand()).isZero();
        assertThat(bench.reg(0x2214)).isEqualTo(7);
        assertThat(bench.reg(0x2038)).isEqualTo((int) Bench.ringBase(RCS));
        assertThat(bench.reg(0x2180)).isZero();
        assertThat(bench.reg(0x7_019c)).isZero();
        assertThat(bench.get(Bench.statusPage(RCS) + 0x200)).isZero();
        assertThat(bench.reg(0x2600)).as("a user's register").isEqualTo(0x66);
    }

    /** What upstream's test of the kernel's parser asks of a Haswell. */
    @Test
    void unprivilegedBatch_readingWhatItMayNot_doesNothing() {
        process(RCS, 0x40_0000);
        int[] kept = {0, 0x2038, 0x2214, 0x2360, 0x4_4050, 0x2_2200, 0x1_2358};
        for (int source : kept) {
            CommandStream stream = stream().loadRegister(0x2600, 0x66);
            bench.put(0x40_0800, 0x77);
            stream.dw(0x1500_0001, source, 0x2600).storeRegister(source, 0x800).end();
            bench.put(0x40_0000, stream.toArray());
            bench.run(RCS, stream().batch(0, PROCESS | UNPRIVILEGED));
            assertThat(bench.reg(0x2600)).as("copied from 0x%x", source).isEqualTo(0x66);
            assertThat(bench.get(0x40_0800)).as("stored from 0x%x", source).isEqualTo(0x77);
        }
        assertThat(bench.gpu.status(RCS).privilegedDropped()).isEqualTo(2 * kept.length);
        bench.reg(0x2608, 0x88);
        CommandStream allowed = stream().dw(0x1500_0001, 0x2608, 0x2600);
        bench.put(0x40_0000, allowed.storeRegister(0x2608, 0x800).end().toArray());
        bench.run(RCS, stream().batch(0, PROCESS | UNPRIVILEGED));
        assertThat(bench.reg(0x2600)).isEqualTo(0x88);
        assertThat(bench.get(0x40_0800)).isEqualTo(0x88);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1 << 22})
    void batchThatNobodyHasWritten_endsAtOnce_ifAskedFor(int flags) {
        try (Bench other = new Bench(FakeHaswell.builder().emptyBatchesEnd(true))) {
            other.start(RCS);
            long empty = BATCH + 0x1000;
            other.put(BATCH, stream().batch(empty, flags).store(Bench.DATA, 1).end().toArray());
            other.put(empty + 64, 0xe000_0000);
            other.run(RCS, stream().batch(BATCH, 0).store(Bench.DATA + 4, 1));
            assertThat(other.get(Bench.DATA)).as("comes back").isEqualTo(flags == 0 ? 0 : 1);
            assertThat(other.get(Bench.DATA + 4)).isEqualTo(1);
            other.run(RCS, stream().batch(empty, 0).store(Bench.DATA + 8, 1));
            assertThat(other.get(Bench.DATA + 8)).as("from the ring").isEqualTo(1);
        }
    }

    @Test
    void start_withAnOffset_beginsBehindItsAddress() {
        bench.reg(0x2158, 0x40);
        bench.put(BATCH, stream().end().toArray());
        bench.put(BATCH + 0x40, stream().store(Bench.DATA, 1).end().toArray());
        bench.run(RCS, stream().batch(BATCH, 1 << 16));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }

    @Test
    void unprivilegedBatch_chaining_staysUnprivileged() {
        process(RCS, 0x40_0000);
        bench.put(0x40_0000, stream().batch(0x1000, 0).toArray());
        bench.put(0x40_1000, stream().storeIndex(0x200, 9).end().toArray());
        bench.run(RCS, stream().batch(0, PROCESS | UNPRIVILEGED));
        assertThat(bench.gpu.status(RCS).privilegedDropped()).isEqualTo(1);
    }

    @Test
    void privilegedBatch_inProcessSpaceOfRender_keepsPrivilege() {
        process(RCS, 0x40_0000);
        bench.put(0x40_0000, stream().storeIndex(0x200, 9).end().toArray());
        bench.run(RCS, stream().batch(0, PROCESS));
        assertThat(bench.get(Bench.statusPage(RCS) + 0x200)).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(value = HaswellEngine.class, names = "RCS", mode = EnumSource.Mode.EXCLUDE)
    void processBit_onOtherEngines_takesPrivilege(HaswellEngine engine) {
        process(engine, 0x40_0000);
        bench.put(0x40_0000, stream().storeIndex(0x200, 9).end().toArray());
        bench.run(engine, stream().batch(0, PROCESS));
        assertThat(bench.get(Bench.statusPage(engine) + 0x200)).isZero();
        assertThat(bench.gpu.status(engine).privilegedDropped()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, PROCESS, UNPRIVILEGED})
    void start_withPagingOff_readsGlobalSpace(int flags) {
        bench.put(BATCH, stream().storeProcess(Bench.DATA, 3).end().toArray());
        bench.run(RCS, stream().batch(BATCH, flags));
        assertThat(bench.get(Bench.DATA)).isEqualTo(3);
    }
}
