package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One guest writes everything to all its registers; the hardware keeps to the owners' slices. */
class HostileBarTest {

    private static final int REGISTERS = 2 << 20;
    private static final int FENCES = 0x10_0000;
    private static final int TABLE = 0x20_0000;
    private static final long RESERVED = 480 * World.MIB;
    private static final int[] ENGINES = {0x2000, 0x1_2000, 0x2_2000, 0x1_a000};
    private static final int[] STATUS_PAGES = {0x4080, 0x4180, 0x4280, 0x4380};

    @ParameterizedTest
    @CsvSource({"strict,ones", "strict,zeros", "strict,random", "relaxed,random"})
    void sweep_ofEveryRegister_hardwareStaysInsideTheSlices(String table, String values) {
        try (World world = new World(FakeHaswell.create(), Map.of("gtt", table))) {
            FakeVmm badVmm = world.vmm("bad", 64, 128);
            FakeVmm goodVmm = world.vmm("good", 64, 128);
            world.guest(badVmm).boot();
            var good = world.guest(goodVmm).boot();
            goodVmm.bar(0).write32(FENCES + 4, (int) good.mappableBase() + 0x3000);
            goodVmm.bar(0).write32(FENCES, (int) good.mappableBase() + 0x1000 | 1);
            world.steps(40);
            var bad = world.guest(badVmm);
            bad.boot(); // has the engines, so that what it writes goes through as far as it can
            world.steps(40);

            dwords(goodVmm); // some registers take note of being read
            int[] registers = dwords(goodVmm);
            long fence = goodVmm.bar(0).read64(FENCES);
            int[] entries = entries(world, good.hiddenBase(), good.hiddenSize());
            long memory = goodVmm.memory().fingerprint();
            long messages = goodVmm.interrupts().messages();

            sweep(world, badVmm, values);

            int[] after = dwords(goodVmm);
            for (int i = 0; i < after.length; i++) {
                assertThat(after[i]).as("register 0x%x", 4 * i).isEqualTo(registers[i]);
            }
            assertThat(goodVmm.bar(0).read64(FENCES)).isEqualTo(fence);
            assertThat(entries(world, good.hiddenBase(), good.hiddenSize())).isEqualTo(entries);
            assertThat(goodVmm.memory().fingerprint()).isEqualTo(memory);
            assertThat(goodVmm.interrupts().messages()).isEqualTo(messages);
            assertThat(World.hookFailures(badVmm)).isZero();
            assertThat(world.gpu.busFaults()).isEmpty();
            world.pass(200);
            good.await(good.submit(HaswellEngine.RCS));
            assertThat(good.complaints()).isEmpty();
        }
    }

    private static void sweep(World world, FakeVmm vmm, String values) {
        SplittableRandom random = new SplittableRandom(11);
        LongSupplier value =
                switch (values) {
                    case "ones" -> () -> -1L;
                    case "zeros" -> () -> 0L;
                    default -> random::nextLong;
                };
        var handler = vmm.bar(0).handler();
        for (int offset = 0; offset < REGISTERS; offset += 4) {
            handler.write(offset, 4, value.getAsLong() & 0xffff_ffffL);
            handler.read(offset, 4);
            if (offset % 0x1000 == 0) {
                check(world);
                world.step();
            }
        }
        for (int i = 0; i < 100_000; i++) {
            int width = 1 << random.nextInt(4);
            long at = random.nextInt(REGISTERS + 8);
            handler.write(at, width, value.getAsLong());
            handler.read(at, width);
            if (i % 500 == 0) {
                check(world);
                world.step();
            }
        }
        check(world);
    }

    /** No register that holds an address leads anywhere but to a slice or the mediator's area. */
    private static void check(World world) {
        for (int fence = 0; fence < 32; fence++) {
            int low = world.physical(FENCES + 8 * fence);
            int high = world.physical(FENCES + 8 * fence + 4);
            if ((low & 1) != 0) {
                assertThat(owner(world, low & 0xfffff000))
                        .as("fence %d", fence)
                        .isNotNegative()
                        .isEqualTo(owner(world, high & 0xfffff000))
                        .isEqualTo(fence / 4);
            }
        }
        for (int i = 0; i < ENGINES.length; i++) {
            long start = Integer.toUnsignedLong(world.physical(ENGINES[i] + 0x38));
            if ((world.physical(ENGINES[i] + 0x3c) & 1) != 0) {
                assertThat(start).isBetween(RESERVED, 512 * World.MIB);
            }
            int page = world.physical(STATUS_PAGES[i]) & 0xfffff000;
            if (page != 0) {
                assertThat(owner(world, page)).as("status page %x", page).isNotNegative();
            }
            long base = (long) (world.physical(ENGINES[i] + 0x228) >>> 16) * 16 * 4096;
            if (base != 0) {
                assertThat(base).isBetween(RESERVED, 512 * World.MIB - 1);
            }
        }
    }

    /** Returns whose slice an address is in: 0, 1, 99 for the mediator, -1 for nobody. */
    private static int owner(World world, int address) {
        long at = Integer.toUnsignedLong(address);
        if (at >= RESERVED && at < 512 * World.MIB) {
            return 99;
        }
        for (int i = 0; i < 2; i++) {
            var partition = world.mediator.virtualGpus().get(i).partition();
            for (var kind : partition.kinds()) {
                var range = partition.range(kind);
                if (!kind.name().equals("fences") && at >= range.start() && at < range.end()) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Returns what a guest reads of its registers, but for those that count time. */
    private static int[] dwords(FakeVmm vmm) {
        var handler = vmm.bar(0).handler();
        int[] values = new int[REGISTERS / 4];
        Arrays.setAll(values, i -> timed(4 * i) ? 0 : (int) handler.read(4L * i, 4));
        return values;
    }

    private static boolean timed(int offset) {
        for (int engine : ENGINES) {
            if (offset == engine + 0x358 || offset == engine + 0x35c) {
                return true;
            }
        }
        return false;
    }

    private static int[] entries(World world, long start, long length) {
        int[] entries = new int[(int) (length / 4096)];
        Arrays.setAll(entries, i -> world.physical(TABLE + 4 * (int) (start / 4096 + i)));
        return entries;
    }
}
