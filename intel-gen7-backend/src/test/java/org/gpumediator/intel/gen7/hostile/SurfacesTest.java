package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Surfaces that reach past the slice, or lie in the neighbour's: the neighbour gets nothing. The
 * fake writes each page of what the pipelines of an engine are given: depth, stencil and render
 * targets, stream-out, what kernels are bound to and their scratch space, pictures of video and of
 * enhancement, blits.
 */
class SurfacesTest extends Attack {

    private static final int MARK = 0x5a5a_c0de;
    private static final int GFX_MODE = 0x29c;
    private static final int LINES = 1024;
    private static final int PITCH = 4096;
    private static final int BYTES = LINES * PITCH;

    /** Where commands come from. */
    enum Source {
        RING,
        KERNEL_BATCH,
        USER_BATCH
    }

    private GuestObject last;
    private int end;

    @Override
    World newWorld() {
        return new World(World.fakeThatWritesSurfaces(), Map.of());
    }

    @BeforeEach
    void takeTheLastPage() {
        last = memory(0);
        end = (int) slice().lowEnd();
        hostile.mapPage(end - 4096, last.page(0));
        hostile.pokePageTable(end - 4096 >>> 22, end - 4096 >>> 12 & 1023, (int) last.page(0) | 1);
    }

    private void run(HaswellEngine engine, Source source, int[] commands) {
        int[] batch = Arrays.copyOf(commands, commands.length + 2);
        batch[commands.length] = BATCH_END;
        switch (source) {
            case RING -> hostile.bareRing(engine, Arrays.copyOf(commands, commands.length & ~1));
            case KERNEL_BATCH -> runKernelBatch(engine, address(memory(batch)));
            case USER_BATCH -> {
                int start = engine == HaswellEngine.RCS ? USER_BATCH_RCS : USER_BATCH;
                hostile.bareRing(engine, start, address(memory(batch)));
            }
        }
        world.pass(10);
    }

    /** Returns commands that make an engine write surfaces from an address on. */
    private int[] commands(HaswellEngine engine, int base) {
        return switch (engine) {
            case RCS -> render(base);
            case VCS -> video(base);
            case VECS -> enhancement(base);
            case BCS -> blit(base);
        };
    }

    private int[] render(int base) {
        GuestObject state = memory(0);
        put(state, 0x40, 0x100);
        put(state, 0x100, 1 << 29, base, LINES - 1 << 16, PITCH - 1);
        put(state, 0x200, 0, 0, 0, 0x40);
        int own = address(state);
        int scratch = base - own & ~0x3ff;
        return dwords(
                new int[] {0x6101_0008, own | 1, own | 1, own | 1, own | 1, own | 1, 0, 0, 0, 0},
                new int[] {0x7805_0005, 1 << 29 | PITCH - 1, base, LINES - 1 << 18, 0, 0, 0},
                new int[] {0x7806_0001, 1 << 31 | PITCH - 1, base},
                new int[] {0x7807_0001, PITCH - 1, base},
                new int[] {0x781e_0001, 1 << 31 | 1 << 8, 0},
                new int[] {0x7917_0001, 1, 0},
                new int[] {0x7918_0002, 2048, base, base + BYTES},
                new int[] {0x782a_0000, 0x40},
                new int[] {0x7b00_0005, 1, BYTES / 2048, 0, 1, 0, 0},
                new int[] {0x7000_0006, scratch | 4, 63 << 16, 0, 0, 0, 0, 0},
                new int[] {0x7002_0002, 0, 32, 0x200},
                new int[] {0x7105_0009, 0, 0, 0, 1, 0, 1, 0, 1, -1, -1},
                new int[] {0x7100_0004, 0, 0, 0, 0, 0});
    }

    private static int[] video(int base) {
        return dwords(
                new int[] {0x7001_0004, 0, LINES - 1 << 18, PITCH - 1 << 3, 0, 0},
                state(0x7002_0017, 25, base),
                state(0x7003_0009, 11, base),
                state(0x7004_0002, 4, base),
                state(0x7102_0043, 69, base),
                state(0x7202_0001, 3, base),
                new int[] {0x7128_0004, 0, 0, 0, 0, 0});
    }

    private static int[] enhancement(int base) {
        int[] work = state(0x7403_0008, 10, base);
        work[1] = 0;
        return dwords(
                new int[] {0x7400_0004, 0, LINES - 1 << 18, PITCH - 1 << 3, 0, 0},
                state(0x7402_0004, 6, base),
                work);
    }

    private static int[] blit(int base) {
        int size = LINES << 16 | PITCH / 4;
        return dwords(new int[] {0x5430_0004, 0x03f0_0000 | PITCH, 0, size, base, MARK});
    }

    private static int[] state(int header, int length, int base) {
        int[] dwords = new int[length];
        Arrays.fill(dwords, base);
        dwords[0] = header;
        return dwords;
    }

    /** Returns commands one after another, with an even number of dwords. */
    private static int[] dwords(int[]... commands) {
        IntStream all = Arrays.stream(commands).flatMapToInt(Arrays::stream);
        int[] dwords = all.toArray();
        return Arrays.copyOf(dwords, dwords.length + 1 & ~1);
    }

    @ParameterizedTest
    @CsvSource({
        "RCS, RING",
        "RCS, KERNEL_BATCH",
        "RCS, USER_BATCH",
        "VCS, RING",
        "VCS, KERNEL_BATCH",
        "VCS, USER_BATCH",
        "VECS, RING",
        "VECS, KERNEL_BATCH",
        "VECS, USER_BATCH",
        "BCS, USER_BATCH"
    })
    void surfaces_reachingPastTheSlice_areWrittenInTheSliceAlone(
            HaswellEngine engine, Source source) {
        run(engine, source, commands(engine, end - 4096));
        assertThat(last.read32(64)).as("as far as it is the guest's").isEqualTo(MARK);
    }

    @ParameterizedTest
    @CsvSource({
        "RCS, RING",
        "RCS, KERNEL_BATCH",
        "RCS, USER_BATCH",
        "VCS, RING",
        "VCS, KERNEL_BATCH",
        "VCS, USER_BATCH",
        "VECS, RING",
        "VECS, KERNEL_BATCH",
        "VECS, USER_BATCH"
    })
    void surfaces_reachingPastTheSlice_withoutAProcessTable_areWrittenInTheSliceAlone(
            HaswellEngine engine, Source source) {
        hostile.pokeRing(engine, GFX_MODE, 0x0200_0000);
        world.pass(2);
        run(engine, source, commands(engine, end - 4096));
        hostile.pokeRing(engine, GFX_MODE, 0x0200_0200);
    }

    @ParameterizedTest
    @CsvSource({
        "RCS, RING", "RCS, KERNEL_BATCH", "RCS, USER_BATCH", "VCS, RING", "VCS, KERNEL_BATCH",
        "VCS, USER_BATCH", "VECS, RING", "VECS, KERNEL_BATCH", "VECS, USER_BATCH", "BCS, RING",
        "BCS, KERNEL_BATCH", "BCS, USER_BATCH"
    })
    void surfaces_inTheNeighboursSlice_areWrittenNowhere(HaswellEngine engine, Source source) {
        run(engine, source, commands(engine, address(victim)));
        assertThat(victim.read32(64)).isEqualTo(0x900d_900d);
    }
}
