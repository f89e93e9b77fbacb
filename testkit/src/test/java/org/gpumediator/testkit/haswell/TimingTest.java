package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimingTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int DRAWS = 50;

    private final Bench bench = new Bench(FakeHaswell.builder().timing(CommandTiming.MODELLED));

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static CommandStream draws() {
        CommandStream stream = new CommandStream();
        for (int i = 0; i < DRAWS; i++) {
            stream.dw(0x7b00_0005, 0, 3, 0, 1, 0, 0);
        }
        return stream.store(Bench.DATA, 1);
    }

    @Test
    void draws_takeTheirTime() {
        bench.submit(RCS, draws());
        bench.now = DRAWS * CommandCosts.DRAW / 2;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isZero();
        assertThat(bench.reg(0x2034)).isBetween(4 * 7 * DRAWS / 2 - 56, 4 * 7 * DRAWS / 2 + 56);
        assertThat(bench.gpu.nextWorkNanos())
                .isBetween(bench.now, bench.now + CommandCosts.DRAW * 2);
        bench.now = DRAWS * CommandCosts.DRAW * 2;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.gpu.nextWorkNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void idleTime_isNotSavedUp() {
        bench.now = 1_000_000_000;
        bench.drain();
        bench.submit(RCS, draws());
        bench.now += 1000;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isZero();
    }

    @Test
    void engines_workAtTheSameTime() {
        bench.submit(RCS, draws());
        bench.submit(
                HaswellEngine.VCS,
                new CommandStream().dw(0x7128_0004, 0, 0, 0, 0, 0).store(Bench.DATA + 4, 1));
        bench.now = DRAWS * CommandCosts.DRAW + 100_000;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
    }

    @Test
    void timestamps_followTheEngine() {
        bench.submit(
                RCS,
                new CommandStream()
                        .dw(0x7a00_0003, 3 << 14 | 1 << 24, (int) Bench.DATA, 0, 0)
                        .dw(0x7b00_0005, 0, 3, 0, 1, 0, 0)
                        .dw(0x7a00_0003, 3 << 14 | 1 << 24, (int) Bench.DATA + 8, 0, 0));
        bench.now = 1_000_000;
        bench.drain();
        int ticks = bench.get(Bench.DATA + 8) - bench.get(Bench.DATA);
        assertThat(ticks * 80L).isBetween((long) CommandCosts.DRAW, CommandCosts.DRAW + 2000L);
    }

    @Test
    void waiter_continuesWhenItWasReleased_notWhenItIsLooked() {
        bench.submit(RCS, draws().loadRegister(0x1_2044, 5));
        bench.submit(
                HaswellEngine.VCS,
                new CommandStream()
                        .dw(0x0b00_0001 | 1 << 20 | 1 << 18 | 2 << 16, 4, 0)
                        .dw(0x1300_0001 | 3 << 14, (int) Bench.DATA + 8 | 4, 0));
        bench.now = 1_000_000_000;
        bench.drain();
        long released = 80L * bench.get(Bench.DATA + 8);
        assertThat(released)
                .isBetween((long) DRAWS * CommandCosts.DRAW, DRAWS * CommandCosts.DRAW + 50_000L);
    }

    @Test
    void blit_takesTimeByItsBytes() {
        bench.submit(
                HaswellEngine.BCS,
                new CommandStream()
                        .dw(0x5400_0004 | 3 << 20, 0x03f0_0000 | 4096, 0, 1024 << 16 | 1024)
                        .dw(0x20_0000, 0x77)
                        .store(Bench.DATA, 1));
        bench.now = 400_000;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isZero();
        bench.now = 600_000;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }
}
