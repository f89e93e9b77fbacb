package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterruptsTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int DE_IER = 0x4_400c;
    private static final int GT = 0x4_4010;
    private static final int MASTER = 1 << 31;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void interrupt() {
        bench.run(RCS, new CommandStream().userInterrupt());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x4_4000, 0x4_4010, 0x4_4020, 0xc_4000})
    void block_resetAsADriverDoes_readsZero(int block) {
        bench.reg(block + 4, -1);
        bench.reg(block + 12, 0);
        bench.reg(block + 8, -1);
        bench.reg(block, -1);
        assertThat(bench.reg(block + 8)).isZero();
        assertThat(bench.reg(block)).isZero();
        assertThat(bench.reg(block + 4)).isEqualTo(-1);
    }

    @Test
    void event_blockMasked_isNotLatched() {
        bench.enableInterrupts(RCS);
        bench.reg(GT + 4, -1);
        interrupt();
        assertThat(bench.reg(GT + 8)).isZero();
    }

    @Test
    void event_notEnabled_isLatchedWithoutMessage() {
        bench.enableInterrupts(RCS);
        bench.reg(GT + 12, 0);
        interrupt();
        assertThat(bench.reg(GT + 8)).isEqualTo(1);
        assertThat(bench.interrupts).isZero();
        bench.reg(GT + 12, 1);
        assertThat(bench.interrupts).as("enabling sends what is pending").isEqualTo(1);
    }

    @Test
    void message_isAnEdge() {
        bench.enableInterrupts(RCS);
        interrupt();
        interrupt();
        assertThat(bench.interrupts).as("still pending").isEqualTo(1);
        assertThat(bench.gpu.interruptAsserted()).isTrue();
        bench.reg(DE_IER, 0);
        assertThat(bench.gpu.interruptAsserted()).isFalse();
        bench.reg(DE_IER, MASTER);
        assertThat(bench.interrupts).as("master on again with something pending").isEqualTo(2);
        bench.reg(GT + 8, -1);
        interrupt();
        assertThat(bench.interrupts).isEqualTo(3);
    }

    @Test
    void listener_isCalledWithNoLockHeld_andMayUseTheDevice() {
        bench.enableInterrupts(RCS);
        AtomicInteger identity = new AtomicInteger();
        bench.gpu.onInterrupt(
                vector -> {
                    identity.set(bench.reg(GT + 8));
                    bench.reg(GT + 8, -1);
                    bench.gpu.advance(0, 10);
                });
        interrupt();
        assertThat(identity).hasValue(1);
        assertThat(bench.gpu.interruptAsserted()).isFalse();
    }

    @Test
    void listener_closed_hearsNothing() {
        bench.enableInterrupts(RCS);
        AtomicInteger heard = new AtomicInteger();
        bench.gpu.onInterrupt(vector -> heard.incrementAndGet()).close();
        interrupt();
        assertThat(heard).hasValue(0);
    }

    @Test
    void line_switchedOffInConfiguration_sendsNothingWithoutMessages() {
        bench.enableInterrupts(RCS);
        bench.gpu.writeConfig(4, 2, 1 << 10 | 7);
        interrupt();
        assertThat(bench.interrupts).isZero();
        assertThat(bench.gpu.readConfig(6, 2) & 8).isNotZero();
        bench.reg(GT + 8, -1);
        bench.gpu.writeConfig(0x92, 2, 1);
        interrupt();
        assertThat(bench.interrupts).isEqualTo(1);
    }

    @Test
    void lostInterrupt_staysPending() {
        bench.enableInterrupts(RCS);
        bench.gpu.loseInterrupts(1);
        interrupt();
        assertThat(bench.interrupts).isZero();
        assertThat(bench.reg(GT + 8)).isEqualTo(1);
        bench.reg(GT + 8, 1);
        interrupt();
        assertThat(bench.interrupts).isEqualTo(1);
    }

    @Test
    void lostUserInterrupt_leavesNoTrace() {
        bench.enableInterrupts(RCS);
        bench.gpu.loseUserInterrupts(RCS, 1);
        interrupt();
        assertThat(bench.reg(GT + 8)).isZero();
        interrupt();
        assertThat(bench.interrupts).isEqualTo(1);
    }

    @Test
    void vblank_ofRunningPipe_comesSixtyTimesASecond() {
        bench.reg(0x4_4004, 0);
        bench.reg(DE_IER, MASTER | 1 << 5);
        bench.reg(0x7_1008, MASTER);
        assertThat(bench.reg(0x7_1008)).isEqualTo(3 << 30);
        for (int i = 0; i < 60; i++) {
            bench.now += Display.FRAME_NANOS;
            bench.drain();
            bench.reg(0x4_4008, -1);
        }
        assertThat(bench.interrupts).isEqualTo(60);
        assertThat(bench.reg(0x7_1040)).isEqualTo(60);
        assertThat(bench.reg(0x7_0040)).isZero();
    }

    @Test
    void status_keptOnPurpose_isWrittenToStatusPage() {
        bench.reg(0x2098, ~1);
        interrupt();
        assertThat(bench.get(Bench.statusPage(RCS))).isEqualTo(1);
    }
}
