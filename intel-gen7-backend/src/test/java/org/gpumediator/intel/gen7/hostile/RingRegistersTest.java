package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.EngineStatus.Activity;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TAIL, HEAD, START and CTL with values that no driver writes, and when no driver writes them. */
class RingRegistersTest extends Attack {

    private static final int TAIL = 0x30;
    private static final int HEAD = 0x34;
    private static final int START = 0x38;
    private static final int CTL = 0x3c;

    private static final int[] OFFSETS = {
        TAIL, HEAD, START, CTL, 0x74, 0x98, 0x9c, 0xa8, 0xb4, 0xc0, 0x134, 0x148, 0x180, 0x220,
        0x228, 0x29c
    };

    private int copied(long address) {
        return (int) world.gpu.read(2, address & ~3L, 4);
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
        put(batch, 4096, KERNEL_BATCH, address(batch) + 4096);
        hostile.bareRing(HaswellEngine.RCS, KERNEL_BATCH, address(batch) + 4096);
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.RCS).batchLevel()).isPositive();
        long at = world.gpu.status(HaswellEngine.RCS).activeHead();
        assertThat(isReserved(at)).isTrue();
        int before = copied(at);
        GuestObject second = bad.allocate(4096);
        second.fill(0x1122_3344);
        put(second, 0, 0, BATCH_END);
        hostile.bareRing(HaswellEngine.RCS, KERNEL_BATCH, address(second));
        world.pass(2);
        assertThat(copied(at)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x1f_fffc, 0x4000, 0x8000_4000, 0xffff_fffc})
    void head_beyondTheRing_isRefused(int head) {
        long before = faults(GuestFaultKind.REFUSED_ACCESS);
        hostile.pokeRing(HaswellEngine.BCS, HEAD, head);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 64);
        world.pass(5);
        assertThat(faults(GuestFaultKind.REFUSED_ACCESS)).isGreaterThan(before);
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
        long faults = faults(GuestFaultKind.REFUSED_ACCESS);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0x10_0000);
        world.pass(5);
        assertThat(hostile.peekRegister(0x2_2000 + HEAD)).isEqualTo(before);
        assertThat(faults(GuestFaultKind.REFUSED_ACCESS)).isEqualTo(faults + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 511L << 20, 480L << 20, 0xffff_f000L})
    void start_outsideTheSlice_nothingRuns(long start) {
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0);
        hostile.pokeRing(HaswellEngine.BCS, HEAD, 0);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0);
        hostile.pokeRing(HaswellEngine.BCS, START, (int) (start == 0 ? good.hiddenBase() : start));
        long faults = faults(GuestFaultKind.OUT_OF_PARTITION);
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0x3001);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 64);
        world.pass(5);
        assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isGreaterThan(faults);
        assertThat(world.gpu.status(HaswellEngine.BCS).activity()).isEqualTo(Activity.IDLE);
    }

    @Test
    void start_whoseRingEndsOutsideTheSlice_nothingRuns() {
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0);
        hostile.pokeRing(HaswellEngine.BCS, START, (int) slice().highEnd() - 4096);
        long faults = faults(GuestFaultKind.OUT_OF_PARTITION);
        hostile.pokeRing(HaswellEngine.BCS, CTL, 0x1f_f001);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 64);
        world.pass(5);
        assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isGreaterThan(faults);
        assertThat(world.gpu.status(HaswellEngine.BCS).activity()).isEqualTo(Activity.IDLE);
    }

    @Test
    void ring_memoryUnmapped_nothingRunsAndItIsCounted() {
        int start = hostile.peekRegister(0x2_2000 + START);
        for (int page = 0; page < 4; page++) {
            hostile.pokeTable((start >>> 12) + page, 0);
        }
        long faults = faults(GuestFaultKind.BAD_GUEST_ADDRESS);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, hostile.peekRegister(0x2_2000 + TAIL) ^ 0x800);
        world.pass(5);
        assertThat(faults(GuestFaultKind.BAD_GUEST_ADDRESS)).isGreaterThan(faults);
    }

    @Test
    void everything_atRandomWithRandomCommands() {
        Seeds.forEach(
                4,
                random -> {
                    for (int i = 0; i < 1500; i++) {
                        attack(random);
                    }
                    world.pass(20);
                    assertNeighbourUntouched();
                });
    }

    private void attack(SplittableRandom random) {
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
                    hostile.pokeRing(engine, OFFSETS[random.nextInt(OFFSETS.length)], value);
            case 4 ->
                    hostile.bareRing(
                            engine, random.nextInt(), random.nextInt(), KERNEL_BATCH, value);
            case 5 -> hostile.bareRing(engine, USER_BATCH_RCS, value);
            case 6 -> hostile.pokeRegister(0x941c, 1 << random.nextInt(5));
            default -> world.step();
        }
    }
}
