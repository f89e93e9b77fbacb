package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RingTest {

    private static final HaswellEngine VCS = HaswellEngine.VCS;
    private static final int BASE = 0x1_2000;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.start(VCS);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void head_atEndOfRing_wrapsAndCounts() {
        for (int i = 0; i < 5; i++) {
            bench.run(VCS, new CommandStream().dw(new int[1022]));
            bench.run(VCS, new CommandStream().store(Bench.DATA, i).dw(new int[0]));
        }
        int dwords = 5 * (1022 + 4);
        assertThat(bench.reg(BASE + 0x34))
                .isEqualTo(4 * dwords / Bench.RING_BYTES << 21 | 4 * dwords % Bench.RING_BYTES);
        assertThat(bench.get(Bench.DATA)).isEqualTo(4);
    }

    @Test
    void command_acrossEndOfRing_isReadFromItsStart() {
        bench.run(VCS, new CommandStream().dw(new int[Bench.RING_BYTES / 4 - 2]));
        bench.run(VCS, new CommandStream().store(Bench.DATA, 0x77));
        assertThat(bench.get(Bench.DATA)).isEqualTo(0x77);
        assertThat(bench.reg(BASE + 0x34)).isEqualTo(1 << 21 | 8);
    }

    @Test
    void automaticReport_everyPage_writesStatusPage() {
        bench.reg(BASE + 0x3c, Bench.RING_BYTES - 4096 | 2 << 1 | 1);
        bench.run(VCS, new CommandStream().dw(new int[1022]));
        assertThat(bench.get(Bench.statusPage(VCS) + 16)).isZero();
        bench.run(VCS, new CommandStream().dw(new int[4]));
        assertThat(bench.get(Bench.statusPage(VCS) + 16)).isEqualTo(4096);
    }

    /** What the tail cuts through is watched once it is queued whole, from its first dword on. */
    @Test
    void watch_tailInsideACommand_takesNoOperandForAJump() {
        bench.gpu.watchCommands();
        int jump = 0x1880_0000;
        long ring = Bench.ringBase(VCS);
        bench.put(ring, 0x1000_0002, 0, (int) Bench.DATA, jump, 0, 0);
        bench.put(ring + 24, jump, (int) Bench.DATA + 64, 0, 0);
        bench.put(0, 0x0500_0000); // where the operand would lead
        bench.put(Bench.DATA + 64, 0x0500_0000);
        bench.reg(BASE + 0x30, 8);
        bench.reg(BASE + 0x30, 16);
        bench.put(0, 0);
        bench.reg(BASE + 0x30, 40);
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(jump);
        assertThat(bench.gpu.rewrittenCommands()).isZero();

        bench.reg(BASE + 0x30, 48);
        bench.put(ring + 48, jump, (int) Bench.DATA + 64);
        bench.reg(BASE + 0x30, 56);
        bench.put(Bench.DATA + 64, 0, 0x0500_0000);
        bench.drain();
        assertThat(bench.gpu.rewrittenCommands()).as("rewritten all the same").isPositive();
    }

    @Test
    void watch_contextThatIsLoaded_isSeenToChangeBeforeThat() {
        int image = (int) Bench.DATA + 0x2000;
        int[] load = {0x0c00_0000, image | 0x10e, 0, 0};
        bench.start(HaswellEngine.RCS);
        bench.gpu.watchCommands(image, image + 4096);
        bench.put(Bench.ringBase(HaswellEngine.RCS), load);
        bench.reg(0x2030, 16);
        bench.drain();
        assertThat(bench.gpu.rewrittenCommands()).isZero();

        bench.reg(0x209c, 0x0100_0100); // stops
        bench.put(Bench.ringBase(HaswellEngine.RCS) + 16, load);
        bench.reg(0x2030, 32);
        bench.put(image + 64, 1);
        bench.reg(0x209c, 0x0100_0000);
        bench.drain();
        assertThat(bench.gpu.rewrittenCommands()).isPositive();
    }

    @Test
    void command_beyondTail_waitsForTheRest() {
        bench.put(Bench.ringBase(VCS), new CommandStream().store(Bench.DATA, 1).toArray());
        bench.reg(BASE + 0x30, 8);
        bench.drain();
        assertThat(bench.gpu.status(VCS).activity()).isEqualTo(Activity.WAITING);
        bench.reg(BASE + 0x30, 16);
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }

    @Test
    void stop_keepsCommandsUntilRestart() {
        bench.reg(BASE + 0x9c, 0x0100_0100);
        bench.run(VCS, new CommandStream().store(Bench.DATA, 1));
        assertThat(bench.reg(BASE + 0x9c)).isEqualTo(0x300);
        assertThat(bench.get(Bench.DATA)).isZero();
        bench.reg(BASE + 0x9c, 0x0100_0000);
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }

    @Test
    void stop_inTheMiddleOfABatch_endsTheBatchFirst() {
        int[] stores =
                new CommandStream().store(Bench.DATA, 1).store(Bench.DATA + 4, 1).end().toArray();
        bench.put(Bench.DATA + 0x1000, stores);
        bench.submit(
                VCS, new CommandStream().batch(Bench.DATA + 0x1000, 0).store(Bench.DATA + 8, 1));
        bench.gpu.advance(0, 2);
        bench.reg(BASE + 0x9c, 0x0100_0100);
        assertThat(bench.reg(BASE + 0x9c) & 1 << 9).as("idle").isZero();
        bench.drain();
        assertThat(bench.reg(BASE + 0x9c) & 1 << 9).as("idle").isNotZero();
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 8)).isZero();
        assertThat(bench.gpu.status(VCS).activity()).isEqualTo(Activity.STOPPED);
    }

    @Test
    void urgentHead_isTakenAtArbitrationCheck() {
        bench.put(Bench.ringBase(VCS) + 0x100, new CommandStream().store(Bench.DATA, 1).toArray());
        bench.put(Bench.ringBase(VCS), 0x0280_0000, 0xe000_0000);
        bench.reg(BASE + 0x134, 0x100 | 1);
        bench.reg(BASE + 0x30, 0x110);
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.reg(BASE + 0x134)).isEqualTo(0x100);
    }

    @Test
    void disabling_forgetsTheBatchItWasIn() {
        bench.put(Bench.DATA, new CommandStream().batch(Bench.DATA, 0).toArray());
        bench.submit(VCS, new CommandStream().batch(Bench.DATA, 0));
        bench.gpu.advance(0, 100);
        bench.start(VCS);
        bench.run(VCS, new CommandStream().store(Bench.DATA + 64, 2));
        assertThat(bench.get(Bench.DATA + 64)).isEqualTo(2);
    }

    @Test
    void workListener_hearsOfNewWorkOnly() {
        AtomicInteger heard = new AtomicInteger();
        bench.gpu.setWorkListener(heard::incrementAndGet);
        bench.submit(VCS, new CommandStream().noop());
        assertThat(heard).hasValue(1);
        bench.submit(VCS, new CommandStream().noop());
        assertThat(heard).hasValue(1);
        bench.drain();
        bench.reg(BASE + 0x9c, 0x0100_0100);
        bench.submit(VCS, new CommandStream().noop());
        assertThat(heard).hasValue(1);
        bench.reg(BASE + 0x9c, 0x0100_0000);
        assertThat(heard).hasValue(2);
    }
}
