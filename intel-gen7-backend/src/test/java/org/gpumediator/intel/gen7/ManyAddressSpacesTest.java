package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More address spaces of one guest queued at once than the mediator has places for: each batch runs
 * in its own all the same.
 */
class ManyAddressSpacesTest {

    private static final int BCS_PP_DIR_BASE = 0x2_2228;
    private static final int RCS_PP_DIR_BASE = 0x2228;
    private static final int USER_BATCH = 0x1880_0100;
    private static final int USER_BATCH_RCS = 0x1880_2100;
    private static final int TARGET = 0x4000_0000;
    private static final int CODE = 0x4040_0000;

    private final World world = new World();
    private final FakeVmm vmm = world.vmm("vm1", 64, 128);
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final ScriptedHaswellGuest other = world.boot("vm2", 64, 128);
    private final HostileActions hostile = guest.hostile();
    private final List<Space> spaces = new ArrayList<>();

    /** An address space: one page of code at one address, one page to store to at another. */
    private record Space(int base, GuestObject target) {}

    @BeforeEach
    void park() {
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmm)).isZero();
        world.close();
    }

    /** Makes address spaces whose code stores the number of the space to the same address. */
    private void make(int count) {
        int first = (int) (guest.hiddenBase() >>> 12) + 511 & ~511;
        for (int i = 0; i < count; i++) {
            GuestObject tables = guest.allocate(8192);
            GuestObject target = guest.allocate(4096);
            GuestObject code = guest.allocate(4096);
            int[] commands = {0x1000_0002, 0, TARGET, i + 1, 0x0500_0000, 0};
            for (int j = 0; j < commands.length; j++) {
                code.write32(4L * j, commands[j]);
            }
            tables.write32(0, (int) target.page(0) | 1);
            tables.write32(4096, (int) code.page(0) | 1);
            int index = first + 512 * i;
            hostile.pokeTable(index + (TARGET >>> 22), (int) tables.page(0) | 1);
            hostile.pokeTable(index + (CODE >>> 22), (int) tables.page(1) | 1);
            spaces.add(new Space(index / 16 << 16, target));
        }
    }

    private void queue(HaswellEngine engine, Space space) {
        boolean render = engine == HaswellEngine.RCS;
        hostile.bareRing(
                engine,
                0x1100_0003, // both registers, as a driver does
                render ? 0x2220 : 0x2_2220,
                -1,
                render ? RCS_PP_DIR_BASE : BCS_PP_DIR_BASE,
                space.base,
                render ? USER_BATCH_RCS : USER_BATCH,
                CODE,
                0);
    }

    private void assertEachRanInItsOwn() {
        for (int i = 0; i < spaces.size(); i++) {
            assertThat(spaces.get(i).target.read32(0)).as("address space %d", i).isEqualTo(i + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 7, 8, 16, 24})
    void manySpaces_queuedWhileOn_eachRunsInItsOwn(int count) {
        make(count);
        for (Space space : spaces) {
            queue(HaswellEngine.BCS, space);
        }
        world.pass(20);
        assertEachRanInItsOwn();
    }

    @Test
    void step_whileSpacesWaitForRoom_isDueSoon() {
        make(24);
        for (Space space : spaces) {
            queue(HaswellEngine.BCS, space);
        }
        long now = world.clock.nanoTime();
        assertThat(world.mediator.step() - now).isBetween(0L, 1_000_000L);
        world.pass(20);
        assertEachRanInItsOwn();
        now = world.clock.nanoTime();
        assertThat(world.mediator.step() - now).isGreaterThan(1_000_000L);
    }

    @Test
    void manySpaces_queuedWhileOff_eachRunsInItsOwn() {
        make(24);
        other.hang(HaswellEngine.RCS);
        world.pass(40);
        for (Space space : spaces) {
            queue(HaswellEngine.BCS, space);
        }
        world.pass(200);
        assertEachRanInItsOwn();
        other.resetEngine(HaswellEngine.RCS);
    }

    @Test
    void manySpaces_onTwoEngines_eachRunsInItsOwn() {
        make(24);
        for (int i = 0; i < spaces.size(); i++) {
            queue(i % 2 == 0 ? HaswellEngine.BCS : HaswellEngine.RCS, spaces.get(i));
        }
        world.pass(20);
        assertEachRanInItsOwn();
    }

    @Test
    void space_ofAnEngineAtRest_isItsOwnAfterManyOnAnother() {
        make(24);
        queue(HaswellEngine.RCS, spaces.getFirst());
        world.pass(2);
        for (Space space : spaces.subList(1, 24)) {
            queue(HaswellEngine.BCS, space);
        }
        world.pass(20);
        assertEachRanInItsOwn();
        spaces.getFirst().target.write32(0, 0);
        hostile.bareRing(HaswellEngine.RCS, USER_BATCH_RCS, CODE); // no load of the register
        world.pass(2);
        assertEachRanInItsOwn();
    }

    @Test
    void moreSpacesInOneCommand_thanThereArePlaces_stopTheRingAndAreCounted() {
        make(16);
        int[] load = new int[34];
        load[0] = 0x1100_0000 | 2 * 16 - 1;
        for (int i = 0; i < 16; i++) {
            load[1 + 2 * i] = BCS_PP_DIR_BASE;
            load[2 + 2 * i] = spaces.get(i).base;
        }
        hostile.bareRing(HaswellEngine.BCS, load);
        world.pass(20);
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.RATE_LIMITED)).isEqualTo(1);
        guest.resetEngine(HaswellEngine.BCS);
        queue(HaswellEngine.BCS, spaces.get(3));
        world.pass(2);
        assertThat(spaces.get(3).target.read32(0)).isEqualTo(4);
    }
}
