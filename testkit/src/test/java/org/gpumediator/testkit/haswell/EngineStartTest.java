package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineStartTest {

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void ring_withStoreAndInterrupt_doesBoth(HaswellEngine engine) {
        bench.start(engine);
        bench.enableInterrupts(engine);
        bench.run(
                engine,
                new CommandStream().store(Bench.DATA, 0x1234_5678).userInterrupt().noop().noop());
        assertThat(bench.get(Bench.DATA)).isEqualTo(0x1234_5678);
        assertThat(bench.interrupts).isEqualTo(1);
        assertThat(bench.idle(engine)).isTrue();
        int block = engine == HaswellEngine.VECS ? 0x4_4028 : 0x4_4018;
        assertThat(bench.reg(block)).isEqualTo(engine.userInterrupt());
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void ring_ownMaskSet_dropsUserInterrupt(HaswellEngine engine) {
        bench.start(engine);
        bench.enableInterrupts(engine);
        bench.reg(engine.mmioBase() + 0xa8, -1);
        bench.run(engine, new CommandStream().userInterrupt());
        bench.reg(engine.mmioBase() + 0xa8, 0);
        assertThat(bench.interrupts).isZero();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void ring_disabled_readsBackWhatWasWritten(HaswellEngine engine) {
        int base = engine.mmioBase();
        bench.start(engine);
        assertThat(bench.reg(base + 0x3c)).isEqualTo(0x3001);
        assertThat(bench.reg(base + 0x38)).isEqualTo((int) Bench.ringBase(engine));
        assertThat(bench.reg(base + 0x9c) & 1 << 9).isNotZero();
    }

    @Test
    void pipeControl_withFourDwords_writesOnlyOne() {
        bench.start(HaswellEngine.RCS);
        long seqno = Bench.statusPage(HaswellEngine.RCS) + 0x100;
        bench.put(seqno + 4, 0x5555_5555);
        bench.run(
                HaswellEngine.RCS,
                new CommandStream().dw(0x7a00_0002, 1 << 14 | 1 << 21 | 1 << 24, 0x104, 7));
        assertThat(bench.get(seqno)).isEqualTo(7);
        assertThat(bench.get(seqno + 4)).isEqualTo(0x5555_5555);
    }

    @ParameterizedTest
    @EnumSource(value = HaswellEngine.class, names = "RCS", mode = EnumSource.Mode.EXCLUDE)
    void flushDword_toStatusPage_ignoresLowBitsOfOffset(HaswellEngine engine) {
        bench.start(engine);
        bench.run(
                engine,
                new CommandStream()
                        .dw(0x1300_0001 | 1 << 14 | 1 << 21, 0x104, 9)
                        .storeIndex(0x104, 10));
        assertThat(bench.get(Bench.statusPage(engine) + 0x100)).isEqualTo(9);
        assertThat(bench.get(Bench.statusPage(engine) + 0x104)).isEqualTo(10);
    }

    @Test
    void loadRegister_ofDirectory_readsBackThroughStore() {
        bench.start(HaswellEngine.BCS);
        bench.run(
                HaswellEngine.BCS,
                new CommandStream()
                        .loadRegister(0x2_2220, -1)
                        .loadRegister(0x2_2228, 0x1234_0000)
                        .storeRegister(0x2_2228, Bench.DATA)
                        .loadRegister(0x2_20c0, 0x0220_0220)
                        .storeRegister(0x2_20c0, Bench.DATA + 4));
        assertThat(bench.get(Bench.DATA)).isEqualTo(0x1234_0000);
        assertThat(bench.get(Bench.DATA + 4)).isZero();
    }

    @Test
    void batch_inProcessSpace_readsThroughItsPageTable() {
        HaswellEngine engine = HaswellEngine.RCS;
        bench.start(engine);
        long table = 2L << 20;
        bench.process(engine, 0x4_0000, table);
        bench.put(table, Bench.entry(bench.bus + 0x30_0000));
        bench.put(0x30_0000, new CommandStream().storeProcess(0x100, 42).end().toArray());
        bench.run(engine, new CommandStream().batch(0, 1 << 8 | 1 << 13).store(Bench.DATA, 1));
        assertThat(bench.get(0x30_0100)).isEqualTo(42);
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }
}
