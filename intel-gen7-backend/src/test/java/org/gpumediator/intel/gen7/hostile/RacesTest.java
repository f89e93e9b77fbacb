package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Four threads at once, each with a fixed number of things to do: two hostile guests whose programs
 * switch tables and reset engines, the one that steps the GPU and works for an honest guest, and a
 * VMM that takes memory away and gives it, quiesces, resumes, creates and closes.
 */
class RacesTest {

    private static final int ACTIONS = Integer.getInteger("gpumediator.races.actions", 3_000);
    private static final int PIECES = 40;
    private static final int LIVES = 60;

    @Test
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void hostileGuests_againstStepsMemoryAndLives_nobodyElseNotices() throws Exception {
        Seeds.forEach(2, this::race);
    }

    private void race(SplittableRandom random) throws Exception {
        long seed = random.nextLong();
        FakeHaswell gpu = World.fake();
        MemoryOwners owners = new MemoryOwners(gpu);
        World world = new World(gpu, owners, Map.of());
        World alone = new World();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            HonestNeighbour honest = honest(world, owners, seed);
            HonestNeighbour twin = honest(alone, null, seed);
            HostileGuest[] bad = {
                HostileProgramsTest.hostile(
                        world, owners, Tables.STRICT, honest.guest(), random.split()),
                HostileProgramsTest.hostile(
                        world, owners, Tables.RELAXED, honest.guest(), random.split())
            };
            owners.severalAct();
            List<Future<Void>> running = new ArrayList<>();
            for (HostileGuest guest : bad) {
                running.add(threads.submit(times(ACTIONS, guest::act)));
            }
            running.add(threads.submit(times(PIECES, honest::work)));
            SplittableRandom lives = random.split();
            running.add(threads.submit(times(LIVES, () -> live(world, owners, bad, lives))));
            for (Future<Void> each : running) {
                each.get();
            }
            for (int i = 0; i < PIECES; i++) {
                twin.work();
            }
            assertThat(HonestNeighbour.differences(honest, twin)).isEmpty();
            assertThat(honest.guest().complaints()).isEmpty();
            assertThat(honest.vmm().interrupts().violations()).isEmpty();
            assertThat(owners.escapes()).isEmpty();
            assertThat(gpu.gttUpdatesByCommand()).isZero();
            assertThat(Attack.strayAccesses(world)).isEmpty();
            for (HostileGuest guest : bad) {
                assertThat(World.hookFailures(guest.vmm())).isZero();
            }
        } finally {
            world.close();
            alone.close();
        }
    }

    private static HonestNeighbour honest(World world, @Nullable MemoryOwners owners, long seed) {
        FakeVmm vmm = HostileProgramsTest.plug(world, owners, Tables.STRICT, "good");
        if (owners != null) {
            owners.acting(vmm);
        }
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        return new HonestNeighbour(world, vmm, guest, seed);
    }

    private static Callable<Void> times(int count, Runnable action) {
        return () -> {
            for (int i = 0; i < count; i++) {
                action.run();
            }
            return null;
        };
    }

    private static void live(
            World world, MemoryOwners owners, HostileGuest[] bad, SplittableRandom random) {
        FakeVmm vmm = bad[random.nextInt(2)].vmm();
        switch (random.nextInt(4)) {
            case 0 -> {
                vmm.gpu().quiesce();
                vmm.gpu().resume();
            }
            case 1, 2 -> {
                vmm.memory().addRam(HostileGuest.PASSING_MEMORY, 1 << 20);
                world.mediator.statistics();
                vmm.gpu().statistics();
                vmm.memory().remove(HostileGuest.PASSING_MEMORY);
            }
            default -> {
                try (FakeVmm passing =
                        HostileProgramsTest.plug(world, owners, Tables.STRICT, "passing")) {
                    passing.bar(0).write32(0x2030, random.nextInt());
                }
            }
        }
    }
}
