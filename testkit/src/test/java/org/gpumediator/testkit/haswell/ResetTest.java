package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResetTest {

    private static final int GDRST = 0x941c;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void engineReset_ofHungEngine_leavesTheOthers(HaswellEngine hung) {
        bench.gpu.hang(hung);
        for (HaswellEngine engine : HaswellEngine.values()) {
            bench.submit(engine, new CommandStream().store(Bench.DATA + 4L * engine.ordinal(), 1));
        }
        bench.gpu.advance(0, 1);
        bench.reg(GDRST, hung.resetBit());
        assertThat(bench.reg(GDRST)).isZero();
        bench.drain();
        for (HaswellEngine engine : HaswellEngine.values()) {
            assertThat(bench.get(Bench.DATA + 4L * engine.ordinal()))
                    .isEqualTo(engine == hung ? 0 : 1);
            assertThat(bench.reg(engine.mmioBase() + 0x3c)).isEqualTo(engine == hung ? 0 : 0x3001);
            assertThat(bench.gpu.status(engine).resets()).isEqualTo(engine == hung ? 1 : 0);
            assertThat(bench.reg(engine.statusPageRegister()))
                    .isEqualTo((int) Bench.statusPage(engine));
        }
        bench.start(hung);
        bench.run(hung, new CommandStream().store(Bench.DATA + 64, 2));
        assertThat(bench.get(Bench.DATA + 64)).isEqualTo(2);
    }

    @Test
    void engineReset_leavesTheContextThatIsSavedNext_aResetOfEverythingDoesNot() {
        int image = (int) Bench.DATA;
        bench.run(HaswellEngine.RCS, new CommandStream().dw(0x0c00_0000, image | 0x101));
        bench.reg(GDRST, HaswellEngine.RCS.resetBit());
        assertThat(bench.reg(0x2180) & 0xffff_f001).isEqualTo(image | 1);
        bench.reg(GDRST, 1);
        assertThat(bench.reg(0x2180)).isZero();
    }

    @Test
    void engineReset_inTheMiddleOfABatch_forgetsIt() {
        bench.put(Bench.DATA, new CommandStream().batch(Bench.DATA, 0).toArray());
        bench.submit(HaswellEngine.BCS, new CommandStream().batch(Bench.DATA, 0));
        bench.gpu.advance(0, 50);
        bench.reg(GDRST, HaswellEngine.BCS.resetBit());
        assertThat(bench.gpu.hasWork()).isFalse();
        assertThat(bench.reg(0x2_2034)).isZero();
        assertThat(bench.reg(0x2_2140)).isZero();
    }

    @Test
    void fullReset_byteWide_resetsAllEnginesFencesAndForcewakeAndKeepsTables() {
        bench.reg(0xa188, 0x0001_0001);
        bench.reg(0x10_0000, 0x1001);
        int entry = bench.reg(0x20_0000);
        bench.gpu.write(0, GDRST, 1, 1);
        for (HaswellEngine engine : HaswellEngine.values()) {
            assertThat(bench.reg(engine.mmioBase() + 0x3c)).isZero();
            assertThat(bench.reg(engine.mmioBase() + 0x9c) & 1 << 9).isNotZero();
        }
        assertThat(bench.reg(0x10_0000)).isZero();
        assertThat(bench.reg(0x13_0044)).isZero();
        assertThat(bench.reg(0x20_0000)).isEqualTo(entry);
    }

    @Test
    void resetByCommand_ofItsOwnEngine_doesNotConfuseTheParser() {
        bench.run(
                HaswellEngine.RCS, new CommandStream().loadRegister(GDRST, 2).store(Bench.DATA, 1));
        assertThat(bench.get(Bench.DATA)).isZero();
        assertThat(bench.gpu.status(HaswellEngine.RCS).activity()).isEqualTo(Activity.IDLE);
        assertThat(bench.reg(0x2034)).isZero();
    }

    @Test
    void stuckRing_ignoresItsOwnReset() {
        bench.gpu.stickRing(HaswellEngine.VCS);
        bench.run(HaswellEngine.VCS, new CommandStream().store(Bench.DATA, 1));
        bench.reg(0x1_209c, 0x0100_0100);
        assertThat(bench.reg(0x1_209c) & 1 << 9).isZero();
        bench.reg(GDRST, HaswellEngine.VCS.resetBit());
        assertThat(bench.reg(0x1_203c)).isEqualTo(0x3001);
        bench.reg(GDRST, 1);
        assertThat(bench.reg(0x1_203c)).isZero();
    }

    @Test
    void stuckReset_neverClears() {
        bench.gpu.stickReset();
        bench.reg(GDRST, 4);
        assertThat(bench.reg(GDRST)).isEqualTo(4);
        assertThat(bench.reg(0x1_203c)).isEqualTo(0x3001);
    }

    @Test
    void powerOn_keepsMappingsAndNothingElse() {
        bench.reg(0x7_1234, 5);
        bench.reg(0x10_0000, 0x1001);
        bench.gpu.writeConfig(4, 2, 0x400);
        bench.gpu.reset();
        assertThat(bench.reg(0x7_1234)).isZero();
        assertThat(bench.reg(0x10_0000)).isZero();
        assertThat(bench.reg(0x20_0000)).isZero();
        assertThat(bench.reg(0x203c)).isZero();
        assertThat(bench.gpu.readConfig(4, 2)).isEqualTo(7);
        bench.map(0, bench.bus);
        bench.gpu.write(2, 0, 4, 9);
        assertThat(bench.get(0)).isEqualTo(9);
        assertThat(bench.gpu.busFaultCount()).isZero();
    }

    @Test
    void deviceGone_readsOnesAndDoesNothing() {
        bench.submit(HaswellEngine.RCS, new CommandStream().store(Bench.DATA, 1));
        bench.gpu.disappear();
        assertThat(bench.drain()).isZero();
        assertThat(bench.gpu.read(0, 0x2034, 4)).isEqualTo(0xffff_ffffL);
        assertThat(bench.gpu.read(0, 0x2038, 8)).isEqualTo(-1L);
        assertThat(bench.gpu.read(2, 0, 1)).isEqualTo(0xff);
        assertThat(bench.gpu.readConfig(0, 2)).isEqualTo(0xffff);
    }
}
