package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.GuestBar;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** To whom events go, as messages and on the line, and what stays of them. */
class InterruptRoutingTest {

    private static final int COMMAND = 4;
    private static final int STATUS = 6;
    private static final int NO_LINE = 1 << 10;
    private static final int LINE_PENDING = 1 << 3;
    private static final int CAPABILITIES = 0x34;
    private static final int CAPABILITY_MESSAGES = 5;

    private static final int DE_IMR = 0x4_4004;
    private static final int DE_IIR = 0x4_4008;
    private static final int DE_IER = 0x4_400c;
    private static final int GT_IMR = 0x4_4014;
    private static final int GT_IIR = 0x4_4018;
    private static final int GT_IER = 0x4_401c;
    private static final int MASTER = 1 << 31;
    private static final int CTL = 0x3c;
    private static final int IMR = 0xa8;
    private static final int EIR = 0xb0;
    private static final int EMR = 0xb4;
    private static final int ESR = 0xb8;

    private static final int BCS_USER = 1 << 22;
    private static final int BCS_ERROR = 1 << 25;
    private static final int VCS_USER = 1 << 12;
    private static final int USER_BATCH = 0x1880_0100;
    private static final int UNKNOWN_COMMAND = 0xe000_0000;
    private static final int USER_INTERRUPT = 0x0100_0000;

    private static final int PIPECONF = 0x7_0008;
    private static final int FRAMES = 0x7_0040;
    private static final int SURFACE = 0x7_019c;
    private static final int DISPLAY_FLIP = 0x0a00_0001;

    private final World world = new World();
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();
    private final GuestBar bar = vmmOne.bar(0);

    @BeforeEach
    void letUserInterruptsThrough() {
        world.pass(20);
        for (FakeVmm vmm : new FakeVmm[] {vmmOne, vmmTwo}) {
            vmm.bar(0).write32(0x2_2000 + IMR, ~BCS_USER);
            vmm.bar(0).write32(0x1_2000 + IMR, ~VCS_USER);
            vmm.bar(0).write32(GT_IMR, ~(BCS_USER | VCS_USER));
            vmm.bar(0).write32(GT_IER, BCS_USER | VCS_USER);
            vmm.bar(0).write32(GT_IIR, -1);
        }
    }

    @AfterEach
    void close() {
        assertThat(vmmOne.interrupts().violations()).isEmpty();
        assertThat(vmmTwo.interrupts().violations()).isEmpty();
        assertThat(World.hookFailures(vmmOne)).isZero();
        world.close();
    }

    private void useLine() {
        int at = vmmOne.configRead(CAPABILITIES, 1);
        while (vmmOne.configRead(at, 1) != CAPABILITY_MESSAGES) {
            at = vmmOne.configRead(at + 1, 1);
        }
        vmmOne.configWrite(at + 2, 2, 0);
        vmmOne.configWrite(COMMAND, 2, vmmOne.configRead(COMMAND, 2) & ~NO_LINE);
    }

    private void raise(ScriptedHaswellGuest guest, HaswellEngine engine) {
        guest.hostile().bareRing(engine, USER_INTERRUPT, 0);
        world.steps(40);
    }

    /** Lets a guest run a command of its own address space that no engine knows. */
    private void runUnknownCommand(ScriptedHaswellGuest guest) {
        GuestObject batch = guest.allocate(4096);
        batch.write32(0, UNKNOWN_COMMAND);
        guest.hostile()
                .bareRing(HaswellEngine.BCS, USER_BATCH, (int) batch.graphicsAddress(), 0, 0);
        world.steps(40);
    }

    private void listenForErrors(FakeVmm vmm, int errorMask) {
        vmm.bar(0).write32(0x2_2000 + IMR, ~BCS_ERROR);
        vmm.bar(0).write32(0x2_2000 + EMR, errorMask);
        vmm.bar(0).write32(GT_IMR, ~BCS_ERROR);
        vmm.bar(0).write32(GT_IER, BCS_ERROR);
    }

