package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gpumediator.intel.gen7.World;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every dword of the registers written, then any byte at any width. */
class EveryRegisterTest extends Attack {

    private static final int REGISTERS = 2 << 20;
    private static final int FENCES = 0x10_0000;
    private static final long RESERVED = 480 * World.MIB;
    private static final int[] ENGINES = {0x2000, 0x1_2000, 0x2_2000, 0x1_a000};
    private static final int[] STATUS_PAGES = {0x4080, 0x4180, 0x4280, 0x4380};

    @ParameterizedTest
    @ValueSource(strings = {"ones", "zeros", "random"})
    void sweep_hardwareStaysInsideTheSlices(String values) {
        sweep(values);
    }

    private void sweep(String values) {
        SplittableRandom random = new SplittableRandom(11);
        LongSupplier value =
                switch (values) {
                    case "ones" -> () -> -1L;
                    case "zeros" -> () -> 0L;
                    default -> random::nextLong;
                };
        var handler = badVmm.bar(0).handler();
        for (int offset = 0; offset < REGISTERS; offset += 4) {
            handler.write(offset, 4, value.getAsLong() & 0xffff_ffffL);
            handler.read(offset, 4);
            if (offset % 0x1000 == 0) {
                check();
                world.step();
            }
        }
        for (int i = 0; i < 100_000; i++) {
            int width = 1 << random.nextInt(4);
            long at = random.nextInt(REGISTERS + 8);
            handler.write(at, width, value.getAsLong());
            handler.read(at, width);
            if (i % 500 == 0) {
                check();
                world.step();
            }
        }
        check();
    }

    /** No register that holds an address leads anywhere but to a slice or the mediator's area. */
    private void check() {
        for (int fence = 0; fence < 32; fence++) {
            int low = world.physical(FENCES + 8 * fence);
            int high = world.physical(FENCES + 8 * fence + 4);
            if ((low & 1) != 0) {
                assertThat(owner(low & 0xfffff000))
                        .as("fence %d", fence)
                        .isNotNegative()
                        .isEqualTo(owner(high & 0xfffff000))
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
                assertThat(owner(page)).as("status page %x", page).isNotNegative();
            }
            long base = (long) (world.physical(ENGINES[i] + 0x228) >>> 16) * 16 * 4096;
            if (base != 0) {
                assertThat(base).isBetween(RESERVED, 512 * World.MIB - 1);
            }
        }
    }

    /** Returns whose slice an address is in: 0, 1, 99 for the mediator, -1 for nobody. */
    private int owner(int address) {
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
}
