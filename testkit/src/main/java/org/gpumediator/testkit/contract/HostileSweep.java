package org.gpumediator.testkit.contract;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.testkit.FakeVmm;

/** A guest that writes everything everywhere. Seeded: the same sweep at each run. */
final class HostileSweep {

    private static final long WHOLE = 4 << 20;

    private final FakeVmm vmm;
    private final SplittableRandom random;

    HostileSweep(FakeVmm vmm, long seed) {
        this.vmm = vmm;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Every dword of BAR 0, a dense sample of the others, odd accesses, configuration space.
     *
     * @param check called after each phase, because a later one may cover up an earlier one's trace
     */
    void whole(Runnable check) {
        dense(() -> 0xffff_ffffL);
        check.run();
        dense(this::plausible);
        check.run();
        odd(200_000);
        configuration(20_000);
        odd(50_000);
        check.run();
    }

    private void dense(LongSupplier values) {
        for (TrapRegion region : vmm.gpu().regions()) {
            long step = region.length() <= WHOLE ? 4 : 4096 + 4;
            for (long at = 0; at + 4 <= region.length(); at += step) {
                region.handler().write(at, 4, values.getAsLong());
                region.handler().read(at, 4);
            }
        }
    }

    /** A few thousand random accesses. */
    void quick() {
        odd(20_000);
        configuration(2_000);
    }

    private void odd(int count) {
        var regions = vmm.gpu().regions();
        for (int i = 0; i < count; i++) {
            TrapRegion region = regions.get(random.nextInt(regions.size()));
            TrapHandler handler = region.handler();
            int width = 1 << random.nextInt(4);
            long at = random.nextLong(region.length() + 16) - 8;
            if (random.nextInt(4) == 0) {
                handler.read(at, width);
            } else {
                handler.write(at, width, plausible());
            }
        }
    }

    /** Returns a value that may mean something: an address in RAM, a small number, any bits. */
    private long plausible() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong(2 << 20) & ~0xfffL | random.nextInt(16);
            case 1 -> random.nextInt(256);
            case 2 -> random.nextInt() | 0x0001_0001L;
            default -> random.nextLong();
        };
    }

    private void configuration(int count) {
        int length = vmm.gpu().configSpace().length();
        for (int i = 0; i < count; i++) {
            vmm.configWrite(random.nextInt(length), 1 << random.nextInt(3), (int) plausible());
        }
    }
}