    @Test
    void error_ofACommandNobodyKnows_isItsGuestsAloneAndOnlyIfUnmasked() {
        listenForErrors(vmmOne, ~1);
        listenForErrors(vmmTwo, ~1);
        long others = vmmTwo.interrupts().messages();
        long messages = vmmOne.interrupts().messages();
        runUnknownCommand(one);
        assertThat(bar.read32(GT_IIR)).isEqualTo(BCS_ERROR);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(messages + 1);
        assertThat(bar.read32(0x2_2000 + EIR)).isEqualTo(1);
        assertThat(bar.read32(0x2_2000 + ESR)).isEqualTo(1);
        bar.write32(0x2_2000 + EIR, 1);
        assertThat(bar.read32(0x2_2000 + EIR)).isZero();

        bar.write32(0x2_2000 + CTL, 0);
        runUnknownCommand(two);
        assertThat(vmmTwo.interrupts().messages()).as("its own").isEqualTo(others + 1);
        assertThat(bar.read32(0x2_2000 + EIR)).as("the other's error").isZero();
        assertThat(vmmOne.interrupts().messages()).isEqualTo(messages + 1);
    }

    @Test
    void error_thatItsGuestHasMasked_isInTheStatusOnly() {
        listenForErrors(vmmOne, -1);
        long messages = vmmOne.interrupts().messages();
        runUnknownCommand(one);
        assertThat(bar.read32(GT_IIR)).isZero();
        assertThat(bar.read32(0x2_2000 + EIR)).isZero();
        assertThat(bar.read32(0x2_2000 + ESR)).isEqualTo(1);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(messages);
    }

    @Test
    void line_withTwoEventsPending_staysAssertedUntilBothAreAcknowledged() {
        useLine();
        long messages = vmmOne.interrupts().messages();
        long before = vmmOne.interrupts().lineAssertions();
        raise(one, HaswellEngine.BCS);
        raise(one, HaswellEngine.VCS);
        assertThat(vmmOne.interrupts().lineActive()).isTrue();
        assertThat(vmmOne.interrupts().lineAssertions()).isEqualTo(before + 1);
        bar.write32(GT_IIR, BCS_USER);
        assertThat(vmmOne.interrupts().lineActive()).as("one is left").isTrue();
        bar.write32(GT_IIR, VCS_USER);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        assertThat(vmmOne.interrupts().messages()).isEqualTo(messages);
        assertThat(vmmTwo.interrupts().lineActive()).isFalse();
    }

    @Test
    void line_followsTheMasterEnable() {
        useLine();
        raise(one, HaswellEngine.BCS);
        bar.write32(DE_IER, 0);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        bar.write32(DE_IER, MASTER);
        assertThat(vmmOne.interrupts().lineActive()).as("still in IIR").isTrue();
        bar.write32(GT_IER, 0);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        bar.write32(GT_IER, BCS_USER);
        assertThat(vmmOne.interrupts().lineActive()).isTrue();
        bar.write32(GT_IIR, BCS_USER);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
    }

    @Test
    void line_switchedOffInConfiguration_isOnlyInTheStatus() {
        useLine();
        vmmOne.configWrite(COMMAND, 2, vmmOne.configRead(COMMAND, 2) | NO_LINE);
        raise(one, HaswellEngine.BCS);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        assertThat(vmmOne.configRead(STATUS, 2) & LINE_PENDING).isNotZero();
        vmmOne.configWrite(COMMAND, 2, vmmOne.configRead(COMMAND, 2) & ~NO_LINE);
        assertThat(vmmOne.interrupts().lineActive()).isTrue();
        bar.write32(GT_IIR, -1);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        assertThat(vmmOne.configRead(STATUS, 2) & LINE_PENDING).isZero();
    }

    @Test
    void message_withEventsLeftAtTheEndOfTheHandler_isSentAgain() {
        raise(one, HaswellEngine.BCS);
        raise(one, HaswellEngine.VCS);
        long before = vmmOne.interrupts().messages();
        bar.write32(DE_IER, 0);
        bar.write32(GT_IIR, BCS_USER);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(before);
        bar.write32(DE_IER, MASTER);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(before + 1);
        assertThat(vmmOne.interrupts().lineActive()).isFalse();
        bar.write32(GT_IIR, -1);
        bar.write32(DE_IER, 0);
        bar.write32(DE_IER, MASTER);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(before + 1);
    }

