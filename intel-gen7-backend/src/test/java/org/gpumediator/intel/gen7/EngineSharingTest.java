package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two guests on the engines: in turn, at once, and one of them with work that never ends. */
class EngineSharingTest {

    private static final int MI_MODE = 0x9c;
    private static final int STOP = 0x0100_0100;
    private static final int GO = 0x0100_0000;

    /** To a global address. */
    private static final int STORE_DATA_IMM = 0x1040_0002;

    private final World world = new World();
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();

    @AfterEach
    void nothingWasTouchedThatIsNobodys() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmmOne)).isZero();
        assertThat(World.hookFailures(vmmTwo)).isZero();
        world.close();
    }

    /** A store on an engine, and where to look for it. */
    private record Store(GuestObject target, Request request, int value) {

        static Store by(ScriptedHaswellGuest guest, HaswellEngine engine, int value) {
            GuestObject target = guest.allocate(4096);
            Batch batch = Batch.user().noops(20).storeDword(target.graphicsAddress(), value);
            return new Store(target, guest.submit(engine, batch), value);
        }

        void check() {
            assertThat(request.completed()).as("%s", request).isTrue();
            assertThat(target.read32(0)).isEqualTo(value);
        }
    }

    @Test
    void submit_bothOnAllEnginesAtOnce_allCompleteWithTheirOwnValues() {
        List<Store> stores = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            for (HaswellEngine engine : HaswellEngine.values()) {
                stores.add(Store.by(one, engine, 0x1000_0000 + stores.size()));
                stores.add(Store.by(two, engine, 0x2000_0000 + stores.size()));
            }
        }
        world.pass(200);
        stores.forEach(Store::check);
    }

    @Test
    void submit_whileAnotherHasTheEngines_queuesAndCompletesLater() {
        one.hang(HaswellEngine.BCS);
        world.pass(1);
        List<Store> stores = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            stores.add(Store.by(two, HaswellEngine.RCS, 0x100 + i));
        }
        assertThat(stores.getFirst().request().completed()).isFalse();
        world.pass(120);
        stores.forEach(Store::check);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void hang_withCompetitor_competitorRunsWithinPatienceAndLosesNothing(HaswellEngine engine) {
        Request hang = one.hang(engine);
        world.pass(5);
        for (int round = 0; round < 6; round++) {
            List<Store> stores = new ArrayList<>();
            for (HaswellEngine each : HaswellEngine.values()) {
                stores.add(Store.by(two, each, 0x4711 + round));
            }
            world.pass(150);
            stores.forEach(Store::check);
        }
        assertThat(hang.completed()).isFalse();
        assertThat(two.complaints()).isEmpty();

        one.resetEngine(engine);
        Store after = Store.by(one, engine, 99);
        one.await(after.request());
        after.check();
        assertThat(hang.completed()).isTrue();
    }

    @Test
    void hang_onOneEngine_ownWorkOnTheOthersIsNotLost() {
        one.hang(HaswellEngine.RCS);
        List<Store> stores = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stores.add(Store.by(one, HaswellEngine.BCS, i + 1));
            stores.add(Store.by(two, HaswellEngine.VCS, i + 1));
            world.pass(60);
        }
        world.pass(200);
        stores.forEach(Store::check);
    }

    @Test
    void hang_withoutCompetitor_spinsUndisturbedUntilItsOwnReset() {
        world.pass(5);
        Request hang = one.hang(HaswellEngine.RCS);
        world.pass(1);
        long before = world.gpu.status(HaswellEngine.RCS).resets();
        world.pass(1500);
        assertThat(world.gpu.status(HaswellEngine.RCS).resets()).isEqualTo(before);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        one.resetEngine(HaswellEngine.RCS);
        one.await(one.submit(HaswellEngine.RCS));
        assertThat(hang.completed()).isTrue();
    }

    @Test
    void guestReset_ofOneEngine_workInFlightOnAnotherGoesOn() {
        one.hang(HaswellEngine.RCS);
        one.hang(HaswellEngine.BCS);
        world.pass(5);
        one.resetEngine(HaswellEngine.RCS);
        world.pass(30);
        assertThat(world.gpu.status(HaswellEngine.BCS).batchLevel()).isPositive();
        one.resetEngine(HaswellEngine.BCS);
        one.await(one.submit(HaswellEngine.BCS));
    }

    @Test
    void busyTime_isTheEnginesAndTheGuestsOwn() {
        long before = busy(vmmOne, "bcs");
        long others = busy(vmmOne, "vcs") + busy(vmmTwo, "bcs");
        one.hang(HaswellEngine.BCS);
        world.pass(50);
        assertThat(busy(vmmOne, "bcs") - before).isBetween(48_000_000L, 50_000_000L);
        assertThat(busy(vmmOne, "vcs") + busy(vmmTwo, "bcs")).isEqualTo(others);
        two.hang(HaswellEngine.BCS);
        long start = busy(vmmOne, "bcs") + busy(vmmTwo, "bcs");
        world.pass(1000);
        long both = busy(vmmOne, "bcs") + busy(vmmTwo, "bcs") - start;
        assertThat(both).isBetween(900_000_000L, 1_000_000_000L);
        assertThat(busy(vmmTwo, "bcs")).isGreaterThan(300_000_000L);
        vmmOne.gpu().quiesce();
        long held = busy(vmmOne, "bcs");
        world.pass(10);
        assertThat(busy(vmmOne, "bcs")).isEqualTo(held);
    }

    private static long busy(FakeVmm vmm, String engine) {
        return vmm.gpu().statistics().counter(engine + ".busy.nanos");
    }

    @Test
    void endlessBatches_onAllEngines_whatRanBeforeThem_isNotRunAgain() {
        List<GuestObject> before = new ArrayList<>();
        for (HaswellEngine engine : HaswellEngine.values()) {
            GuestObject target = one.allocate(4096);
            before.add(target);
            int address = (int) target.graphicsAddress();
            one.await(one.submitCommands(engine, STORE_DATA_IMM, 0, address, 0x77));
            assertThat(target.read32(0)).isEqualTo(0x77);
            target.write32(0, 0);
        }
        for (HaswellEngine engine : HaswellEngine.values()) {
            one.hang(engine);
        }
        world.pass(3);
        for (int i = 0; i < 4; i++) {
            Store other = Store.by(two, HaswellEngine.VCS, i + 1);
            world.pass(300);
            other.check();
        }
        assertThat(vmmOne.gpu().statistics().counter("vcs.cut-off")).isPositive();
        assertThat(before).allSatisfy(target -> assertThat(target.read32(0)).isZero());
    }

    @Test
    void endlessBatches_onAllEngines_aChainOfRequestsBesideThem_isServedInTime() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            one.hang(engine);
        }
        world.pass(500);
        for (int chain = 0; chain < 10; chain++) {
            int millis = 0;
            for (HaswellEngine engine : HaswellEngine.values()) {
                Store store = Store.by(two, engine, 0x100 + chain);
                while (!store.request().completed()) {
                    world.pass(1);
                    millis++;
                }
                store.check();
            }
            assertThat(millis).as("milliseconds for four requests in a row").isLessThan(240);
        }
    }

    @Test
    void quiesce_withAnEndlessBatch_isBoundedAndResumesIt() {
        Request hang = one.hang(HaswellEngine.RCS);
        world.pass(3);
        vmmOne.gpu().quiesce();
        Store other = Store.by(two, HaswellEngine.RCS, 7);
        world.pass(20);
        other.check();
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isZero();
        vmmOne.gpu().resume();
        world.pass(30);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        assertThat(hang.completed()).isFalse();
        one.resetEngine(HaswellEngine.RCS);
        one.await(one.submit(HaswellEngine.RCS));
    }

    @Test
    void resume_afterAnotherGuestHadTheEngines_workInFlightComesToItsEnd() {
        List<Store> stores = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            stores.add(Store.by(one, HaswellEngine.RCS, i + 1));
        }
        vmmOne.gpu().quiesce();
        Store other = Store.by(two, HaswellEngine.BCS, 3);
        world.pass(20);
        other.check();
        assertThat(stores.getLast().request().completed()).isFalse();
        vmmOne.gpu().resume();
        world.pass(50);
        stores.forEach(Store::check);
    }

    @Test
    void stop_byTheGuestItself_workGoesOnWhenItLetsGo() {
        Store first = Store.by(one, HaswellEngine.BCS, 1);
        one.hostile().pokeRing(HaswellEngine.BCS, MI_MODE, STOP);
        Store other = Store.by(two, HaswellEngine.BCS, 2);
        world.pass(50);
        other.check();
        assertThat(first.request().completed()).isFalse();
        one.hostile().pokeRing(HaswellEngine.BCS, MI_MODE, GO);
        world.pass(50);
        first.check();
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_ofTheGuestOnTheHardware_otherGoesOnAndItCanBootAgain(ResetKind kind) {
        one.hang(HaswellEngine.RCS);
        one.hang(HaswellEngine.VECS);
        world.pass(3);
        Store other = Store.by(two, HaswellEngine.RCS, 7);
        vmmOne.reset(kind);
        world.pass(20);
        other.check();
        ScriptedHaswellGuest again = world.guest(vmmOne).boot();
        assertThat(again.complaints()).isEmpty();
    }

    @Test
    void close_ofTheGuestOnTheHardware_otherGoesOn() {
        one.hang(HaswellEngine.RCS);
        world.pass(3);
        Store other = Store.by(two, HaswellEngine.RCS, 7);
        vmmOne.gpu().close();
        world.pass(20);
        other.check();
    }

    /** The tail write of one starts a switch away from the other, whose ring only time moves. */
    private Store inTheMiddleOfASwitch() {
        world.pass(20);
        one.await(one.submit(HaswellEngine.RCS));
        world.pass(20);
        return Store.by(two, HaswellEngine.RCS, 0x77);
    }

    @Test
    void close_ofTheOutgoingGuestInASwitch_incomingRuns() {
        Store incoming = inTheMiddleOfASwitch();
        vmmOne.gpu().close();
        world.pass(20);
        incoming.check();
    }

    @Test
    void close_ofTheIncomingGuestInASwitch_outgoingRunsOn() {
        inTheMiddleOfASwitch();
        vmmTwo.gpu().close();
        Store after = Store.by(one, HaswellEngine.RCS, 0x78);
        world.pass(20);
        after.check();
    }

    @Test
    void quiesce_ofTheIncomingGuestInASwitch_outgoingRunsOnAndIncomingLater() {
        Store incoming = inTheMiddleOfASwitch();
        vmmTwo.gpu().quiesce();
        Store after = Store.by(one, HaswellEngine.RCS, 0x78);
        world.pass(40);
        after.check();
        vmmTwo.gpu().resume();
        world.pass(40);
        incoming.check();
    }

    @Test
    void close_ofAThirdInASwitch_disturbsNoEngine() {
        FakeVmm third = world.vmm("vm3", 64, 128);
        world.guest(third).boot();
        Store incoming = inTheMiddleOfASwitch();
        long resets = world.gpu.status(HaswellEngine.RCS).resets();
        third.gpu().close();
        world.pass(20);
        incoming.check();
        assertThat(world.gpu.status(HaswellEngine.RCS).resets()).isEqualTo(resets);
    }

    @Test
    void context_valuesOfOneGuest_areInvisibleToTheOtherAndComeBack() {
        int gpr = 0x2608;
        one.await(one.submitCommands(HaswellEngine.RCS, 0x1100_0001, gpr, 0x5ec7_e700));
        assertThat(one.hostile().peekRegister(gpr)).isEqualTo(0x5ec7_e700);
        GuestObject out = two.allocate(4096);
        two.await(
                two.submitCommands(
                        HaswellEngine.RCS, 0x1240_0001, gpr, (int) out.graphicsAddress(), 0));
        assertThat(out.read32(0)).isZero();
        assertThat(one.hostile().peekRegister(gpr)).isEqualTo(0x5ec7_e700);
        GuestObject back = one.allocate(4096);
        one.await(
                one.submitCommands(
                        HaswellEngine.RCS, 0x1240_0001, gpr, (int) back.graphicsAddress(), 0));
        assertThat(back.read32(0)).isEqualTo(0x5ec7_e700);
    }

    @Test
    void interrupts_ofOneGuest_neverReachTheOther() {
        world.pass(30);
        long before = vmmTwo.interrupts().messages();
        for (HaswellEngine engine : HaswellEngine.values()) {
            one.await(Store.by(one, engine, 1).request());
        }
        world.pass(30);
        assertThat(vmmTwo.interrupts().messages()).isEqualTo(before);
        assertThat(vmmOne.interrupts().violations()).isEmpty();
    }

    @Test
    void ring_wrapsManyTimes_losesNothing() {
        for (int i = 0; i < 300; i++) {
            Store mine = Store.by(one, HaswellEngine.RCS, i + 1);
            Store others = i % 7 == 0 ? Store.by(two, HaswellEngine.RCS, i + 1) : null;
            one.await(mine.request());
            mine.check();
            one.free(mine.target());
            if (others != null) {
                two.await(others.request());
                others.check();
                two.free(others.target());
            }
        }
    }
}
