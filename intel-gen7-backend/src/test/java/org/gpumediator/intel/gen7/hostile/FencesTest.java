package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.junit.jupiter.api.Test;

/** Fence registers over memory of others, and fences of others. */
class FencesTest extends Attack {

    private static final int FENCES = 0x10_0000;
    private static final int SHARE = 4;

    private long physicalFence(int fence) {
        return Integer.toUnsignedLong(world.physical(FENCES + 8 * fence))
                | (long) world.physical(FENCES + 8 * fence + 4) << 32;
    }

    @Test
    void everyFence_overEveryForeignAddress_isNeverValidInTheHardware() {
        long before = faults(GuestFaultKind.OUT_OF_PARTITION);
        for (long low : foreignAddresses()) {
            for (long high : foreignAddresses()) {
                for (int fence = 0; fence < 32; fence++) {
                    hostile.pokeFence(fence, high << 32 | low | 1);
                }
                for (int fence = 0; fence < SHARE; fence++) {
                    assertThat(physicalFence(fence) & 1).as("0x%x to 0x%x", low, high).isZero();
                }
            }
        }
        assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isGreaterThan(before);
    }

    @Test
    void fence_thatStartsInsideOrEndsInside_isNotValidEither() {
        for (long other : foreignAddresses()) {
            long own = bad.mappableBase() + 0x2000;
            for (long value : new long[] {other << 32 | own | 1, own << 32 | other | 1}) {
                hostile.pokeFence(0, value);
                long start = physicalFence(0) & 0xffff_f000L;
                long last = physicalFence(0) >>> 32 & 0xffff_f000L;
                boolean valid = (physicalFence(0) & 1) != 0;
                boolean inside =
                        start >= slice().lowStart() && start <= last && last < slice().lowEnd();
                assertThat(!valid || inside).as("0x%x", value).isTrue();
            }
        }
    }

    @Test
    void aperture_throughAForgedFence_readsOnesAndWritesNothing() {
        hostile.pokeFence(0, (good.mappableBase() + 0x8000L) << 32 | good.mappableBase() | 1);
        for (long at = 0; at < 0x9000; at += 0x404) {
            hostile.pokeAperture((good.mappableBase() + at) & ~3L, GRAFFITI);
            assertThat(hostile.peekAperture((good.mappableBase() + at) & ~3L)).isEqualTo(-1);
        }
    }
}
