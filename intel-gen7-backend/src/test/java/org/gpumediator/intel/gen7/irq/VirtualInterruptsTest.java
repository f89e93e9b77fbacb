package org.gpumediator.intel.gen7.irq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that stay as long as their cause: live status, and the south display's in the north's. */
class VirtualInterruptsTest {

    private static final int MASTER = 1 << 31;
    private static final int PCH_EVENT = 1 << 28;
    private static final int PORT_B = 1 << 21;

    private final Map<Integer, Integer> stored = new HashMap<>();
    private final ShadowRegisters registers =
            new ShadowRegisters() {
                @Override
                public int get(int offset) {
                    return stored.getOrDefault(offset, 0);
                }

                @Override
                public void set(int offset, int value) {
                    stored.put(offset, value);
                }

                @Override
                public void setBits(int offset, int bits) {
                    set(offset, get(offset) | bits);
                }

                @Override
                public void clearBits(int offset, int bits) {
                    set(offset, get(offset) & ~bits);
                }
            };
    private final List<Boolean> levels = new ArrayList<>();
    private final VirtualInterrupts interrupts =
            new VirtualInterrupts(new Object(), registers, levels::add);

    @BeforeEach
    void enable() {
        registers.set(InterruptBank.PCH.ier(), PORT_B);
        registers.set(InterruptBank.DE.ier(), MASTER | PCH_EVENT);
        interrupts.gateWritten();
    }

    private void acknowledge(InterruptBank bank, int bits) {
        registers.clearBits(bank.iir(), bits);
        interrupts.acknowledged();
    }

    @Test
    void event_acknowledgedWhileItsPinStands_staysAcknowledged() {
        interrupts.live(InterruptBank.PCH, PORT_B, PORT_B);
        assertThat(levels).isEmpty();
        interrupts.event(InterruptBank.PCH, PORT_B);
        assertThat(levels).containsExactly(true);
        acknowledge(InterruptBank.PCH, PORT_B);
        assertThat(registers.get(InterruptBank.PCH.iir())).isZero();
        assertThat(registers.get(InterruptBank.PCH.isr())).isEqualTo(PORT_B);
        acknowledge(InterruptBank.DE, PCH_EVENT);
        assertThat(levels).containsExactly(true, false);
    }

    @Test
    void southEvent_acknowledgedInTheNorthOnly_latchesThereAgain() {
        interrupts.event(InterruptBank.PCH, PORT_B);
        acknowledge(InterruptBank.DE, PCH_EVENT);
        assertThat(registers.get(InterruptBank.DE.iir())).isEqualTo(PCH_EVENT);
        assertThat(levels).containsExactly(true);
        acknowledge(InterruptBank.PCH, PORT_B);
        acknowledge(InterruptBank.DE, PCH_EVENT);
        assertThat(registers.get(InterruptBank.DE.iir())).isZero();
        assertThat(registers.get(InterruptBank.DE.isr()) & PCH_EVENT).isZero();
        assertThat(levels).containsExactly(true, false);
    }

    @Test
    void otherBits_ofLiveStatus_stay() {
        interrupts.live(InterruptBank.PCH, PORT_B | 1, PORT_B | 1);
        interrupts.live(InterruptBank.PCH, PORT_B, 0);
        assertThat(registers.get(InterruptBank.PCH.isr())).isEqualTo(1);
    }
}
