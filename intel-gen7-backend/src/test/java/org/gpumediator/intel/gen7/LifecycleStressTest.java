package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Traps of several processors against everything a VMM does to a virtual GPU. */
class LifecycleStressTest {

    private static final int[] OFFSETS = {
        0x2030, 0x2034, 0x2038, 0x203c, 0x209c, 0x2228, 0x229c, 0x20c0, 0x4080, 0x2_2030, 0x2_203c,
        0x941c, 0x10_0000, 0x10_0004, 0x10_1008, 0x4_4014, 0x4_401c, 0x4_400c, 0x7_0008, 0x2608
    };

    private static Callable<Void> processor(FakeVmm vmm, long seed, int rounds) {
        var bar = vmm.bar(0).handler();
        var aperture = vmm.bar(2).handler();
        return () -> {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < rounds; i++) {
                int offset = OFFSETS[random.nextInt(OFFSETS.length)];
                switch (random.nextInt(6)) {
                    case 0 -> bar.read(offset, 4);
                    case 1 -> bar.write(offset, 4, random.nextInt() & 0xffff_ffffL);
                    case 2 -> bar.write(offset, 4, random.nextInt(0x4000) | 1);
                    case 3 ->
                            bar.write(
                                    0x20_0000 + 4L * random.nextInt(524_288),
                                    4,
                                    random.nextInt(1 << 24) | 1);
                    case 4 -> aperture.write(random.nextInt(512 << 20) & ~7, 8, -1);
                    default -> bar.write(0x2030, 4, random.nextInt(0x1000) & ~7);
                }
            }
            return null;
        };
    }

    @Test
    @Timeout(120)
    void traps_againstResetQuiesceCloseAndStep_neitherHangNorThrow() throws Exception {
        try (World world = new World();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            ScriptedHaswellGuest calm = world.boot("calm", 64, 128);
            for (int round = 0; round < 6; round++) {
                FakeVmm vmm = world.vmm("vm" + round, 64, 128);
                world.guest(vmm).boot();
                List<Future<Void>> running = new ArrayList<>();
                running.add(threads.submit(processor(vmm, round, 20_000)));
                running.add(threads.submit(processor(vmm, 100 + round, 20_000)));
                running.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < 150; i++) {
                                        world.step();
                                    }
                                    return null;
                                }));
                running.add(threads.submit(life(vmm, round)));
                for (Future<Void> each : running) {
                    each.get();
                }
                assertThat(World.hookFailures(vmm)).isZero();
                vmm.gpu().close();
            }
            Request last = calm.submit(HaswellEngine.RCS, Batch.user().noops(8));
            world.pass(400);
            assertThat(last.completed()).isTrue();
            assertThat(calm.complaints()).isEmpty();
            assertThat(world.gpu.busFaults()).isEmpty();
        }
    }

    private static Callable<Void> life(FakeVmm vmm, int round) {
        return () -> {
            SplittableRandom random = new SplittableRandom(round);
            long start = 1L << 30;
            for (int i = 0; i < 12; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> vmm.gpu().reset(ResetKind.FUNCTION_LEVEL);
                    case 1 -> {
                        vmm.gpu().quiesce();
                        vmm.gpu().resume();
                    }
                    case 2 -> {
                        vmm.memory().addRam(start, 1 << 20);
                        vmm.memory().remove(start);
                    }
                    default -> vmm.gpu().statistics();
                }
            }
            if (round % 2 == 0) {
                vmm.gpu().close();
            }
            return null;
        };
    }
}
