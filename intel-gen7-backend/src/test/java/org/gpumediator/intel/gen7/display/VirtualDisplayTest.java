package org.gpumediator.intel.gen7.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.junit.jupiter.api.Test;

/** Pipes scan at the rate of the mode that was set. */
final class VirtualDisplayTest {

    private static final int IIR = InterruptBank.DE.iir();

    private final Wires registers = new Wires();
    private long now = 5_000_000_000L;
    private final VirtualDisplay display =
            new VirtualDisplay(
                    registers,
                    new VirtualInterrupts(new Object(), registers, active -> {}),
                    () -> now,
                    () -> {});

    private void timings(int base, int horizontal, int vertical, int blankStart) {
        registers.set(base, horizontal - 1 << 16);
        registers.set(base + 0xc, vertical - 1 << 16);
        registers.set(base + 0x10, blankStart - 1);
    }

    private void switchOn(int offset, int transcoder) {
        registers.set(offset, 0x8000_0000);
        display.pipeConfigured(transcoder);
    }

    private long untilBlank() {
        registers.set(IIR, 0);
        long from = now;
        now = display.step(now);
        display.step(now);
        return now - from;
    }

    /** 1920x1080 at 60 Hz over HDMI on port B: 2200 x 1125 at 148.5 MHz. */
    private void hdmiOnPipeB() {
        registers.set(0x4_6040, 0xb021_0614);
        registers.set(0x4_6104, 0x8000_0000);
        registers.set(0x6_1400, 0x9003_0000);
        timings(0x6_1000, 2200, 1125, 1080);
        switchOn(0x7_1008, 1);
    }

    @Test
    void hdmi_scansAtTheClockOfItsWrpll() {
        hdmiOnPipeB();
        assertThat(untilBlank()).isEqualTo(16_666_666L);
        assertThat(registers.get(IIR)).isEqualTo(1 << 5);
        assertThat(display.frameCount(1)).isEqualTo(1);
        assertThat(display.scanLine(1)).as("at the blank: two lines before").isEqualTo(1078);
        now += 16_666_666L * 48 / 1125;
        assertThat(display.scanLine(1)).as("the top of the next frame").isBetween(0, 1);
    }

    @Test
    void displayPort_scansAtLinkClockTimesItsRatio() {
        registers.set(0x4_6108, 0x4000_0000);
        registers.set(0x6_0400, 0xa203_0002);
        registers.set(0x6_0040, 0x5_5555);
        registers.set(0x6_0044, 0x8_0000);
        timings(0x6_0000, 1440, 741, 720);
        switchOn(0x7_0008, 0);
        // 162 MHz x 0x55555 / 0x80000 is 108 MHz.
        assertThat(untilBlank()).isCloseTo(1440L * 741 * 1_000_000 / 108_000, within(200L));
        assertThat(display.scanLine(0)).isEqualTo(719);
    }

    @Test
    void embeddedPanel_scansThePipeItTakes() {
        registers.set(0x4_6100, 0x2000_0000);
        registers.set(0x6_f400, 0x8203_0000 | 5 << 12);
        registers.set(0x6_f040, 0x4_0000);
        registers.set(0x6_f044, 0x8_0000);
        timings(0x6_f000, 1500, 900, 850);
        switchOn(0x7_f008, 3);
        assertThat(untilBlank()).isEqualTo(10_000_000L);
        assertThat(registers.get(IIR)).as("of pipe B").isEqualTo(1 << 5);
        registers.set(0x7_f008, 0);
        display.pipeConfigured(3);
        assertThat(display.step(now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void pipes_ofDifferentRates_blankEachAtItsOwn() {
        hdmiOnPipeB();
        registers.set(0x4_6060, 0xb021_0614);
        registers.set(0x4_6108, 0xa000_0000);
        registers.set(0x6_2400, 0xa003_0000);
        timings(0x6_2000, 2200, 900, 800);
        switchOn(0x7_2008, 2);
        int blanksOfB = 0;
        int blanksOfC = 0;
        long end = now + 1_000_000_000L;
        for (long next = display.step(now); next <= end; next = display.step(now)) {
            now = next;
            registers.set(IIR, 0);
            display.step(now);
            blanksOfB += registers.get(IIR) >>> 5 & 1;
            blanksOfC += registers.get(IIR) >>> 10 & 1;
        }
        assertThat(blanksOfB).isEqualTo(60);
        assertThat(blanksOfC).isEqualTo(75);
    }

    @Test
    void hostileTimings_keepAPeriodBetweenTwoMillisecondsAndASecond() {
        timings(0x6_0000, 1, 1, 0);
        switchOn(0x7_0008, 0);
        assertThat(untilBlank()).as("no clock").isEqualTo(16_666_667L);
        registers.set(0x7_0008, 0);
        display.pipeConfigured(0);
        registers.set(0x4_6040, 0xb0ff_0101);
        registers.set(0x4_6100, 0x8000_0000);
        timings(0x6_0000, 2, 2, 0);
        switchOn(0x7_0008, 0);
        assertThat(untilBlank()).isEqualTo(2_000_000L);
        registers.set(0x7_0008, 0);
        display.pipeConfigured(0);
        registers.set(0x4_6040, 0xb001_3fff);
        timings(0x6_0000, 8192, 8192, 0);
        switchOn(0x7_0008, 0);
        assertThat(untilBlank()).isEqualTo(1_000_000_000L);
    }

    @Test
    void frameCount_overASwitchOffAndOn_neverGoesBack() {
        hdmiOnPipeB();
        now += 1_000_000_000L;
        assertThat(display.frameCount(1)).isEqualTo(60);
        registers.set(0x7_1008, 0);
        display.pipeConfigured(1);
        now += 1_000_000_000L;
        assertThat(display.frameCount(1)).isEqualTo(60);
        assertThat(display.scanLine(1)).isZero();
        switchOn(0x7_1008, 1);
        now += 50_000_000L;
        assertThat(display.frameCount(1)).isEqualTo(63);
    }
}
