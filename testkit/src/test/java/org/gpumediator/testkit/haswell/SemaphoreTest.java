package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SemaphoreTest {

    private static final int COMPARE = 1 << 20;
    private static final int UPDATE = 1 << 21;
    private static final int REGISTER = 1 << 18;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    /** The mailbox a waiter looks at, and who writes it: names of i915's semaphores. */
    @ParameterizedTest
    @CsvSource({
        "RCS, 0, 0x2040", "RCS, 1, 0x2048", "RCS, 2, 0x2044",
        "VCS, 0, 0x12040", "VCS, 1, 0x12048", "VCS, 2, 0x12044",
        "BCS, 0, 0x22040", "BCS, 1, 0x22048", "BCS, 2, 0x22044",
        "VECS, 0, 0x1a040", "VECS, 1, 0x1a048", "VECS, 2, 0x1a044"
    })
    void mailbox_untilAnotherEngineWritesIt_blocks(
            HaswellEngine waiter, int select, String mailbox) {
        int register = Integer.decode(mailbox);
        HaswellEngine writer = waiter == HaswellEngine.RCS ? HaswellEngine.BCS : HaswellEngine.RCS;
        bench.run(
                waiter,
                new CommandStream()
                        .dw(0x0b00_0001 | COMPARE | REGISTER | select << 16, 4, 0)
                        .store(Bench.DATA, 1));
        assertThat(bench.gpu.status(waiter).activity()).isEqualTo(Activity.WAITING);
        assertThat(bench.reg(waiter.mmioBase() + 0x3c) & 1 << 11).isNotZero();
        assertThat(bench.gpu.hasWork()).isFalse();
        bench.run(writer, new CommandStream().loadRegister(register, 4));
        assertThat(bench.get(Bench.DATA)).isZero();
        bench.run(writer, new CommandStream().loadRegister(register, 5));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
        assertThat(bench.reg(waiter.mmioBase() + 0x3c) & 1 << 11).isZero();
    }

    /** So did i915 of Linux 3.0 to 3.6 signal other engines. */
    @ParameterizedTest
    @ValueSource(ints = {0x2_2040, 0x1_2044, 0x2600, 0x4_4014})
    void register_updated_isTheOneThatDword2Names(int register) {
        bench.run(
                HaswellEngine.RCS,
                new CommandStream()
                        .dw(0x0b00_0001 | CommandStream.GGTT | UPDATE | REGISTER, 9, register));
        assertThat(bench.reg(register)).isEqualTo(9);
    }

    @Test
    void memory_updatedByAnotherEngine_releasesWaiter() {
        bench.submit(
                HaswellEngine.VCS,
                new CommandStream()
                        .dw(0x0b00_0001 | COMPARE | CommandStream.GGTT, 8, (int) Bench.DATA)
                        .store(Bench.DATA + 4, 1));
        bench.submit(
                HaswellEngine.BCS,
                new CommandStream()
                        .dw(new int[300])
                        .dw(0x0b00_0001 | UPDATE | CommandStream.GGTT, 9, (int) Bench.DATA));
        bench.drain();
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
    }

    @Test
    void memory_writtenByProcessor_releasesWaiter() {
        bench.run(
                HaswellEngine.VCS,
                new CommandStream()
                        .dw(0x0b00_0001 | COMPARE | CommandStream.GGTT, 8, (int) Bench.DATA)
                        .store(Bench.DATA + 4, 1));
        assertThat(bench.gpu.nextWorkNanos()).isBetween(1L, 1_000_000L);
        bench.put(Bench.DATA, 9);
        bench.drain();
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
    }

    @Test
    void spinningEngine_doesNotKeepWaiterFromLooking() {
        bench.put(Bench.DATA + 0x1000, new CommandStream().batch(Bench.DATA + 0x1000, 0).toArray());
        bench.submit(HaswellEngine.BCS, new CommandStream().batch(Bench.DATA + 0x1000, 0));
        bench.submit(
                HaswellEngine.VCS,
                new CommandStream()
                        .dw(0x0b00_0001 | COMPARE | CommandStream.GGTT, 8, (int) Bench.DATA)
                        .store(Bench.DATA + 4, 1));
        bench.gpu.advance(0, 5000);
        bench.put(Bench.DATA, 9);
        bench.gpu.advance(0, 5000);
        assertThat(bench.get(Bench.DATA + 4)).isEqualTo(1);
    }

    @Test
    void waitForBlank_ofRunningPipe_endsWithTheFrame() {
        bench.reg(0x7_0008, 1 << 31);
        bench.run(HaswellEngine.RCS, new CommandStream().dw(0x0180_0008).store(Bench.DATA, 1));
        assertThat(bench.reg(0x203c) & 1 << 11).isNotZero();
        bench.now = Display.FRAME_NANOS - 1;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isZero();
        bench.now = Display.FRAME_NANOS;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }

    @Test
    void waitForBlank_ofPipeThatIsOff_lastsUntilKicked() {
        bench.run(HaswellEngine.RCS, new CommandStream().dw(0x0180_0008).store(Bench.DATA, 1));
        bench.now = 1_000_000_000;
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isZero();
        bench.reg(0x203c, bench.reg(0x203c));
        bench.drain();
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }
}
