package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a change of guests, or a reset of the device, leaves behind for whoever is on next. */
class GuestChangeTest {

    private static final int GDRST = 0x941c;
    private static final int FENCES = 0x10_0000;
    private static final int FORCEWAKE_ACK = 0x13_0044;
    private static final int ACTHD = 0x74;
    private static final int BBADDR = 0x140;
    private static final int KERNEL_BATCH = 0x1880_0000;
    private static final int USER_BATCH = 0x1880_0100;
    private static final int STORE = 0x1000_0002;
    private static final int BATCH_END = 0x0500_0000;
    private static final int HOLD_FLUSHES_BACK = 0x0580_0001;
    private static final int SLOT = 0x100;

    private final World world = new World();
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();

    @BeforeEach
    void haveBothBeenOn() {
        for (ScriptedHaswellGuest guest : List.of(one, two)) {
            world.pass(20);
            guest.await(guest.submit(HaswellEngine.BCS));
        }
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmmOne)).isZero();
        assertThat(World.hookFailures(vmmTwo)).isZero();
        world.close();
    }

    /**
     * Makes an address space in which one page is data and the next a batch that stores a value
     * there; returns its PP_DIR_BASE.
     */
    private static int space(ScriptedHaswellGuest guest, GuestObject page, int value) {
        return space(guest, page, value, 0);
    }

    /** As above; the batch starts with a command of one dword. */
    private static int space(ScriptedHaswellGuest guest, GuestObject page, int value, int first) {
        GuestObject code = guest.allocate(4096);
        int[] batch = {first, STORE, 0, SLOT << 22, value, BATCH_END};
        for (int i = 0; i < batch.length; i++) {
            code.write32(4L * i, batch[i]);
        }
        int slots = ((int) (guest.hiddenBase() >>> 12) + 511 & ~511) + 512;
        GuestObject tables = guest.allocate(2 * 4096);
        tables.write32(0, (int) page.page(0) | 1);
        tables.write32(4096, (int) code.page(0) | 1);
        guest.hostile().pokeTable(slots + SLOT, (int) tables.page(0) | 1);
        guest.hostile().pokeTable(slots + SLOT + 1, (int) tables.page(1) | 1);
        return slots / 16 << 16;
    }

    /** Runs the batch of an address space, with no command that invalidates anything. */
    private static void run(ScriptedHaswellGuest guest, HaswellEngine engine, int base) {
        int batch = engine == HaswellEngine.RCS ? USER_BATCH | 1 << 13 : USER_BATCH;
        guest.hostile().pokeRing(engine, 0x220, -1);
        guest.hostile().pokeRing(engine, 0x228, base);
        guest.hostile().bareRing(engine, batch, SLOT + 1 << 22);
    }

    @ParameterizedTest
    @EnumSource
    void translations_ofTheGuestThatLeaves_areUsedByNobody(HaswellEngine engine) {
        changeGuests(engine, 0);
    }

    /** No audit sees a batch without privileges. */
    @ParameterizedTest
    @EnumSource
    void translations_ofAGuestThatHoldsFlushesBack_areUsedByNobody(HaswellEngine engine) {
        changeGuests(engine, HOLD_FLUSHES_BACK);
        two.await(two.submit(engine));
        assertThat(world.mediator.statistics().counter("device.resets")).isZero();
    }

    private void changeGuests(HaswellEngine engine, int first) {
        GuestObject mine = one.allocate(4096);
        GuestObject theirs = two.allocate(4096);
        int spaceOne = space(one, mine, 0x111, first);
        int spaceTwo = space(two, theirs, 0x222);
        run(one, engine, spaceOne);
        world.pass(40);
        assertThat(mine.read32(0)).isEqualTo(0x111);
        mine.write32(0, 0);
        run(two, engine, spaceTwo);
        world.pass(40);
        assertThat(theirs.read32(0)).isEqualTo(0x222);
        assertThat(mine.read32(0)).as("written by the other's batch").isZero();
    }

    @ParameterizedTest
    @EnumSource
    void explicitInvalidationOnly_ofAGuest_neverReachesTheHardware(HaswellEngine engine) {
        one.hostile().pokeRing(engine, 0x29c, 0x2000_2000);
        one.await(one.submit(engine));
        assertThat(one.hostile().peekRegister(engine.mmioBase() + 0x29c) & 0x2000).isNotZero();
        assertThat(world.physical(engine.mmioBase() + 0x29c) & 0x2000).isZero();
    }

    @Test
    void memoryTakenFromAGuestThatHoldsFlushesBack_isNotReachedByWhatTheEngineRemembers() {
        vmmOne.memory().addRam(0x10_0000_0000L, 1 << 21);
        GuestObject page = one.allocate(4096);
        int space = space(one, page, 7, HOLD_FLUSHES_BACK);
        int tables = space >>> 16 << 4;
        int table = one.hostile().peekRegister(0x20_0000 + 4L * (tables + SLOT)) & ~0xfff;
        vmmOne.memory().cpuWrite32(table, 0x101);
        run(one, HaswellEngine.BCS, space);
        world.steps(4);
        assertThat(vmmOne.memory().cpuRead32(0x10_0000_0000L)).isEqualTo(7);
        vmmOne.memory().remove(0x10_0000_0000L);
        one.hostile().bareRing(HaswellEngine.BCS, USER_BATCH, SLOT + 1 << 22);
        world.pass(5);
        assertThat(world.gpu.busFaults()).isEmpty();
        two.await(two.submit(HaswellEngine.BCS));
    }

    @Test
    void memoryTakenFromAGuestThatIsOn_isNotReachedByWhatTheEngineRemembers() {
        vmmOne.memory().addRam(0x10_0000_0000L, 1 << 21);
        one.hostile().mapPage(one.mappableBase() + (32 << 20), 0x10_0000_0000L);
        GuestObject batch = one.allocate(4096);
        int[] endless = {
            0x1040_0002,
            0,
            (int) one.mappableBase() + (32 << 20),
            7,
            KERNEL_BATCH,
            (int) batch.graphicsAddress()
        };
        for (int i = 0; i < endless.length; i++) {
            batch.write32(4L * i, endless[i]);
        }
        one.hostile().bareRing(HaswellEngine.BCS, KERNEL_BATCH, (int) batch.graphicsAddress());
        world.pass(30);
        assertThat(vmmOne.memory().cpuRead32(0x10_0000_0000L)).isEqualTo(7);
        vmmOne.memory().remove(0x10_0000_0000L);
        world.pass(5);
        assertThat(world.gpu.busFaults()).isEmpty();
        one.resetEngine(HaswellEngine.BCS);
    }

    @Test
    void deviceReset_putsFencesAndForcewakeBack() {
        for (FakeVmm vmm : List.of(vmmOne, vmmTwo)) {
            long base = (vmm == vmmOne ? one : two).mappableBase();
            vmm.bar(0).write32(FENCES + 12, (int) base + 0x3000);
            vmm.bar(0).write32(FENCES + 8, (int) base + 0x1000 | 1);
        }
        List<Integer> before = fences();
        one.hang(HaswellEngine.VCS);
        world.pass(20);
        world.gpu.stickRing(HaswellEngine.VCS);
        two.await(two.submit(HaswellEngine.BCS));
        assertThat(world.mediator.statistics().counter("device.resets")).isPositive();
        assertThat(fences()).isEqualTo(before).contains((int) two.mappableBase() + 0x1001);
        assertThat(world.physical(FORCEWAKE_ACK) & 1).isEqualTo(1);
        one.resetEngine(HaswellEngine.VCS);
    }

    private List<Integer> fences() {
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            values.add(world.physical(FENCES + 4 * i));
        }
        return values;
    }

    /** A driver looks there for where its batch is, and whether it gets on. */
    @ParameterizedTest
    @EnumSource
    void positionInABatch_isTheGuestsOwnAddress(HaswellEngine engine) {
        GuestObject batch = one.allocate(4096);
        batch.write32(16, KERNEL_BATCH);
        batch.write32(20, (int) batch.graphicsAddress());
        one.hostile().bareRing(engine, KERNEL_BATCH, (int) batch.graphicsAddress());
        Request waiting = null;
        for (int i = 0; i < 200; i++) {
            if (i == 100) {
                waiting = two.submit(HaswellEngine.BCS); // has it off and on again
            }
            world.steps(5);
            if (world.gpu.status(engine).batchLevel() > 0) {
                assertInBatch(engine, ACTHD, batch);
                assertInBatch(engine, BBADDR, batch);
            }
        }
        world.pass(100);
        assertThat(waiting).matches(Request::completed);
        one.hostile().pokeRegister(GDRST, 1);
    }

    private void assertInBatch(HaswellEngine engine, int register, GuestObject batch) {
        int seen = one.hostile().peekRegister(engine.mmioBase() + register);
        assertThat(Integer.toUnsignedLong(seen))
                .as("register 0x%x of %s", register, engine)
                .isBetween(batch.graphicsAddress(), batch.graphicsAddress() + 24);
    }
}
