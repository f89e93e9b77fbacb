package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A change of guests that goes wrong half way, or in which somebody asks for a reset. */
class SwitchFailureTest {

    private static final int GPR = 0x2608;
    private static final int LOAD_IMMEDIATE = 0x1100_0001;
    private static final int SECRET = 0x5ec7_e700;
    private static final int GDRST = 0x941c;

    /** Longer than the mediator's ring may take. */
    private static final int SWITCH_MILLIS = 80;

    private final World world = new World();
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final FakeVmm vmmThree = world.vmm("vm3", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();
    private final ScriptedHaswellGuest three = world.guest(vmmThree).boot();
    private GuestObject target;
    private Request incoming;

    /** The tail write of two starts a switch away from one, whose ring only time moves. */
    @BeforeEach
    void beInTheMiddleOfASwitch() {
        world.pass(20);
        two.await(two.submitCommands(HaswellEngine.RCS, LOAD_IMMEDIATE, GPR, ~SECRET));
        world.pass(20);
        one.await(one.submitCommands(HaswellEngine.RCS, LOAD_IMMEDIATE, GPR, SECRET));
        world.pass(20);
        target = two.allocate(4096);
        long before = switches();
        incoming =
                two.submit(
                        HaswellEngine.RCS, Batch.user().storeDword(target.graphicsAddress(), 0x77));
        assertThat(switches()).as("not over yet").isEqualTo(before);
        assertThat(incoming.completed()).isFalse();
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(two.complaints()).isEmpty();
        assertThat(three.complaints()).isEmpty();
        world.close();
    }

    private long switches() {
        return world.mediator.statistics().counter("engines.switches");
    }

    private long resets(String name) {
        return world.mediator.statistics().counter(name);
    }

    private void assertIncomingRan() {
        assertThat(incoming.completed()).isTrue();
        assertThat(target.read32(0)).isEqualTo(0x77);
        assertThat(two.hostile().peekRegister(GPR)).isEqualTo(~SECRET);
    }

    private static void assertWorks(ScriptedHaswellGuest guest) {
        for (HaswellEngine engine : HaswellEngine.values()) {
            GuestObject out = guest.allocate(4096);
            guest.await(
                    guest.submit(
                            engine,
                            Batch.user().storeDword(out.graphicsAddress(), engine.hashCode() | 1)));
            assertThat(out.read32(0)).isEqualTo(engine.hashCode() | 1);
        }
    }

    @Test
    void mediatorsRing_hung_isTriedAgainAfterAResetAndNobodyLosesRegisters() {
        long before = resets("rcs.resets");
        world.gpu.hang(HaswellEngine.RCS);
        world.pass(SWITCH_MILLIS);
        assertThat(resets("rcs.resets")).isGreaterThan(before);
        assertThat(resets("device.resets")).isZero();
        assertIncomingRan();
        one.await(one.submit(HaswellEngine.RCS));
        assertThat(one.hostile().peekRegister(GPR)).isEqualTo(SECRET);
        assertWorks(two);
        assertWorks(one);
        assertThat(one.complaints()).isEmpty();
        assertThat(vmmOne.gpu().statistics().counter("hangs")).as("not saved").isEqualTo(1);
        assertThat(vmmTwo.gpu().statistics().counter("hangs")).isZero();
    }

    @Test
    void mediatorsRing_hungTwice_incomingRunsWithItsRegisters() {
        world.gpu.hang(HaswellEngine.RCS);
        long before = resets("rcs.resets");
        for (int i = 0; i < SWITCH_MILLIS && resets("rcs.resets") == before; i++) {
            world.pass(1);
        }
        assertThat(incoming.completed()).as("the second attempt has only begun").isFalse();
        world.gpu.hang(HaswellEngine.RCS);
        world.pass(SWITCH_MILLIS);
        assertIncomingRan();
        assertWorks(one);
        assertThat(one.hostile().peekRegister(GPR)).isEqualTo(SECRET);
        assertWorks(two);
        assertThat(one.complaints()).isEmpty();
    }

    @Test
    void mediatorsRing_stuck_deviceIsResetAndEveryEngineWorksForEverybody() {
        world.gpu.stickRing(HaswellEngine.RCS);
        world.pass(SWITCH_MILLIS);
        assertThat(resets("device.resets")).isPositive();
        assertIncomingRan();
        assertWorks(one);
        assertWorks(three);
        assertWorks(two);
        assertThat(one.hostile().peekRegister(GPR)).isEqualTo(SECRET);
        assertThat(one.complaints()).isEmpty();
    }

    @Test
    void reset_thatNeverEnds_leavesEveryTrapBounded() {
        world.gpu.stickReset();
        world.gpu.hang(HaswellEngine.RCS);
        world.pass(2 * SWITCH_MILLIS);
        one.hostile().pokeRegister(GDRST, 1);
        two.hostile().peekRegister(0x2034);
        vmmThree.gpu().quiesce();
        vmmThree.gpu().resume();
        vmmTwo.gpu().close();
        vmmOne.gpu().close();
        assertThat(World.hookFailures(vmmThree)).isZero();
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_ofTheOutgoingGuest_incomingRuns(ResetKind kind) {
        vmmOne.reset(kind);
        world.pass(20);
        assertIncomingRan();
        assertWorks(world.guest(vmmOne).boot());
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_ofTheIncomingGuest_outgoingRunsOnAndItCanBootAgain(ResetKind kind) {
        vmmTwo.reset(kind);
        assertWorks(one);
        assertThat(one.hostile().peekRegister(GPR)).isEqualTo(SECRET);
        assertWorks(world.guest(vmmTwo).boot());
        assertThat(one.complaints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void guestReset_byTheOutgoing_incomingRuns(int bits) {
        one.hostile().pokeRegister(GDRST, bits);
        world.pass(20);
        assertIncomingRan();
        one.unload();
        assertWorks(one.boot());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void guestReset_byTheIncoming_outgoingLosesNothing(int bits) {
        two.hostile().pokeRegister(GDRST, bits);
        world.pass(20);
        assertWorks(one);
        assertThat(one.hostile().peekRegister(GPR)).isEqualTo(SECRET);
        assertThat(one.complaints()).isEmpty();
        two.unload();
        assertWorks(two.boot());
    }

    @Test
    void guestReset_byAThird_touchesNoHardware() {
        long before = world.gpu.status(HaswellEngine.RCS).resets();
        three.hostile().pokeRegister(GDRST, 1);
        assertThat(world.gpu.status(HaswellEngine.RCS).resets()).isEqualTo(before);
        world.pass(20);
        assertIncomingRan();
        three.unload();
        assertWorks(three.boot());
    }
}
