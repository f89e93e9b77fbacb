package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.gpumediator.intel.gen7.command.WorkBudget;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Much work in one trap: translations, jumps, refusals. While the lock that others need is held, no
 * more is done than one budget allows, counted in its units; the rest is done in steps, and all
 * that is valid comes to its end, in order.
 */
class WorkBudgetTest extends Attack {

    private static final int BCS = 0x2_2000;
    private static final int TAIL = 0x30;
    private static final int BCS_PP_DIR_BASE = 0x2_2228;
    private static final int VALID = 1;
    private static final int SLOTS = 512;

    /** What is begun within a budget may end beyond it by so much. */
    private static final int OVERDRAWN = WorkBudget.UNITS / 8;

    private long work() {
        return world.mediator.statistics().counter("engines.work");
    }

    private long workOf(Runnable trap) {
        long before = work();
        trap.run();
        return work() - before;
    }

    @AfterEach
    void nobodyHeldTheLockForMoreThanABudget() {
        assertThat(world.mediator.statistics().counter("engines.work.most"))
                .isLessThanOrEqualTo(WorkBudget.UNITS + OVERDRAWN);
    }

    /** Lets steps go by until something is so; returns how many it took. */
    private int stepsUntil(BooleanSupplier done, int most) {
        for (int i = 0; i < most; i++) {
            if (done.getAsBoolean()) {
                return i;
            }
            int head = goodVmm.bar(0).read32(BCS + 0x34); // a neighbour's trap, between two steps
            assertThat(goodVmm.bar(0).read32(BCS + 0x34)).isEqualTo(head);
            world.step();
        }
        throw new AssertionError("not done after " + most + " steps");
    }

    private int directory(int number) {
        return (int) (bad.hiddenBase() >>> 12) + (64 << 8) + number * SLOTS;
    }

    private void fillDirectory(int number, IntUnaryOperator page) {
        for (int slot = 0; slot < SLOTS; slot++) {
            hostile.pokeTable(directory(number) + slot, page.applyAsInt(slot) << 12 | VALID);
        }
    }

    private int[] loads(int... numbers) {
        int[] dwords = new int[2 + 2 * numbers.length];
        dwords[0] = 0x1100_0000 | 2 * numbers.length - 1;
        for (int i = 0; i < numbers.length; i++) {
            dwords[1 + 2 * i] = BCS_PP_DIR_BASE;
            dwords[2 + 2 * i] = directory(numbers[i]) / 16 << 16;
        }
        return dwords;
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    private int[] store(GuestObject target, int value) {
        return new int[] {STORE_GLOBAL, 0, address(target), value};
    }

    /** Gives the blitter a ring of its own with commands in it; the tail is left to the test. */
    private Runnable ring(int bytes, int[] dwords) {
        GuestObject ring = bad.allocate(bytes);
        put(ring, 0, dwords);
        hostile.pokeRing(HaswellEngine.BCS, 0x3c, 0);
        hostile.pokeRing(HaswellEngine.BCS, 0x38, address(ring));
        hostile.pokeRing(HaswellEngine.BCS, 0x34, 0);
        hostile.pokeRing(HaswellEngine.BCS, TAIL, 0);
        hostile.pokeRing(HaswellEngine.BCS, 0x3c, bytes - 4096 | 1);
        return () -> badVmm.bar(0).write32(BCS + TAIL, 4 * dwords.length);
    }

    @Test
    void directoriesOfManyTables_areTranslatedInBudgets() {
        for (int number = 0; number < 3; number++) {
            int first = number * SLOTS;
            fillDirectory(number, slot -> first + slot);
        }
        GuestObject out = bad.allocate(4096);
        int[] commands = join(loads(0), store(out, 1), loads(1), loads(2), store(out, 2));
        assertThat(workOf(() -> hostile.bareRing(HaswellEngine.BCS, commands)))
                .isLessThanOrEqualTo(WorkBudget.UNITS);
        assertThat(stepsUntil(() -> out.read32(0) == 2, 40)).isGreaterThan(2);
    }

    @Test
    void tableBehindManySlots_isComparedOnce() {
        GuestObject table = bad.allocate(4096);
        for (int number = 0; number < 3; number++) {
            fillDirectory(number, slot -> (int) (table.page(0) >>> 12));
        }
        GuestObject out = bad.allocate(4096);
        hostile.bareRing(HaswellEngine.BCS, join(loads(0), loads(1), loads(2), store(out, 1)));
        stepsUntil(() -> out.read32(0) == 1, 10);
        for (int i = 0; i < 1024; i++) {
            table.write32(4L * i, (int) out.page(0) | VALID);
        }
        long work = workOf(() -> hostile.bareRing(HaswellEngine.BCS, store(out, 2)));
        assertThat(work).isBetween(1024L * 16, 1024L * 16 + (1 << 15));
        stepsUntil(() -> out.read32(0) == 2, 10);
    }

    @Test
    void manyJumps_areFollowedInBudgets() {
        GuestObject out = bad.allocate(4096);
        GuestObject batch = memory(BATCH_END, 0);
        int[] jumps = new int[100_000];
        for (int i = 0; i < jumps.length; i += 2) {
            jumps[i] = KERNEL_BATCH;
            jumps[i + 1] = address(batch);
        }
        Runnable tail = ring(1 << 20, join(jumps, store(out, 1)));
        assertThat(workOf(tail)).isLessThanOrEqualTo(WorkBudget.UNITS + OVERDRAWN);
        assertThat(stepsUntil(() -> out.read32(0) == 1, 100)).isGreaterThan(5);
    }

    @Test
    void manyRefusals_areCountedInBudgets() {
        GuestObject out = bad.allocate(4096);
        int[] refused = new int[60_000];
        for (int i = 0; i < refused.length; i += 4) {
            System.arraycopy(
                    new int[] {STORE_GLOBAL, 0, address(victim), GRAFFITI}, 0, refused, i, 4);
        }
        Runnable tail = ring(1 << 18, join(refused, store(out, 1)));
        assertThat(workOf(tail)).isLessThanOrEqualTo(WorkBudget.UNITS + OVERDRAWN);
        assertThat(stepsUntil(() -> out.read32(0) == 1, 100)).isGreaterThan(2);
    }

    @Test
    void loadsOfTheSameDirectory_areLookedThroughOnce() {
        fillDirectory(0, slot -> slot);
        GuestObject out = bad.allocate(4096);
        int[] same = new int[127];
        int[] load = loads(same);
        int[] many = new int[0];
        for (int i = 0; i < 200; i++) {
            many = join(many, load);
        }
        Runnable tail = ring(1 << 18, join(many, store(out, 1)));
        long before = work();
        tail.run();
        stepsUntil(() -> out.read32(0) == 1, 100);
        long perLoad = (work() - before) / (200 * 127);
        assertThat(perLoad).as("units").isLessThan(200);
    }

    @Test
    void stepsAreDueAtOnce_whileWorkIsLeftOver() {
        fillDirectory(0, slot -> slot);
        fillDirectory(1, slot -> SLOTS + slot);
        GuestObject out = bad.allocate(4096);
        hostile.bareRing(HaswellEngine.BCS, join(loads(0), loads(1), loads(0), store(out, 1)));
        assertThat(out.read32(0)).isZero();
        assertThat(world.mediator.step()).isEqualTo(world.clock.nanoTime());
        stepsUntil(() -> out.read32(0) == 1, 20);
        assertThat(world.mediator.step()).isGreaterThan(world.clock.nanoTime());
    }
}
