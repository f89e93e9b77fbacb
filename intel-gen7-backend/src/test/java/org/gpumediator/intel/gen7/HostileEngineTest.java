package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest can try with the registers of its engines; the other guest must not notice. */
class HostileEngineTest {

    private static final int TAIL = 0x30;
    private static final int HEAD = 0x34;
    private static final int START = 0x38;
    private static final int CTL = 0x3c;
    private static final int PP_DIR_BASE = 0x228;
    private static final int GFX_MODE = 0x29c;
    private static final int RCS_STATUS_PAGE = 0x4080;
    private static final int STORE_DATA_INDEX = 0x1080_0001;
    private static final int STORE_DATA_GLOBAL = 0x1040_0002;
    private static final int USER_BATCH = 0x1880_2100;
    private static final int KERNEL_BATCH = 0x1880_0000;

    private final World world = new World();
    private final FakeVmm badVmm = world.vmm("bad", 64, 128);
    private final FakeVmm goodVmm = world.vmm("good", 64, 128);
    private final ScriptedHaswellGuest bad = world.guest(badVmm).boot();
    private final ScriptedHaswellGuest good = world.guest(goodVmm).boot();
    private final HostileActions hostile = bad.hostile();

    @AfterEach
    void otherGuestWorksAndNothingEscaped() {
        GuestObject target = good.allocate(4096);
        for (HaswellEngine engine : HaswellEngine.values()) {
            int value = 0x600d_0000 | engine.ordinal();
            Request request =
                    good.submit(engine, Batch.user().storeDword(target.graphicsAddress(), value));
            world.pass(300);
            assertThat(request.completed()).as("%s", request).isTrue();
            assertThat(target.read32(0)).isEqualTo(value);
        }
        assertThat(good.complaints()).isEmpty();
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(badVmm)).isZero();
        assertThat(World.hookFailures(goodVmm)).isZero();
        world.close();
    }

    /** Puts the bad guest on the engines, so that the good one's context has been saved. */
    private void putBadOn() {
        world.pass(20);
        bad.resetEngine(HaswellEngine.BCS);
        bad.submit(HaswellEngine.BCS);
        world.pass(20);
    }

    private boolean reserved(int address) {
        return address >= 480 * World.MIB && address < 512 * World.MIB;
    }

    @Test
    void head_writtenWhileABatchRuns_endsTheBatchBeforeItsCopyIsUsedAgain() {
        Request endless = bad.submit(HaswellEngine.RCS, Batch.kernel().noops(60).endless());
        world.pass(3);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        int tail = hostile.peekRegister(0x2000 + TAIL);
        hostile.pokeRing(HaswellEngine.RCS, HEAD, tail);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isZero();
        assertThat(endless.completed()).isFalse();
        bad.resetEngine(HaswellEngine.RCS);
        bad.await(bad.submit(HaswellEngine.RCS));
    }

    @Test
    void tail_rightBehindAJump_batchCountsAsWorkAndItsCopyStays() {
        GuestObject batch = bad.allocate(8192);
        batch.write32(4096, KERNEL_BATCH);
        batch.write32(4100, (int) batch.graphicsAddress() + 4096);
        hostile.bareRing(HaswellEngine.RCS, KERNEL_BATCH, (int) batch.graphicsAddress() + 4096);
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        long at = world.gpu.status(HaswellEngine.RCS).activeHead();
        assertThat(reserved((int) at)).isTrue();
        int before = copied(at);
        GuestObject second = bad.allocate(4096);
        second.fill(0x1122_3344);
        second.write32(0, 0);
        second.write32(4, 0x0500_0000);
        hostile.bareRing(HaswellEngine.RCS, KERNEL_BATCH, (int) second.graphicsAddress());
        world.pass(2);
        assertThat(copied(at)).isEqualTo(before);
    }

    /** Returns a dword of the reserved area as the GPU sees it, through the hardware's aperture. */
    private int copied(long address) {
        return (int) world.gpu.read(2, address & ~3L, 4);
    }

    @Test
    void processSpace_switchedOffUnderARunningUserBatch_staysOnUntilItEnds() {
        GuestObject batch = bad.allocate(4096);
        batch.write32(0, USER_BATCH);
        batch.write32(4, (int) batch.graphicsAddress());
        hostile.bareRing(HaswellEngine.RCS, USER_BATCH, (int) batch.graphicsAddress());
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0000);
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        assertThat(world.physical(0x2000 + GFX_MODE) & 0x200).isEqualTo(0x200);
    }

    @Test
    void processSpace_offBeforeAUserBatch_batchIsNotRunUnaudited() {
        GuestObject batch = bad.allocate(4096);
        long foreign = good.hiddenBase() + good.hiddenSize() - 4096;
        int before = goodEntry(foreign);
        batch.write32(0, 0x1000_0002);
        batch.write32(8, (int) foreign);
        batch.write32(12, 0x0bad_f00d);
        batch.write32(16, 0x0500_0000);
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0000);
        GuestObject victim = good.allocate(4096);
        batch.write32(8, (int) victim.graphicsAddress());
        hostile.bareRing(HaswellEngine.RCS, USER_BATCH, (int) batch.graphicsAddress());
        world.pass(5);
        assertThat(victim.read32(0)).isZero();
        assertThat(goodEntry(foreign)).isEqualTo(before);
        hostile.pokeRing(HaswellEngine.RCS, GFX_MODE, 0x0200_0200);
    }

    private int goodEntry(long address) {
        return world.physical((int) (0x20_0000 + address / 4096 * 4));
    }

    @Test
    void statusPage_outsideTheSlice_leadsToAPageThatDecidesNothing() {
        hostile.pokeRegister(RCS_STATUS_PAGE, (int) good.hiddenBase());
        bad.submit(HaswellEngine.RCS);
        world.pass(5);
        int physical = world.physical(RCS_STATUS_PAGE);
        assertThat(reserved(physical)).isTrue();
        for (int i = 1; i < 6; i++) {
            // The number that the mediator's own ring would leave when the next switch is done.
            long next = world.mediator.statistics().counter("engines.switches") + 1;
            hostile.bareRing(HaswellEngine.RCS, STORE_DATA_INDEX, 0, (int) next, 0);
            world.pass(20);
            assertThat(copied(Integer.toUnsignedLong(physical))).isEqualTo((int) next);
            int ring = world.physical(0x2000 + START);
            Request request = good.submit(HaswellEngine.RCS);
            world.mediator.step();
            assertThat(world.physical(0x2000 + START)).as("switch %d", next).isNotEqualTo(ring);
            world.pass(30);
            assertThat(request.completed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x1f_fffc, 0x4000, 0x8000_4000, 0xffff_fffc})
    void head_beyondTheRing_isRefused(int head) {
        long before = badVmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS);
        hostile.pokeRing(HaswellEngine.BCS, HEAD, head);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 64);
        world.pass(5);
        assertThat(badVmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS))
                .isGreaterThan(before);
    }

    @Test
    void head_beyondARingSwitchedOnLater_runsNothing() {
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0);
        hostile.pokeRing(HaswellEngine.BCS, HEAD, 0x1f_0000);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0x1f_0100);
        hostile.pokeRing(HaswellEngine.BCS, CTL, 1);
        long before = world.gpu.status(HaswellEngine.BCS).commandsExecuted();
        world.pass(5);
        assertThat(world.gpu.status(HaswellEngine.BCS).commandsExecuted()).isEqualTo(before);
        assertThat(world.gpu.status(HaswellEngine.BCS).activity()).isEqualTo(Activity.IDLE);
    }

    @Test
    void tail_beyondTheRing_isRefusedAndCounted() {
        int before = hostile.peekRegister(0x2_2000 + HEAD);
        long faults = badVmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0x10_0000);
        world.pass(5);
        assertThat(hostile.peekRegister(0x2_2000 + HEAD)).isEqualTo(before);
        assertThat(badVmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS))
                .isEqualTo(faults + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 511L << 20, 480L << 20, 0xffff_f000L})
    void start_outsideTheSlice_nothingRuns(long start) {
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0);
        hostile.pokeRing(HaswellEngine.BCS, HEAD, 0);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0);
        hostile.pokeRing(HaswellEngine.BCS, START, (int) (start == 0 ? good.hiddenBase() : start));
        long faults = badVmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION);
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0x3001);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 64);
        world.pass(5);
        if (start != 4096) { // the first page is the bad guest's own
            assertThat(badVmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION))
                    .isGreaterThan(faults);
        }
        assertThat(world.gpu.status(HaswellEngine.BCS).activity()).isEqualTo(Activity.IDLE);
    }

    @Test
    void ring_memoryUnmapped_nothingRunsAndItIsCounted() {
        int start = hostile.peekRegister(0x2_2000 + START);
        for (int page = 0; page < 4; page++) {
            hostile.pokeTable((start >>> 12) + page, 0);
        }
        long faults = badVmm.gpu().statistics().faults(GuestFaultKind.BAD_GUEST_ADDRESS);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, hostile.peekRegister(0x2_2000 + TAIL) ^ 0x800);
        world.pass(5);
        assertThat(badVmm.gpu().statistics().faults(GuestFaultKind.BAD_GUEST_ADDRESS))
                .isGreaterThan(faults);
    }

    @Test
    void batch_changedAfterTheTailWrite_copyIsWhatRuns() {
        GuestObject target = bad.allocate(4096);
        GuestObject victim = good.allocate(4096);
        GuestObject batch = bad.allocate(4096);
        int[] commands = {STORE_DATA_GLOBAL, 0, (int) target.graphicsAddress(), 1, 0x0500_0000, 0};
        for (int i = 0; i < commands.length; i++) {
            batch.write32(4L * i, commands[i]);
        }
        bad.await(bad.submit(HaswellEngine.BCS));
        Request request =
                hostile.startBatchAt(HaswellEngine.BCS, KERNEL_BATCH, batch.graphicsAddress());
        int start = hostile.peekRegister(0x2_2000 + START);
        batch.write32(8, (int) victim.graphicsAddress());
        batch.write32(12, 0x0bad_f00d);
        assertThat(start).isNotZero();
        bad.await(request);
        assertThat(target.read32(0)).isEqualTo(1);
        assertThat(victim.read32(0)).isZero();
    }

    @Test
    void directory_outsideTheSlice_translatesNothing() {
        GuestObject target = bad.allocate(4096);
        GuestObject victim = good.allocate(4096);
        for (long index : new long[] {good.hiddenBase() >>> 12, 480 << 8, 0xfff0, 524_288 - 16}) {
            int base = (int) (index / 16) << 16;
            GuestObject batch = bad.allocate(4096);
            int[] commands = {
                0x1000_0002, 0, (int) victim.graphicsAddress(), 0x0bad_f00d, 0x0500_0000, 0
            };
            for (int i = 0; i < commands.length; i++) {
                batch.write32(4L * i, commands[i]);
            }
            hostile.bareRing(
                    HaswellEngine.RCS,
                    0x1100_0001,
                    0x2000 + PP_DIR_BASE,
                    base,
                    USER_BATCH,
                    (int) batch.graphicsAddress(),
                    0);
            world.pass(3);
            int physical = world.physical(0x2000 + PP_DIR_BASE) >>> 16 << 16;
            assertThat((long) (physical >>> 16) * 16).isBetween(480L << 8, (512L << 8) - 512);
        }
        assertThat(victim.read32(0)).isZero();
        assertThat(target.read32(0)).isZero();
        bad.resetEngine(HaswellEngine.RCS);
    }

    @Test
    void tables_forged_leadToOwnMemoryOrNowhere() {
        GuestObject target = bad.allocate(4096);
        putBadOn();
        long goodMemory = goodVmm.memory().fingerprint();
        SplittableRandom random = new SplittableRandom(4711);
        int slot = (int) (target.graphicsAddress() >>> 22);
        for (int i = 0; i < 64; i++) {
            switch (i % 3) {
                case 0 -> hostile.pokePageTable(slot, random.nextInt(1024), random.nextInt() | 1);
                case 1 -> hostile.pokeDirectory(random.nextInt(512), random.nextInt() | 1);
                default -> hostile.pokeDirectory(random.nextInt(512), random.nextInt() | 3);
            }
            bad.submit(
                    HaswellEngine.BCS,
                    Batch.user()
                            .storeDword(random.nextLong(1L << 31) & ~3L, 0x0bad_f00d)
                            .storeDword(random.nextLong(512) << 22, 0x0bad_f00d));
            world.pass(1);
        }
        assertThat(goodVmm.memory().fingerprint()).isEqualTo(goodMemory);
    }

    @Test
    void registers_atRandomWithRandomCommands_otherGuestDoesNotNotice() {
        int[] offsets = {
            TAIL,
            HEAD,
            START,
            CTL,
            0x74,
            0x98,
            0x9c,
            0xa8,
            0xb4,
            0xc0,
            0x134,
            0x148,
            0x180,
            0x220,
            PP_DIR_BASE,
            GFX_MODE
        };
        Seeds.forEach(
                4,
                random -> {
                    putBadOn();
                    long memory = goodVmm.memory().fingerprint();
                    long messages = goodVmm.interrupts().messages();
                    for (int i = 0; i < 1500; i++) {
                        attack(random, offsets);
                    }
                    world.pass(20);
                    assertThat(goodVmm.memory().fingerprint()).isEqualTo(memory);
                    assertThat(goodVmm.interrupts().messages()).isEqualTo(messages);
                    Request request = good.submit(HaswellEngine.RCS);
                    world.pass(300);
                    assertThat(request.completed()).isTrue();
                    assertThat(World.hookFailures(badVmm)).isZero();
                });
    }

    private void attack(SplittableRandom random, int[] offsets) {
        HaswellEngine engine = HaswellEngine.values()[random.nextInt(4)];
        int value =
                switch (random.nextInt(5)) {
                    case 0 -> random.nextInt();
                    case 1 -> (int) (bad.hiddenBase() + random.nextInt(64) * 4096L);
                    case 2 -> random.nextInt(0x4000) & ~7;
                    case 3 -> 0x3001;
                    default -> 0xffff_0000 | random.nextInt();
                };
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                    hostile.pokeRing(engine, offsets[random.nextInt(offsets.length)], value);
            case 4 ->
                    hostile.bareRing(
                            engine, random.nextInt(), random.nextInt(), KERNEL_BATCH, value);
            case 5 -> hostile.bareRing(engine, USER_BATCH, value);
            case 6 -> hostile.pokeRegister(0x941c, 1 << random.nextInt(5));
            default -> world.step();
        }
    }
}
