package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Work that is longer than anybody waits: it is cut off, and run again from the start of its batch
 * with the state it had there, not with that of the last change of guests.
 */
class CutOffTest {

    private static final int GPR = 0x2608;
    private static final int LOAD_IMMEDIATE = 0x1100_0001;
    private static final int STORE_REGISTER = 0x1240_0001;
    private static final int SET_CONTEXT = 0x0c00_0000;
    private static final int IN_GTT = 0x10c;
    private static final int INHIBIT = 1;
    private static final int DRAWING_RECTANGLE = 0x7900_0002;
    private static final int STATE_MARK = 0x6974_6174;
    private static final int RECTANGLE = 9;
    private static final int USER_BATCH = 0x1880_2100;
    private static final int BATCH_END = 0x0500_0000;

    /** Takes longer than the patience of the first time, and less than that of the last. */
    private static final int LONG = 36_000;

    private final World world = new World();
    private final FakeVmm vmm = world.vmm("vm1", 64, 128);
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final ScriptedHaswellGuest other = world.boot("vm2", 64, 128);
    private final HostileActions hostile = guest.hostile();

    @BeforeEach
    void haveBothBeenOn() {
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.RCS));
        other.await(other.submit(HaswellEngine.RCS));
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.RCS));
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmm)).isZero();
        assertThat(other.complaints()).isEmpty();
        world.close();
    }

    private long cutOffs() {
        return vmm.gpu().statistics().counter("rcs.cut-off");
    }

    /** Has the other guest at work until a place in memory is no longer zero. */
    private void competeUntilWritten(GuestObject object, long offset) {
        Request request = other.submit(HaswellEngine.BCS);
        for (int i = 0; i < 3000 && object.read32(offset) == 0; i++) {
            world.pass(1);
            if (request.completed()) {
                request = other.submit(HaswellEngine.BCS);
            }
        }
        assertThat(object.read32(offset)).as("the long batch came to its end").isNotZero();
    }

    @Test
    void registers_loadedBeforeTheBatch_areThereWhenItRunsAgain() {
        GuestObject out = guest.allocate(4096);
        long before = cutOffs();
        Batch batch =
                Batch.user()
                        .noops(LONG)
                        .raw(0x1200_0001, GPR, (int) out.graphicsAddress())
                        .storeDword(out.graphicsAddress() + 4, 1);
        guest.submitCommands(HaswellEngine.RCS, LOAD_IMMEDIATE, GPR, 0x1111);
        guest.submit(HaswellEngine.RCS, batch);
        competeUntilWritten(out, 4);
        assertThat(cutOffs()).isGreaterThan(before);
        assertThat(out.read32(0)).isEqualTo(0x1111);
    }

    /** Returns the PP_DIR_BASE of an address space with a page in a slot and code in the next. */
    private int space(int slot, int number, GuestObject page, GuestObject code) {
        int first = ((int) (guest.hiddenBase() >>> 12) + 511 & ~511) + 512 * number;
        GuestObject tables = guest.allocate(4096L * (1 + code.length() / 4096 / 1024 + 1));
        tables.write32(0, (int) page.page(0) | 1);
        for (int i = 0; i < code.length() / 4096; i++) {
            tables.write32(4096 + 4L * i, (int) code.page(i) | 1);
        }
        hostile.pokeTable(first + slot, (int) tables.page(0) | 1);
        hostile.pokeTable(first + slot + 1, (int) tables.page(1) | 1);
        return first / 16 << 16;
    }

    @Test
    void addressSpace_loadedBeforeTheBatch_isTheOneItRunsInAgain() {
        GuestObject mine = guest.allocate(4096);
        GuestObject code = guest.allocate(4L * (LONG + 16));
        int slot = 0x100;
        code.write32(4L * LONG, 0x1000_0002);
        code.write32(4L * LONG + 8, slot << 22);
        code.write32(4L * LONG + 12, 1);
        code.write32(4L * LONG + 16, BATCH_END);
        int base = space(slot, 1, mine, code);
        long before = cutOffs();
        hostile.bareRing(
                HaswellEngine.RCS, LOAD_IMMEDIATE, 0x2228, base, USER_BATCH, slot + 1 << 22, 0);
        competeUntilWritten(mine, 0);
        assertThat(cutOffs()).isGreaterThan(before);
    }

    private int[] rectangle(int value) {
        return new int[] {DRAWING_RECTANGLE, value, value, value};
    }

    private void ring(int[]... commands) {
        int[] all =
                java.util.Arrays.stream(commands).flatMapToInt(java.util.Arrays::stream).toArray();
        hostile.bareRing(HaswellEngine.RCS, java.util.Arrays.copyOf(all, all.length + 1 & ~1));
    }

    private static int[] select(GuestObject context, int flags) {
        return new int[] {SET_CONTEXT, (int) context.graphicsAddress() | IN_GTT | flags, 0};
    }

    /** Returns the drawing rectangle in a saved context image. */
    private static int savedRectangle(GuestObject image) {
        for (long at = 0; at < image.length(); at += 4) {
            if (image.read32(at) == STATE_MARK) {
                return image.read32(at + 4 + 4 * RECTANGLE);
            }
        }
        throw new AssertionError("no saved state");
    }

    private void leaveAndComeBack() {
        other.await(other.submit(HaswellEngine.BCS));
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    /** Puts a long batch into the ring, and behind it what saves the context it has run in. */
    private void runLong() {
        GuestObject out = guest.allocate(4096);
        GuestObject batch = guest.allocate(4L * (LONG + 16));
        batch.write32(4L * LONG, BATCH_END);
        GuestObject last = guest.allocate(17 * 4096);
        long before = cutOffs();
        ring(
                new int[] {USER_BATCH, (int) batch.graphicsAddress()},
                select(last, INHIBIT),
                new int[] {STORE_REGISTER, GPR, (int) out.graphicsAddress()},
                new int[] {0x1040_0002, 0, (int) out.graphicsAddress() + 4, 1});
        competeUntilWritten(out, 4);
        assertThat(cutOffs()).isGreaterThan(before);
    }

    @Test
    void pipelineState_ofTheContextOfTheLastSwitch_isThatOfTheSwitch() {
        GuestObject context = guest.allocate(17 * 4096);
        ring(select(context, INHIBIT), rectangle(1));
        world.pass(2);
        leaveAndComeBack();
        runLong();
        assertThat(savedRectangle(context)).isEqualTo(1);
    }

    @Test
    void pipelineState_ofAContextLoadedSince_isThatOfItsOwnImage() {
        GuestObject context = guest.allocate(17 * 4096);
        GuestObject second = guest.allocate(17 * 4096);
        ring(select(context, INHIBIT), rectangle(1));
        world.pass(2);
        leaveAndComeBack();
        ring(rectangle(2), select(second, INHIBIT), rectangle(3), select(context, 0));
        runLong();
        assertThat(savedRectangle(second)).isEqualTo(3);
        assertThat(savedRectangle(context)).isEqualTo(2);
    }

    @Test
    void pipelineState_afterQuiesceInALongBatch_isKept() {
        GuestObject context = guest.allocate(17 * 4096);
        ring(select(context, INHIBIT), rectangle(7));
        world.pass(2);
        leaveAndComeBack();
        GuestObject batch = guest.allocate(4L * (LONG + 16));
        GuestObject out = guest.allocate(4096);
        batch.write32(4L * LONG, BATCH_END);
        GuestObject after = guest.allocate(17 * 4096);
        ring(
                new int[] {USER_BATCH, (int) batch.graphicsAddress()},
                select(after, INHIBIT),
                select(guest.allocate(17 * 4096), INHIBIT),
                new int[] {0x1040_0002, 0, (int) out.graphicsAddress() + 4, 1});
        world.pass(2);
        vmm.gpu().quiesce();
        vmm.gpu().resume();
        world.pass(300);
        assertThat(out.read32(4)).isEqualTo(1);
        assertThat(savedRectangle(after)).isEqualTo(7);
    }

    @Test
    void newcomer_findsNothingOfAnothersPipelineState() {
        GuestObject context = guest.allocate(17 * 4096);
        ring(select(context, INHIBIT), rectangle(0x5ec7_e700));
        world.pass(2);
        ScriptedHaswellGuest newcomer = world.boot("vm3", 64, 128);
        GuestObject image = newcomer.allocate(17 * 4096);
        newcomer.await(
                newcomer.submitCommands(
                        HaswellEngine.RCS,
                        SET_CONTEXT,
                        (int) image.graphicsAddress() | IN_GTT | INHIBIT,
                        0,
                        SET_CONTEXT,
                        (int) newcomer.allocate(17 * 4096).graphicsAddress() | IN_GTT | INHIBIT,
                        0));
        assertThat(savedRectangle(image)).isZero();
    }

    private int head(HaswellEngine engine) {
        return hostile.peekRegister(engine.mmioBase() + 0x34) & 0x1f_fffc;
    }

    private int tail(HaswellEngine engine) {
        return hostile.peekRegister(engine.mmioBase() + 0x30);
    }

    @Test
    void haltedRing_runsWhatIsBeforeTheBadCommand_andShowsItsHeadThere() {
        GuestObject out = guest.allocate(4096);
        int from = tail(HaswellEngine.BCS);
        hostile.bareRing(
                HaswellEngine.BCS,
                0x1040_0002,
                0,
                (int) out.graphicsAddress(),
                5,
                0x2000_0000, // no command
                0);
        world.pass(3);
        assertThat(out.read32(0)).isEqualTo(5);
        assertThat(head(HaswellEngine.BCS)).isEqualTo(from + 16);
        leaveAndBack(from + 16);
        guest.resetEngine(HaswellEngine.BCS);
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    private void leaveAndBack(int expected) {
        other.await(other.submit(HaswellEngine.VCS));
        world.pass(20);
        assertThat(head(HaswellEngine.BCS)).as("while off").isEqualTo(expected);
        guest.await(guest.submit(HaswellEngine.VCS));
        assertThat(head(HaswellEngine.BCS)).as("on again").isEqualTo(expected);
        world.pass(20);
        long switches = world.mediator.statistics().counter("engines.switches");
        world.pass(100);
        assertThat(world.mediator.statistics().counter("engines.switches"))
                .as("a halted ring is no work")
                .isEqualTo(switches);
    }

    @Test
    void haltedRing_cutOffBeforeTheBadCommand_stillRunsUpToIt() {
        GuestObject out = guest.allocate(4096);
        GuestObject batch = guest.allocate(4L * (LONG + 16));
        batch.write32(4L * LONG, BATCH_END);
        int from = tail(HaswellEngine.RCS);
        ring(
                new int[] {USER_BATCH, (int) batch.graphicsAddress()},
                new int[] {0x1040_0002, 0, (int) out.graphicsAddress(), 5},
                new int[] {0x2000_0000, 0});
        long before = cutOffs();
        other.hang(HaswellEngine.VCS);
        for (int i = 0; i < 200 && cutOffs() == before; i++) {
            world.pass(1);
        }
        assertThat(cutOffs()).isGreaterThan(before);
        hostile.pokeRegister(0x941c, 1 << 3); // another engine of the guest, which is off
        other.resetEngine(HaswellEngine.VCS);
        competeUntilWritten(out, 0);
        world.pass(30);
        assertThat(head(HaswellEngine.RCS)).isEqualTo(from + 24);
        guest.resetEngine(HaswellEngine.RCS);
    }

    @Test
    void ringThatNeverFit_showsTheHeadItsGuestWrote() {
        hostile.pokeRing(HaswellEngine.BCS, 0x3c, 0);
        hostile.pokeRing(HaswellEngine.BCS, 0x38, 0x1000_0000);
        hostile.pokeRing(HaswellEngine.BCS, 0x34, 0x40);
        hostile.pokeRing(HaswellEngine.BCS, 0x30, 0x80);
        hostile.pokeRing(HaswellEngine.BCS, 0x3c, 0x3001);
        world.pass(3);
        assertThat(head(HaswellEngine.BCS)).isEqualTo(0x40);
        leaveAndBack(0x40);
        guest.resetEngine(HaswellEngine.BCS);
    }
}
