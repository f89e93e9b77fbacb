package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.intel.gen7.command.LegalCommands;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.BusFault;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One thing a hostile guest can try, with both ways of hearing of its tables. Its neighbour has
 * work behind it, fences set, a context saved and memory full of a pattern. After each test the
 * neighbour's memory, registers, fences and interrupts are compared bit by bit with what they were,
 * nothing may have escaped a hook, the GPU may not have left mapped memory, and the neighbour must
 * still get its work done on every engine without anything to complain of.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Tables.class)
abstract class Attack {

    static final int KERNEL_BATCH = 0x1880_0000;
    static final int SECOND_LEVEL = 1 << 22;
    static final int USER_BATCH_RCS = 0x1880_2100;
    static final int USER_BATCH = 0x1880_0100;
    static final int BATCH_END = 0x0500_0000;
    static final int USER_INTERRUPT = 0x0100_0000;
    static final int STORE_GLOBAL = 0x1040_0002;
    static final int STORE = 0x1000_0002;
    static final int LOAD_IMMEDIATE = 0x1100_0001;
    static final int GRAFFITI = 0x0bad_f00d;

    private static final int FENCES = 0x10_0000;
    private static final int GPR = 0x2608;
    private static final int SECRET = 0x5ec7_e700;

    /** The engines by the mediator's numbers. */
    static final HaswellEngine[] BY_NUMBER = {
        HaswellEngine.RCS, HaswellEngine.BCS, HaswellEngine.VCS, HaswellEngine.VECS
    };

    @Parameter Tables tables;

    World world;
    FakeVmm badVmm;
    FakeVmm goodVmm;
    ScriptedHaswellGuest bad;
    ScriptedHaswellGuest good;
    HostileActions hostile;

    /** Memory of the neighbour, full of a pattern. */
    GuestObject victim;

    private Evidence before;

    @BeforeEach
    void bootBothAndLookAtTheNeighbour() {
        world = newWorld();
        FakeVmm vmm = tables.vmm();
        badVmm = world.vmm(tables.request("bad"), vmm, badPort().apply(vmm.port()));
        FakeVmm other = tables.vmm();
        goodVmm = world.vmm(tables.request("good"), other, other.port());
        good = world.guest(goodVmm).boot();
        victim = good.allocate(8192);
        victim.fill(0x900d_900d);
        goodVmm.bar(0).write32(FENCES + 4, (int) good.mappableBase() + 0x3000);
        goodVmm.bar(0).write32(FENCES, (int) good.mappableBase() + 0x1000 | 1);
        good.await(good.submitCommands(HaswellEngine.RCS, LOAD_IMMEDIATE, GPR, SECRET));
        world.steps(40);
        bad = world.guest(badVmm).boot(); // has the engines from now on
        hostile = bad.hostile();
        world.steps(40);
        before = Evidence.of(world, goodVmm, others());
    }

    /** Returns the world of one test. */
    World newWorld() {
        return new World();
    }

    /**
     * Returns who may change what is its own: the bad guest, and others that a test has at work.
     */
    FakeVmm[] others() {
        return new FakeVmm[] {badVmm};
    }

    /** Takes what the neighbour has now as what it shall still have after the attack. */
    final void lookAtTheNeighbourAgain() {
        world.pass(20);
        bad.await(bad.submit(HaswellEngine.BCS)); // has the engines again
        world.steps(40);
        lookAtTheNeighbourNow();
    }

    /** As {@link #lookAtTheNeighbourAgain}, whoever has the engines. */
    final void lookAtTheNeighbourNow() {
        before = Evidence.of(world, goodVmm, others());
    }

    /** Returns what stands between the bad guest's VMM and the mediator. */
    UnaryOperator<VmmPort> badPort() {
        return UnaryOperator.identity();
    }

    /** Fails unless the neighbour's state is bit by bit what it was before the attack. */
    final void assertNeighbourUntouched() {
        before.assertSame(Evidence.of(world, goodVmm, others()));
        assertThat(World.hookFailures(badVmm)).as("exceptions that escaped a hook").isZero();
        assertThat(World.hookFailures(goodVmm)).isZero();
        assertThat(strayAccesses(world)).isEmpty();
    }

    /**
     * Returns the accesses of the GPU to what nobody has mapped, but for those beyond the 2 GiB
     * that a per-process table covers: any user program can try these, and they lead nowhere.
     */
    static List<BusFault> strayAccesses(World world) {
        return world.gpu.busFaults().stream()
                .filter(
                        fault ->
                                fault.kind() != BusFault.Kind.INVALID_ENTRY
                                        || fault.graphicsAddress() < 1L << 31)
                .toList();
    }

    @AfterEach
    void neighbourIsUntouchedAndWorks() {
        assertNeighbourUntouched();
        GuestObject out = good.allocate(4096);
        for (HaswellEngine engine : HaswellEngine.values()) {
            int value = 0x600d_0000 | engine.ordinal();
            Batch batch = Batch.user().storeDword(out.graphicsAddress(), value);
            Request request = good.submit(engine, batch);
            world.pass(300);
            assertThat(request.completed()).as("%s", request).isTrue();
            assertThat(out.read32(0)).isEqualTo(value);
        }
        Request store =
                good.submitCommands(
                        HaswellEngine.RCS, 0x1240_0001, GPR, (int) out.graphicsAddress() + 4, 0);
        world.pass(300);
        assertThat(store.completed()).isTrue();
        assertThat(out.read32(4)).as("a register of the saved context").isEqualTo(SECRET);
        assertThat(good.complaints()).isEmpty();
        assertThat(strayAccesses(world)).isEmpty();
        assertThat(World.hookFailures(badVmm)).isZero();
        world.close();
    }

    /** Returns how many faults of a kind the bad guest has to its name. */
    final long faults(GuestFaultKind kind) {
        return badVmm.gpu().statistics().faults(kind);
    }

    final boolean isReserved(long address) {
        return address >= 480 * World.MIB && address < 512 * World.MIB;
    }

    /** Puts dwords at the start of new memory of the bad guest. */
    final GuestObject memory(int... dwords) {
        GuestObject object = bad.allocate(Math.max(4096, 4L * dwords.length));
        put(object, 0, dwords);
        return object;
    }

    static void put(GuestObject object, long offset, int... dwords) {
        for (int i = 0; i < dwords.length; i++) {
            object.write32(offset + 4L * i, dwords[i]);
        }
    }

    static int address(GuestObject object) {
        return (int) object.graphicsAddress();
    }

    /** Starts a privileged batch of the bad guest straight from its ring, and lets it run. */
    final void runKernelBatch(HaswellEngine engine, int address) {
        hostile.bareRing(engine, KERNEL_BATCH, address);
        world.steps(4);
    }

    final LegalCommands.Ranges slice() {
        return new LegalCommands.Ranges(
                bad.mappableBase(),
                bad.mappableBase() + bad.mappableSize(),
                bad.hiddenBase(),
                bad.hiddenBase() + bad.hiddenSize());
    }

    /** Returns addresses that are not the bad guest's: of others, at its edges, at the ends. */
    final List<Long> foreignAddresses() {
        LegalCommands.Ranges own = slice();
        return List.of(
                good.mappableBase(),
                good.hiddenBase(),
                good.hiddenBase() + good.hiddenSize() - 4096,
                victim.graphicsAddress(),
                480 * World.MIB,
                512 * World.MIB - 4096,
                own.lowStart() - 4096,
                own.lowEnd(),
                own.highStart() - 4096,
                own.highEnd(),
                0x7fff_f000L,
                0x8000_0000L,
                0xffff_f000L);
    }
}
