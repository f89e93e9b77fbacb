package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.Test;

/**
 * Two virtual functions whose guests access anything, and are reset, held, closed and made again
 * meanwhile; a third is compared bit by bit with what it was. {@code
 * -Dgpumediator.hostile.commands=100000000} makes it go on until so many accesses were made.
 */
class HostileFunctionsTest {

    private static final String PROPERTY = "gpumediator.hostile.commands";
    private static final long ACCESSES = Long.getLong(PROPERTY, 400_000);
    private static final int ACCESSES_PER_EPISODE = 200_000;
    private static final int ACCESSES_PER_LOOK = 20_000;
    private static final String TYPE = "L40-8Q";

    // spotless:off
    /** Registers that do something: doorbells, interrupts, MSI-X, windows, faults, mailboxes. */
    private static final int[] OFFSETS = {
        0x3_0090, 0x2200, 0x1000, 0x1010, 0x1200, 0x1210, 0x1400, 0x1600, 0x1608, 0xf40, 0xf48, 0x3000, 0x3004, 0x3020, 0x309c,
        0x1_0000, 0x1_0004, 0x1_0008, 0x1_000c, 0x2_0000, 0x3_0080, 0x0, 0xa00, 0x11_1388
    };
    // spotless:on

    private long accesses;
    private long lives;

    @Test
    void neighbour_besideTwoThatAccessAnything_noticesNothing() {
        int episodes = (int) ((ACCESSES + ACCESSES_PER_EPISODE - 1) / ACCESSES_PER_EPISODE);
        Seeds.forEach(episodes, this::episode);
        System.out.printf("%d hostile accesses, %d resets and closes%n", accesses, lives);
    }

    private void episode(SplittableRandom random) {
        try (Rig rig = new Rig(AdaModel.L40)) {
            VirtualGpu[] bad = {rig.create("bad-0", TYPE), rig.create("bad-1", TYPE)};
            Neighbour neighbour = new Neighbour(rig, VgpuRequest.ofType("neighbour", TYPE));
            for (int i = 1; i <= ACCESSES_PER_EPISODE; i++) {
                int which = random.nextInt(2);
                if (random.nextInt(5_000) == 0) {
                    bad[which] = live(rig, bad[which], which, random);
                }
                access(bad[which], random);
                accesses++;
                if (i % 100 == 0) {
                    rig.clock.advanceNanos(100_000);
                    rig.board.advance(rig.clock.nanoTime());
                    rig.mediator.step();
                }
                if (i % ACCESSES_PER_LOOK == 0) {
                    neighbour.checkUntouched();
                }
            }
        }
    }

    private static void access(VirtualGpu vgpu, SplittableRandom random) {
        if (random.nextInt(8) == 0) {
            int length = vgpu.configSpace().length();
            vgpu.configSpace()
                    .write(
                            random.nextInt(length) & ~3,
                            1 << random.nextInt(3),
                            (int) value(vgpu, random));
            return;
        }
        var regions = vgpu.regions();
        TrapRegion region = regions.get(random.nextInt(regions.size()));
        int width = 1 << random.nextInt(4);
        long offset =
                random.nextInt(3) > 0
                        ? OFFSETS[random.nextInt(OFFSETS.length)] + 4L * random.nextInt(4)
                        : random.nextLong(region.length() + 16) - 8;
        if (random.nextInt(4) == 0) {
            region.handler().read(offset, width);
        } else {
            region.handler().write(offset, width, value(vgpu, random));
        }
    }

    /** Returns a value: a channel at the edges of what was granted, an address, any bits. */
    private static long value(VirtualGpu vgpu, SplittableRandom random) {
        var channels = vgpu.partition().range(VfResources.CHANNEL_IDS);
        return switch (random.nextInt(5)) {
            case 0 -> channels.start() + random.nextInt(-2, 3);
            case 1 -> channels.end() + random.nextInt(-2, 3);
            case 2 -> random.nextLong() & ~0xfffL;
            case 3 -> 1L << random.nextInt(64);
            default -> random.nextLong();
        };
    }

    /** Does to it what its VMM may do at any time; returns who is in its place then. */
    private VirtualGpu live(Rig rig, VirtualGpu vgpu, int which, SplittableRandom random) {
        lives++;
        switch (random.nextInt(4)) {
            case 0 -> vgpu.reset(ResetKind.FUNCTION_LEVEL);
            case 1 -> vgpu.reset(ResetKind.BUS);
            case 2 -> {
                if (vgpu.state() != VirtualGpuState.FAILED) {
                    vgpu.quiesce();
                    vgpu.resume();
                }
            }
            default -> {
                vgpu.close();
                assertThat(vgpu.bar(0).handler().read(0, 4)).isEqualTo(0xffff_ffffL);
                return rig.create("bad-" + which, TYPE);
            }
        }
        return vgpu;
    }
}
