package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/** User interrupts in batches, as many as an engine can raise. */
class UserInterruptsTest extends Attack {

    private static final int GT_IMR = 0x4_4014;
    private static final int GT_IIR = 0x4_4018;
    private static final int GT_IER = 0x4_401c;
    private static final int BCS_IMR = 0x2_20a8;
    private static final int BCS_USER = 1 << 22;

    private GuestObject storm() {
        GuestObject batch = bad.allocate(4096);
        int[] dwords = new int[1024];
        Arrays.fill(dwords, USER_INTERRUPT);
        dwords[1022] = KERNEL_BATCH;
        dwords[1023] = address(batch);
        put(batch, 0, dwords);
        return batch;
    }

    private void open() {
        hostile.pokeRegister(BCS_IMR, ~BCS_USER);
        hostile.pokeRegister(GT_IMR, ~BCS_USER);
        hostile.pokeRegister(GT_IER, BCS_USER);
        hostile.pokeRegister(GT_IIR, -1);
    }

    @Test
    void storm_acknowledgedEachTime_isLimitedAndCounted() {
        open();
        hostile.bareRing(HaswellEngine.BCS, KERNEL_BATCH, address(storm()));
        long before = badVmm.interrupts().messages();
        long raised = badVmm.gpu().statistics().counter("interrupts.raised");
        for (int i = 0; i < 20_000; i++) {
            world.gpu.advance(world.clock.nanoTime(), 1);
            hostile.pokeRegister(GT_IIR, BCS_USER);
        }
        assertThat(badVmm.gpu().statistics().counter("interrupts.raised") - raised)
                .isGreaterThan(10_000);
        assertThat(badVmm.interrupts().messages() - before).isBetween(1L, 1100L);
        assertThat(faults(GuestFaultKind.RATE_LIMITED)).isGreaterThan(10_000);
        assertThat(badVmm.interrupts().violations()).isEmpty();
        world.pass(2); // once time has passed, what was held back comes
        assertThat(badVmm.interrupts().messages() - before).isGreaterThan(100);
    }

    @Test
    void storm_neverAcknowledged_isOneMessage() {
        open();
        long before = badVmm.interrupts().messages();
        hostile.bareRing(HaswellEngine.BCS, KERNEL_BATCH, address(storm()));
        world.pass(20);
        assertThat(badVmm.interrupts().messages() - before).isEqualTo(1);
    }

    @Test
    void storm_onEveryEngine_neighbourWorksInItsTurn() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            hostile.bareRing(engine, KERNEL_BATCH, address(storm()));
        }
        world.pass(20); // the rest is what every attack has to pass
    }
}