    @Test
    void event_thatNobodyHeardOfBeforeTheChangeOfGuests_isTheFormersAndNotTheNexts() {
        one.submit(HaswellEngine.RCS);
        world.pass(20);
        bar.write32(GT_IIR, -1);
        vmmTwo.bar(0).write32(GT_IIR, -1);
        long mine = vmmOne.interrupts().messages();
        long others = vmmTwo.interrupts().messages();
        world.gpu.loseInterrupts(1000); // bits stand in the hardware, nobody is told
        one.hostile().bareRing(HaswellEngine.BCS, USER_INTERRUPT, 0);
        world.gpu.advance(world.clock.nanoTime(), 1000);
        assertThat(bar.read32(GT_IIR)).isZero();
        two.submit(HaswellEngine.RCS);
        world.pass(40);
        assertThat(vmmTwo.interrupts().messages()).isEqualTo(others);
        assertThat(vmmTwo.bar(0).read32(GT_IIR) & BCS_USER).isZero();
        assertThat(bar.read32(GT_IIR) & BCS_USER).isEqualTo(BCS_USER);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 1);
        world.gpu.loseInterrupts(0);
    }

    @Test
    void sameEvent_raisedByBoth_goesToEachAsOftenAsItRaisedIt() {
        for (int i = 0; i < 5; i++) {
            long mine = vmmOne.interrupts().messages();
            long others = vmmTwo.interrupts().messages();
            raise(one, HaswellEngine.BCS);
            assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 1);
            assertThat(vmmTwo.interrupts().messages()).isEqualTo(others);
            bar.write32(GT_IIR, -1);
            raise(two, HaswellEngine.BCS);
            world.pass(20);
            assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 1);
            assertThat(vmmTwo.interrupts().messages()).isEqualTo(others + 1);
            vmmTwo.bar(0).write32(GT_IIR, -1);
        }
    }

    // ---- display

    private void watchDisplay(FakeVmm vmm, int bits) {
        vmm.bar(0).write32(DE_IMR, ~bits);
        vmm.bar(0).write32(DE_IIR, -1);
        vmm.bar(0).write32(DE_IER, MASTER | bits);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 32", "2, 1024"})
    void verticalBlank_ofARunningPipe_isItsGuestsAlone(int pipe, int bit) {
        watchDisplay(vmmOne, 1 << 0 | 1 << 5 | 1 << 10);
        watchDisplay(vmmTwo, 1 << 0 | 1 << 5 | 1 << 10);
        bar.write32(PIPECONF + 0x1000 * pipe, MASTER);
        long others = vmmTwo.interrupts().messages();
        int frames = bar.read32(FRAMES + 0x1000 * pipe);
        for (int i = 0; i < 60; i++) {
            bar.write32(DE_IIR, -1);
            long mine = vmmOne.interrupts().messages();
            world.coarse(17);
            assertThat(bar.read32(DE_IIR)).isEqualTo(bit);
            assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 1);
        }
        assertThat(bar.read32(FRAMES + 0x1000 * pipe) - frames).isBetween(60, 62);
        assertThat(vmmTwo.bar(0).read32(DE_IIR)).isZero();
        assertThat(vmmTwo.bar(0).read32(FRAMES + 0x1000 * pipe)).isZero();
        assertThat(vmmTwo.interrupts().messages()).isEqualTo(others);
        bar.write32(DE_IIR, -1);
        bar.write32(PIPECONF + 0x1000 * pipe, 0);
        world.coarse(50);
        assertThat(bar.read32(DE_IIR)).as("the pipe is off").isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 8", "1, 0, 256", "2, 0x100, 16", "3, 0x100, 512", "4, 0, 8192"})
    void flip_byCommandOrRegister_isDoneForItsGuestAlone(int plane, String sprite, int bit) {
        int done = 1 << 3 | 1 << 4 | 1 << 8 | 1 << 9 | 1 << 13 | 1 << 14;
        watchDisplay(vmmOne, done);
        watchDisplay(vmmTwo, done);
        long others = vmmTwo.interrupts().messages();
        long mine = vmmOne.interrupts().messages();
        int surface = (int) one.mappableBase() + 0x3000;
        one.hostile().bareRing(HaswellEngine.BCS, DISPLAY_FLIP | plane << 19, 0x200, surface, 0);
        world.steps(40);
        int pipe = plane == 4 ? 2 : plane & 1;
        int register = SURFACE + Integer.decode(sprite) + 0x1000 * pipe;
        assertThat(bar.read32(DE_IIR)).isEqualTo(bit);
        assertThat(bar.read32(register)).isEqualTo(surface);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 1);

        bar.write32(DE_IIR, -1);
        bar.write32(register, surface + 0x1000);
        assertThat(bar.read32(DE_IIR)).isEqualTo(bit);
        assertThat(vmmOne.interrupts().messages()).isEqualTo(mine + 2);
        assertThat(vmmTwo.bar(0).read32(DE_IIR)).isZero();
        assertThat(vmmTwo.bar(0).read32(register)).isZero();
        assertThat(vmmTwo.interrupts().messages()).isEqualTo(others);
    }
}
